// Sums, norms and dots of whole tensors, in the order of torch 2.13 on one AVX2 thread: what
// decides the last float bits. Pure; any thread. T is float, or double for F64.
//
//   sum    see torch_sum.h; a run shorter than a vector load is four interleaved scalar sums
//   norm   the lanes of a vector, one after the other, no fused multiply-add; one scalar for F16
//   dot    sixteen lanes of fused multiply-adds (the BLAS that torch links; close, not certain)
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "methods/common/torch_sum.h"
#include "methods/common/working_type.h"
#include "tensor/dtype.h"

namespace fuseo1 {

// Σ x over a contiguous run of a tensor stored as `dtype`.
template <class T>
T TorchSum(const T* x, std::size_t count, DType dtype) {
  const std::size_t load_elems = (IsHalf(dtype) ? 64 : 32) / sizeof(T);
  if (count >= load_elems) {
    return ContiguousSum<T>(dtype, count, [x](std::size_t i) { return x[i]; });
  }
  constexpr std::size_t kWays = 4;
  std::array<T, kWays> sums = CascadeRows<T, kWays>(
      count / kWays, [x](std::size_t i, std::size_t way) { return x[i * kWays + way]; });
  for (std::size_t i = count / kWays * kWays; i < count; ++i) {
    sums[0] += x[i];
  }
  return ((sums[0] + sums[1]) + sums[2]) + sums[3];
}

// Σ x over elements that are not neighbours, such as a column.
template <class T>
T TorchColumnSum(const T* x, std::size_t rows, std::size_t stride) {
  return CascadeRows<T, 1>(rows, [=](std::size_t i, std::size_t) { return x[i * stride]; })[0];
}

// √Σ x² over a contiguous run of a tensor stored as `dtype`.
template <class T>
T TorchNorm(const T* x, std::size_t count, DType dtype) {
  constexpr std::size_t kLanes = 32 / sizeof(T);
  T lane[kLanes] = {};
  std::size_t i = 0;
  if (dtype != DType::kF16) {
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        lane[l] += x[i + l] * x[i + l];
      }
    }
  }
  T sum = 0;
  for (const T value : lane) {
    sum += value;
  }
  for (; i < count; ++i) {
    sum += x[i] * x[i];
  }
  return std::sqrt(sum);
}

template <class T>
T TorchColumnNorm(const T* x, std::size_t rows, std::size_t stride) {
  T sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    sum += x[i * stride] * x[i * stride];
  }
  return std::sqrt(sum);
}

// Σ x y of one-dimensional tensors.
template <class T>
T TorchDot(const T* x, const T* y, std::size_t count) {
  constexpr std::size_t kLanes = 64 / sizeof(T);
  T lane[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      lane[l] = std::fma(x[i + l], y[i + l], lane[l]);
    }
  }
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) {
      lane[l] += lane[l + width];
    }
  }
  for (; i < count; ++i) {
    lane[0] += x[i] * y[i];
  }
  return lane[0];
}

}  // namespace fuseo1
