// Laws of ReadSafetensorsHeader: a second, naive reader agrees on accept and reject; what is
// accepted tiles the file's data; and it reads back equal when it is written again.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "io/safetensors.h"
#include "io/testing.h"

namespace fuseo1::fuzz {
namespace {

// The format's rules read off a JSON document, one after the other.
bool NaiveAccepts(std::string_view bytes) {
  if (bytes.size() < 10) {
    return false;
  }
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  }
  if (length > bytes.size() - 8 || length > kMaxSafetensorsHeaderBytes) {
    return false;
  }
  const auto json = ParseJson(bytes.substr(8, static_cast<std::size_t>(length)),
                              {.max_bytes = length, .max_depth = kMaxSafetensorsJsonDepth});
  if (!json.ok() || !json->is_object()) {
    return false;
  }
  const std::uint64_t data_bytes = bytes.size() - 8 - length;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const auto& [name, entry] : json->items()) {
    if (name == "__metadata__") {
      if (entry.is_null()) {
        continue;
      }
      if (!entry.is_object() || !std::all_of(entry.begin(), entry.end(),
                                             [](const Json& value) { return value.is_string(); })) {
        return false;
      }
      continue;
    }
    const Json* const dtype_name = FindKey(entry, "dtype");
    const Json* const shape = FindKey(entry, "shape");
    const Json* const offsets = FindKey(entry, "data_offsets");
    if (name.size() > kMaxTensorNameBytes || HasControlCharacters(name) || dtype_name == nullptr ||
        shape == nullptr || offsets == nullptr || !dtype_name->is_string() || !shape->is_array() ||
        shape->size() > kMaxRank || !offsets->is_array() || offsets->size() != 2) {
      return false;
    }
    const auto is_unsigned = [](const Json& value) { return value.is_number_unsigned(); };
    const auto dtype = DTypeFromName(dtype_name->get<std::string>());
    if (!dtype || !std::all_of(shape->begin(), shape->end(), is_unsigned) ||
        !std::all_of(offsets->begin(), offsets->end(), is_unsigned)) {
      return false;
    }
    // 128 bits hold every product that can still be legal.
    unsigned __int128 elems = 1;
    for (const Json& dim : *shape) {
      elems *= dim.get<std::uint64_t>();
      if (elems >> 64 != 0) {
        return false;
      }
    }
    const unsigned __int128 bits = elems * static_cast<unsigned>(DTypeBits(*dtype));
    const auto begin = (*offsets)[0].get<std::uint64_t>();
    const auto end = (*offsets)[1].get<std::uint64_t>();
    if (begin > end || bits % 8 != 0 || bits / 8 != end - begin) {
      return false;
    }
    ranges.emplace_back(begin, end);
  }
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t expected = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != expected) {
      return false;
    }
    expected = end;
  }
  return expected == data_bytes;
}

// An entry has keys that the format does not know. Nobody reads their values, so the naive reader's
// complaints about them (a key twice, a number beyond double) do not count.
bool HasUnknownKeys(std::string_view bytes, const SafetensorsHeader& header) {
  const auto text = bytes.substr(8, static_cast<std::size_t>(header.header_bytes) - 8);
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return true;
  }
  return std::any_of(json.begin(), json.end(), [](const Json& entry) {
    return entry.contains("dtype") && entry.size() != 3;
  });
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  const testing::MemoryFile file{std::string(bytes)};
  Interner interner;
  const auto header = ReadSafetensorsHeader(file, interner);
  if (!header.ok() || !HasUnknownKeys(bytes, *header)) {
    Check(header.ok() == NaiveAccepts(bytes), "the naive reader agrees");
  }
  if (!header.ok()) {
    Check(header.error().code() == ErrorCode::kInput, "damage is kInput");
    Check(!HasControlCharacters(header.error().message()), "messages hold no control character");
    Check(IsValidUtf8(header.error().message()), "messages are UTF-8");
    Check(header.error().message().size() < 2000, "messages are short");
    return;
  }
  std::uint64_t end = header->header_bytes;
  std::vector<TensorSpec> specs;
  for (const StoredTensor& tensor : header->tensors) {
    Check(tensor.offset == end, "tensors tile the data");
    end += tensor.Bytes();
    specs.push_back({tensor.name, tensor.dtype, tensor.shape.span()});
  }
  Check(end == bytes.size(), "tensors end with the file");
  const SafetensorsLayout layout = LayOutSafetensors(specs);
  std::string again = SafetensorsHeaderText(specs);
  again.resize(static_cast<std::size_t>(layout.file_bytes));
  const auto second = ReadSafetensorsHeader(testing::MemoryFile(again), interner);
  Check(second.ok(), "what is read can be written and read");
  Check(second->tensors.size() == specs.size(), "no tensor is lost");
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto found =
        std::find_if(second->tensors.begin(), second->tensors.end(),
                     [&](const StoredTensor& tensor) { return tensor.name == specs[i].name; });
    Check(found != second->tensors.end() && found->dtype == specs[i].dtype &&
              found->shape == specs[i].shape && found->offset == layout.offsets[i],
          "names, dtypes, shapes and places read back equal");
  }
}

// The length field, so that the mutated header is what is read; the data, so that its end fits.
void Repair(std::string* bytes) {
  if (bytes->size() < 8) {
    return;
  }
  const std::size_t close = bytes->rfind('}');
  if (close == std::string::npos || close < 8) {
    return;
  }
  const std::uint64_t length = close + 1 - 8;
  for (std::size_t i = 0; i < 8; ++i) {
    (*bytes)[i] = static_cast<char>(length >> (8 * i) & 0xff);
  }
}

}  // namespace fuseo1::fuzz

FUSEO1_FUZZ_ENTRY()
