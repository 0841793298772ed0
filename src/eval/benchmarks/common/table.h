// The generated table: one entry a file of benchmarks/, in the order of the file names.
#pragma once

#include <span>

#include "eval/benchmark.h"

namespace fuseo1 {

std::span<const BenchmarkDef* const> BenchmarkTable();

}  // namespace fuseo1
