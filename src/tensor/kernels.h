// The inner loops over elements: widening stored numbers, rounding results back, linear
// combinations. Chosen once per process by instruction set; every set gives the same bits. Pure;
// any thread. Buffers of one call do not overlap; no alignment is required.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"
#include "tensor/isa.h"

namespace fuseo1 {

// Numbers that are not finite.
struct Nonfinite {
  std::uint64_t nan_in = 0, inf_in = 0, nan_out = 0, inf_out = 0;
};

struct Kernels {
  // out[i] = the stored number, exactly. dtype is F64, F32, F16 or BF16. This and the next three
  // tell whether any stored number is not finite.
  bool (*widen)(DType dtype, const std::byte* in, double* out, std::size_t elems);
  // The same as float; from F64 with one rounding to nearest even.
  bool (*widen_f32)(DType dtype, const std::byte* in, float* out, std::size_t elems);
  // out[i] = in[i] rounded once, to nearest even; NaN stays NaN (quiet), overflow gives infinity.
  bool (*narrow)(DType dtype, const double* in, std::byte* out, std::size_t elems);
  bool (*narrow_f32)(DType dtype, const float* in, std::byte* out, std::size_t elems);
  // Numbers that are NaN, and that are infinite, added to the two counters.
  void (*count_nonfinite)(DType dtype, const std::byte* in, std::size_t elems, std::uint64_t* nan,
                          std::uint64_t* inf);
  // result[i] = round(Σ_k coefficients[k] · in_k[i]): products and sums in f64, k ascending, one
  // rounding. All inputs have dtype `in`. The same bits as widen, multiply, add, narrow, without
  // the round trips. Adds what is not finite in the inputs and the result to *nonfinite.
  void (*combine)(DType in, DType out, const std::byte* const* inputs, const double* coefficients,
                  std::size_t input_count, std::byte* result, std::size_t elems,
                  Nonfinite* nonfinite);
};

const Kernels& KernelsFor(Isa isa);
inline const Kernels& CurrentKernels() { return KernelsFor(CurrentIsa()); }

}  // namespace fuseo1
