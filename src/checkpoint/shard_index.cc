#include "checkpoint/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/file_guess.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/json_scanner.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxFileNameBytes = 255;  // NAME_MAX
constexpr std::string_view kSuffix = ".safetensors";

// Why a shard's name is none; empty: it is one.
std::string_view ShardNameProblem(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameBytes) {
    return "has no or more than 255 bytes";
  }
  if (HasControlCharacters(name)) {
    return "holds a control character";
  }
  if (name.find_first_of("/\\") != std::string_view::npos || name.front() == '.') {
    return "is a path or begins with a dot; a shard lies beside its index";
  }
  if (EndsWith(name, ".bin") || EndsWith(name, ".pt") || EndsWith(name, ".pth")) {
    return "is a PyTorch file; convert the model to safetensors first";
  }
  if (!EndsWith(name, kSuffix) || name.size() == kSuffix.size()) {
    return "is no .safetensors file";
  }
  return "";
}

class IndexParser {
 public:
  IndexParser(std::string_view text, Interner& interner)
      : scanner_(text, kMaxJsonDepth), interner_(interner) {}

  Result<ShardIndex> Parse() {
    FUSEO1_TRY_VOID(scanner_.Expect('{', "'{', an index object"));
    bool is_first = true;
    while (!scanner_.TakeIf('}')) {
      FUSEO1_TRY_VOID(TakeComma(&is_first));
      const std::size_t position = scanner_.position();
      FUSEO1_TRY(const std::string key, scanner_.String("a key in quotes"));
      FUSEO1_TRY_VOID(scanner_.Expect(':', "':' after a key"));
      if (key == "weight_map") {
        if (has_map_) {
          return scanner_.ErrorAt(position, "weight_map a second time");
        }
        has_map_ = true;
        FUSEO1_TRY_VOID(ParseMap());
      } else if (key == "metadata" && scanner_.Peek() == '{') {
        FUSEO1_TRY_VOID(ParseMetadata());
      } else {
        FUSEO1_TRY_VOID(scanner_.Skip(1));
      }
    }
    if (!scanner_.AtEnd()) {
      return scanner_.Unexpected("only spaces after the index's '}'");
    }
    if (!has_map_ || index_.entries.empty()) {
      return InputError(has_map_ ? "weight_map names no tensor"
                                 : "expected the key weight_map, found none");
    }
    FUSEO1_TRY_VOID(Sort());
    return std::move(index_);
  }

 private:
  // Before every member: ',' but for the first; leaves the scanner at the key.
  Status TakeComma(bool* is_first) {
    if (!*is_first) {
      FUSEO1_TRY_VOID(scanner_.Expect(',', "',' or '}'"));
    }
    *is_first = false;
    scanner_.Peek();
    return {};
  }

  Status ParseMap() {
    FUSEO1_TRY_VOID(scanner_.Expect('{', "'{', an object as weight_map"));
    bool is_first = true;
    while (!scanner_.TakeIf('}')) {
      FUSEO1_TRY_VOID(TakeComma(&is_first));
      const std::size_t position = scanner_.position();
      FUSEO1_TRY(const std::string tensor, scanner_.String("a tensor name in quotes"));
      if (tensor.size() > kMaxTensorNameBytes || HasControlCharacters(tensor)) {
        return scanner_.ErrorAt(position, fmt::format("tensor name {} is longer than {} bytes or "
                                                      "holds a control character",
                                                      Quoted(tensor, 80), kMaxTensorNameBytes));
      }
      FUSEO1_TRY_VOID(scanner_.Expect(':', "':' after a tensor name"));
      scanner_.Peek();
      const std::size_t name_position = scanner_.position();
      FUSEO1_TRY(const std::string shard, scanner_.String("a shard's file name in quotes"));
      FUSEO1_TRY(const std::uint32_t number, ShardNumber(shard, tensor, name_position));
      if (index_.entries.size() >= kMaxTensorsPerCheckpoint) {
        return scanner_.ErrorAt(position,
                                fmt::format("more than {} tensors", kMaxTensorsPerCheckpoint));
      }
      index_.entries.push_back({interner_.Intern(tensor), number});
    }
    return {};
  }

  Result<std::uint32_t> ShardNumber(const std::string& shard, const std::string& tensor,
                                    std::size_t position) {
    const auto known = numbers_.find(shard);
    if (known != numbers_.end()) {
      return known->second;
    }
    const std::string_view problem = ShardNameProblem(shard);
    if (!problem.empty()) {
      return scanner_.ErrorAt(
          position, fmt::format("weight_map puts tensor {} into {}, which {}", Quoted(tensor, 80),
                                Quoted(shard, 120), problem));
    }
    const auto number = static_cast<std::uint32_t>(index_.shards.size());
    index_.shards.push_back(shard);
    numbers_.emplace(shard, number);
    return number;
  }

  Status ParseMetadata() {
    FUSEO1_TRY_VOID(scanner_.Expect('{', "'{'"));
    bool is_first = true;
    while (!scanner_.TakeIf('}')) {
      FUSEO1_TRY_VOID(TakeComma(&is_first));
      FUSEO1_TRY(const std::string key, scanner_.String("a key in quotes"));
      FUSEO1_TRY_VOID(scanner_.Expect(':', "':' after a key"));
      if (key == "total_size") {
        JsonScanner look_ahead = scanner_;  // some writers store a float or a string: no matter
        const auto size = look_ahead.Unsigned("a size");
        index_.total_size_is_odd = !size.ok();
        if (size.ok()) {
          index_.total_size = *size;
        }
      }
      FUSEO1_TRY_VOID(scanner_.Skip(2));
    }
    return {};
  }

  // Shards by name, entries by tensor; equal tensors are neighbours then.
  Status Sort() {
    std::uint32_t rank = 0;
    std::vector<std::uint32_t> ranks(index_.shards.size());
    for (const auto& [name, number] : numbers_) {  // in order of names
      index_.shards[rank] = name;
      ranks[number] = rank++;
    }
    for (IndexEntry& entry : index_.entries) {
      entry.shard = ranks[entry.shard];
    }
    std::sort(index_.entries.begin(), index_.entries.end(),
              [](const IndexEntry& a, const IndexEntry& b) { return a.tensor < b.tensor; });
    const auto twice = std::adjacent_find(
        index_.entries.begin(), index_.entries.end(),
        [](const IndexEntry& a, const IndexEntry& b) { return a.tensor == b.tensor; });
    if (twice != index_.entries.end()) {
      return InputError(fmt::format("weight_map names tensor {} twice, in {} and in {}",
                                    Quoted(twice->tensor), Quoted(index_.shards[twice->shard]),
                                    Quoted(index_.shards[std::next(twice)->shard])));
    }
    return {};
  }

  JsonScanner scanner_;
  Interner& interner_;
  ShardIndex index_;
  std::map<std::string, std::uint32_t> numbers_;
  bool has_map_ = false;
};

}  // namespace

Result<ShardIndex> ParseShardIndex(std::string_view text, Interner& interner) {
  if (text.size() > kMaxIndexJsonBytes) {
    return InputError(
        fmt::format("an index of {} bytes, the limit is {}", text.size(), kMaxIndexJsonBytes));
  }
  if (const FileGuess guess = GuessFile(text); !guess.what.empty()) {
    return InputError(guess.Message("an index in JSON"));
  }
  if (Trim(text).empty()) {
    return InputError("expected an index in JSON, found an empty file. Fetch it again.");
  }
  if (!IsValidUtf8(text)) {
    return InputError("not UTF-8 text");
  }
  return IndexParser(text, interner).Parse();
}

}  // namespace fuseo1
