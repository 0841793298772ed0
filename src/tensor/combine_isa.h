// The linear combination of the kernel table, compiled once per instruction set.
#pragma once

#include "tensor/kernels.h"

namespace fuseo1 {

// Kernels::combine.
void Combine(DType in, DType out, const std::byte* const* inputs, const double* coefficients,
             std::size_t input_count, std::byte* result, std::size_t elems, Nonfinite* nonfinite);

}  // namespace fuseo1
