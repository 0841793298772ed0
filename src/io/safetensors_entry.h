// One tensor's entry of a safetensors header: {"dtype":…, "shape":[…], "data_offsets":[a, b]}.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "base/result.h"
#include "io/json_scanner.h"
#include "tensor/dtype.h"

namespace fuseo1 {

struct TensorEntry {
  DType dtype = DType::kF32;
  std::array<std::uint64_t, kMaxRank> extents = {};
  std::size_t rank = 0;
  std::uint64_t begin = 0;  // from the start of the data
  std::uint64_t end = 0;
};

// Reads one entry and checks it on its own: known dtype, rank, no overflow, whole bytes, and that
// shape and range agree. Keys that the format does not know are skipped, as the reference reader
// does. Errors: kInput with the byte.
Result<TensorEntry> ReadEntry(JsonScanner* scanner);

}  // namespace fuseo1
