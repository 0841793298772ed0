#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "io/safetensors.h"

namespace fuseo1 {
namespace {

// The reference writer's rank of a dtype; data of a higher rank comes first, so that every tensor
// stays aligned to its own width.
int Rank(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return 0;
    case DType::kF4:
      return 1;
    case DType::kF6E2M3:
      return 2;
    case DType::kF6E3M2:
      return 3;
    case DType::kU8:
      return 4;
    case DType::kI8:
      return 5;
    case DType::kF8E5M2:
      return 6;
    case DType::kF8E4M3:
      return 7;
    case DType::kF8E8M0:
      return 8;
    case DType::kI16:
      return 9;
    case DType::kU16:
      return 10;
    case DType::kF16:
      return 11;
    case DType::kBF16:
      return 12;
    case DType::kI32:
      return 13;
    case DType::kU32:
      return 14;
    case DType::kF32:
      return 15;
    case DType::kC64:
      return 16;
    case DType::kF64:
      return 17;
    case DType::kI64:
      return 18;
    case DType::kU64:
      return 19;
  }
  return 0;
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      *out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

std::uint64_t BytesOf(const TensorSpec& tensor) {
  // Specs are ours: their sizes were checked when the inputs were read.
  std::uint64_t bits = static_cast<std::uint64_t>(DTypeBits(tensor.dtype));
  for (const std::uint64_t dim : tensor.shape) {
    bits *= dim;
  }
  FUSEO1_CHECK(bits % 8 == 0);
  return bits / 8;
}

}  // namespace

SafetensorsLayout LayOutSafetensors(std::span<const TensorSpec> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int rank_a = Rank(tensors[a].dtype);
    const int rank_b = Rank(tensors[b].dtype);
    return rank_a != rank_b ? rank_a > rank_b : tensors[a].name < tensors[b].name;
  });
  SafetensorsLayout layout;
  layout.offsets.resize(tensors.size());
  std::string json = R"({"__metadata__":{"format":"pt"})";
  std::uint64_t data_bytes = 0;
  for (const std::size_t i : order) {
    const TensorSpec& tensor = tensors[i];
    const std::uint64_t begin = data_bytes;
    layout.offsets[i] = begin;
    data_bytes += BytesOf(tensor);
    json.push_back(',');
    AppendJsonString(tensor.name, &json);
    json += fmt::format(R"(:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                        DTypeName(tensor.dtype), fmt::join(tensor.shape, ","), begin, data_bytes);
  }
  json.push_back('}');
  json.resize((json.size() + 7) / 8 * 8, ' ');
  for (int shift = 0; shift < 64; shift += 8) {
    layout.header.push_back(static_cast<char>(json.size() >> shift & 0xff));
  }
  layout.header += json;
  for (std::uint64_t& offset : layout.offsets) {
    offset += layout.header.size();
  }
  layout.file_bytes = layout.header.size() + data_bytes;
  return layout;
}

}  // namespace fuseo1
