// One tensor's entry of a safetensors header: {"dtype":…, "shape":[…], "data_offsets":[a, b]}.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "io/json_scanner.h"
#include "tensor/dtype.h"

namespace fuseo1 {

struct EntryRange {
  DType dtype = DType::kF32;
  std::uint64_t begin = 0;  // from the start of the data
  std::uint64_t end = 0;
};

// Reads one entry and checks it on its own: known dtype, rank, no overflow, whole bytes, and that
// shape and range agree. `shape`: where the dimensions go, or nullptr. Keys that the format does
// not know are skipped, as the reference reader does. Errors: kInput with the byte.
Result<EntryRange> ReadEntry(JsonScanner* scanner, std::vector<std::uint64_t>* shape);

}  // namespace fuseo1
