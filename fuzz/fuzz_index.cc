// Laws of ParseShardIndex: what is accepted names plain files and sorted, different tensors, and is
// what a naive reader finds in the JSON document.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "checkpoint/shard_index.h"
#include "fuzz/fuzz.h"

namespace fuseo1::fuzz {

void FuzzOne(std::string_view bytes) {
  Interner interner;
  const auto index = ParseShardIndex(bytes, interner);
  const auto json = ParseJson(bytes);
  if (!index.ok()) {
    Check(index.error().code() == ErrorCode::kInput, "damage is kInput");
    Check(!HasControlCharacters(index.error().message()), "messages hold no control character");
    Check(IsValidUtf8(index.error().message()), "messages are UTF-8");
    return;
  }
  Check(!index->entries.empty(), "an index names tensors");
  Check(std::is_sorted(index->shards.begin(), index->shards.end()), "shards are sorted");
  for (const std::string& shard : index->shards) {
    Check(shard.find('/') == std::string::npos && shard.front() != '.' && shard.size() <= 255 &&
              EndsWith(shard, ".safetensors") && !HasControlCharacters(shard),
          "shards are plain names");
  }
  for (std::size_t i = 1; i < index->entries.size(); ++i) {
    Check(index->entries[i - 1].tensor < index->entries[i].tensor, "tensors differ and are sorted");
  }
  if (!json.ok()) {
    return;  // a duplicate key or a number too large for a double, in a part that nobody reads
  }
  const Json* const map = FindKey(*json, "weight_map");
  Check(map != nullptr && map->is_object() && map->size() == index->entries.size(),
        "the naive reader finds as many tensors");
  for (const IndexEntry& entry : index->entries) {
    const Json* const shard = FindKey(*map, entry.tensor);
    Check(shard != nullptr && *shard == index->shards[entry.shard], "… in the same shards");
  }
}

void Repair(std::string* /*bytes*/) {}

}  // namespace fuseo1::fuzz

FUSEO1_FUZZ_ENTRY()
