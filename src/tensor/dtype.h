// Element types of safetensors, with their widths. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fuseo1 {

enum class DType : std::uint8_t {
  kF64,
  kF32,
  kF16,
  kBF16,
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kBool,
  kC64,
  kF8E4M3,
  kF8E5M2,
  kF8E8M0,
  kF6E2M3,
  kF6E3M2,
  kF4,
};

// "BF16", "F8_E4M3": the spelling of safetensors headers.
std::string_view DTypeName(DType dtype);
std::optional<DType> DTypeFromName(std::string_view name);

// "bfloat16", "float32": the spelling of configs, with or without "torch."; empty where configs
// have none.
std::string_view TorchDTypeName(DType dtype);
std::optional<DType> DTypeFromTorchName(std::string_view name);

int DTypeBits(DType dtype);

// Can be merged: F64, F32, F16, BF16.
constexpr bool IsFloat(DType dtype) { return dtype <= DType::kBF16; }
// Of a float's mantissa, the leading one included.
constexpr int SignificantBits(DType dtype) {
  switch (dtype) {
    case DType::kBF16:
      return 8;
    case DType::kF16:
      return 11;
    case DType::kF32:
      return 24;
    default:
      return 53;
  }
}
// Copied when all models agree: integers, BOOL and C64.
constexpr bool IsExactCopy(DType dtype) { return dtype > DType::kBF16 && dtype <= DType::kC64; }
// Recognised and refused by name.
constexpr bool IsQuantised(DType dtype) { return dtype > DType::kC64; }

// Torch's promotion of two float types: equal types stay, BF16 with F16 gives F32, else the wider.
DType PromoteFloat(DType a, DType b);

}  // namespace fuseo1
