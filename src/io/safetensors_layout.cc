#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "io/safetensors.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

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

// Specs are ours: their sizes were checked when the inputs were read.
std::uint64_t BytesOf(const TensorSpec& tensor) {
  const std::uint64_t elems = ElemsOf(tensor.shape);
  FUSEO1_CHECK(elems * (static_cast<std::uint64_t>(DTypeBits(tensor.dtype)) % 8) % 8 == 0);
  return fuseo1::BytesOf(tensor.dtype, elems);
}

std::vector<std::uint32_t> DataOrder(std::span<const TensorSpec> tensors) {
  std::vector<std::uint32_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int rank_a = Rank(tensors[a].dtype);
    const int rank_b = Rank(tensors[b].dtype);
    return rank_a != rank_b ? rank_a > rank_b : tensors[a].name < tensors[b].name;
  });
  return order;
}

// The length field as given, the JSON text and its padding, in pieces.
void WriteText(std::span<const TensorSpec> tensors, std::span<const std::uint32_t> order,
               std::string json, std::uint64_t padding, const TextSink& sink) {
  json += R"({"__metadata__":{"format":"pt"})";
  std::uint64_t end = 0;
  for (const std::uint32_t i : order) {
    const TensorSpec& tensor = tensors[i];
    const std::uint64_t begin = end;
    end += BytesOf(tensor);
    json.push_back(',');
    AppendJsonString(tensor.name, &json);
    fmt::format_to(std::back_inserter(json),
                   R"(:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                   DTypeName(tensor.dtype), fmt::join(tensor.shape, ","), begin, end);
    if (json.size() > kPieceBytes) {
      sink(json);
      json.clear();
    }
  }
  json.push_back('}');
  json.append(padding, ' ');
  sink(json);
}

// The whole header in pieces; its length is known only once it has been walked through.
void WriteHeader(std::span<const TensorSpec> tensors, std::span<const std::uint32_t> order,
                 const TextSink& sink) {
  std::uint64_t json_bytes = 0;
  WriteText(tensors, order, "", 0, [&](std::string_view piece) { json_bytes += piece.size(); });
  const std::uint64_t padding = (8 - json_bytes % 8) % 8;
  std::string length;
  for (int shift = 0; shift < 64; shift += 8) {
    length.push_back(static_cast<char>((json_bytes + padding) >> shift & 0xff));
  }
  WriteText(tensors, order, std::move(length), padding, sink);
}

}  // namespace

SafetensorsLayout LayOutSafetensors(std::span<const TensorSpec> tensors) {
  const std::vector<std::uint32_t> order = DataOrder(tensors);
  SafetensorsLayout layout;
  StreamHash hash;
  WriteHeader(tensors, order, [&](std::string_view piece) {
    layout.header_bytes += piece.size();
    hash.Update(std::as_bytes(std::span(piece.data(), piece.size())));
  });
  layout.header_hash = hash.Digest();
  layout.offsets.resize(tensors.size());
  layout.file_bytes = layout.header_bytes;
  for (const std::uint32_t i : order) {
    layout.offsets[i] = layout.file_bytes;
    layout.file_bytes += BytesOf(tensors[i]);
  }
  return layout;
}

void WriteSafetensorsHeader(std::span<const TensorSpec> tensors, const TextSink& sink) {
  WriteHeader(tensors, DataOrder(tensors), sink);
}

std::string SafetensorsHeaderText(std::span<const TensorSpec> tensors) {
  std::string text;
  WriteSafetensorsHeader(tensors, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace fuseo1
