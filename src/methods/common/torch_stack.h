// Sums over the models, one element at a time, in torch's order. Pure; any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "methods/common/torch_sums.h"
#include "methods/common/working_type.h"

namespace fuseo1 {

// Σ_k term(k) for element `index` of a stack of `count` tensors of `elems` elements. Columns are
// added up in groups of four vectors; those left over go one by one, each in four interleaved sums.
// With one element a tensor the stack is a contiguous run.
template <class T, class Term>
inline T StackSum(DType dtype, std::size_t count, std::size_t elems, std::size_t index, Term term) {
  constexpr std::size_t kWays = 4;
  T sum = 0;
  if (count <= kWays) {
    for (std::size_t k = 0; k < count; ++k) {
      sum += term(k);
    }
    return sum;
  }
  std::vector<T> terms(count);
  for (std::size_t k = 0; k < count; ++k) {
    terms[k] = term(k);
  }
  if (elems == 1) {
    return TorchSum<T>(terms.data(), count, IsHalf(dtype));
  }
  const std::size_t vector = IsHalf(dtype) ? 2 * kTorchLanes<T> : kTorchLanes<T>;
  const std::size_t group = elems >= vector ? kWays * kTorchLanes<T> : kWays;
  if (index < elems / group * group) {
    return TorchColumnSum<T>(terms.data(), count, 1);
  }
  return internal::InterleavedSum<T, 1>(count, [&](std::size_t k, T* out) { *out = terms[k]; })[0];
}

}  // namespace fuseo1
