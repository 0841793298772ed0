// model.safetensors.index.json: which shard holds which tensor. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/interner.h"

namespace fuseo1 {

struct IndexEntry {
  Name tensor;
  std::uint32_t shard = 0;  // index of ShardIndex::shards
};

struct ShardIndex {
  std::vector<std::string> shards;  // sorted; plain names, never a path
  std::vector<IndexEntry> entries;  // sorted by tensor
  std::optional<std::uint64_t> total_size;
  bool total_size_is_odd = false;  // it is there, but no whole number
};

// Errors: kInput with the byte, for damage, duplicate tensors, and shard names that are paths.
// Linear in the text but for a sort. Names of tensors are kept in `interner`.
Result<ShardIndex> ParseShardIndex(std::string_view text, Interner& interner);

}  // namespace fuseo1
