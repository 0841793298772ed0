#include "tensor/dtype.h"

#include <array>

namespace fuseo1 {
namespace {

struct Row {
  DType dtype;
  std::string_view name;        // in safetensors headers
  std::string_view torch_name;  // in configs
  int bits;
};

constexpr std::array kRows = {
    Row{DType::kF64, "F64", "float64", 64}, Row{DType::kF32, "F32", "float32", 32},
    Row{DType::kF16, "F16", "float16", 16}, Row{DType::kBF16, "BF16", "bfloat16", 16},
    Row{DType::kI64, "I64", "int64", 64},   Row{DType::kI32, "I32", "", 32},
    Row{DType::kI16, "I16", "", 16},        Row{DType::kI8, "I8", "", 8},
    Row{DType::kU64, "U64", "", 64},        Row{DType::kU32, "U32", "", 32},
    Row{DType::kU16, "U16", "", 16},        Row{DType::kU8, "U8", "", 8},
    Row{DType::kBool, "BOOL", "", 8},       Row{DType::kC64, "C64", "", 64},
    Row{DType::kF8E4M3, "F8_E4M3", "", 8},  Row{DType::kF8E5M2, "F8_E5M2", "", 8},
    Row{DType::kF8E8M0, "F8_E8M0", "", 8},  Row{DType::kF6E2M3, "F6_E2M3", "", 6},
    Row{DType::kF6E3M2, "F6_E3M2", "", 6},  Row{DType::kF4, "F4", "", 4},
};

const Row& RowOf(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view DTypeName(DType dtype) { return RowOf(dtype).name; }
std::string_view TorchDTypeName(DType dtype) { return RowOf(dtype).torch_name; }
int DTypeBits(DType dtype) { return RowOf(dtype).bits; }

std::optional<DType> DTypeFromName(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.dtype;
    }
  }
  return std::nullopt;
}

std::optional<DType> DTypeFromTorchName(std::string_view name) {
  if (name.starts_with("torch.")) {
    name.remove_prefix(6);
  }
  for (const Row& row : kRows) {
    if (!row.torch_name.empty() && row.torch_name == name) {
      return row.dtype;
    }
  }
  return std::nullopt;
}

DType PromoteFloat(DType a, DType b) {
  if (a == b) {
    return a;
  }
  return a == DType::kF64 || b == DType::kF64 ? DType::kF64 : DType::kF32;
}

}  // namespace fuseo1
