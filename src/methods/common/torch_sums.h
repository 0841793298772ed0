// Whole-tensor reductions in the order of torch 2.13 on one AVX2 thread: what decides the last
// float bits of sums and norms. Pure; any thread. T is float or double; a vector is 32 bytes.
//
//   sum    lanes of a vector x four vectors, cascaded through four levels of partial sums
//   norm   lanes of a vector, one after the other, no fused multiply-add; one scalar for F16
//   dot    sixteen lanes of fused multiply-adds (the BLAS that torch links; close, not certain)
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "tensor/dtype.h"

namespace fuseo1 {

template <class T>
inline constexpr std::size_t kTorchLanes = 32 / sizeof(T);

namespace internal {

inline constexpr std::size_t kCascadeLevels = 4;

// Sums of `size` rows of kWidth values: load(i, row) writes row i. Rows are added up in groups of
// 2^power, groups in groups, and so on, so that errors grow with the logarithm.
template <class T, std::size_t kWidth, class Load>
void CascadeSum(std::size_t size, Load&& load, std::array<T, kWidth>& out) {
  const std::size_t bits = size <= 1 ? 0 : std::bit_width(size - 1);
  const std::size_t power = std::max<std::size_t>(4, bits / kCascadeLevels);
  const std::size_t step = std::size_t{1} << power;
  T acc[kCascadeLevels][kWidth] = {};
  T row[kWidth];
  std::size_t i = 0;
  while (i + step <= size) {
    for (std::size_t j = 0; j < step; ++j, ++i) {
      load(i, row);
      for (std::size_t l = 0; l < kWidth; ++l) {
        acc[0][l] += row[l];
      }
    }
    for (std::size_t level = 1; level < kCascadeLevels; ++level) {
      for (std::size_t l = 0; l < kWidth; ++l) {
        acc[level][l] += acc[level - 1][l];
        acc[level - 1][l] = 0;
      }
      if ((i & ((step - 1) << (level * power))) != 0) {
        break;
      }
    }
  }
  for (; i < size; ++i) {
    load(i, row);
    for (std::size_t l = 0; l < kWidth; ++l) {
      acc[0][l] += row[l];
    }
  }
  for (std::size_t level = 1; level < kCascadeLevels; ++level) {
    for (std::size_t l = 0; l < kWidth; ++l) {
      acc[0][l] += acc[level][l];
    }
  }
  std::copy(acc[0], acc[0] + kWidth, out.begin());
}

// Four interleaved sums of kLanes each, folded into one vector.
template <class T, std::size_t kLanes, class Load>
std::array<T, kLanes> InterleavedSum(std::size_t vectors, Load&& load) {
  constexpr std::size_t kWays = 4;
  std::array<T, kWays * kLanes> partial;
  CascadeSum<T, kWays * kLanes>(
      vectors / kWays,
      [&](std::size_t i, T* __restrict row) {
        for (std::size_t way = 0; way < kWays; ++way) {
          load(i * kWays + way, row + way * kLanes);
        }
      },
      partial);
  std::array<T, kLanes> total;
  std::copy(partial.begin(), partial.begin() + kLanes, total.begin());
  T extra[kLanes];
  for (std::size_t i = vectors / kWays * kWays; i < vectors; ++i) {
    load(i, extra);
    for (std::size_t l = 0; l < kLanes; ++l) {
      total[l] += extra[l];
    }
  }
  for (std::size_t way = 1; way < kWays; ++way) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      total[l] += partial[way * kLanes + l];
    }
  }
  return total;
}

}  // namespace internal

// Σ x over a contiguous run. `half` tells that the tensor is stored in 16 bits: then a vector load
// is two vectors, added.
template <class T>
T TorchSum(const T* x, std::size_t count, bool half = false) {
  constexpr std::size_t kLanes = kTorchLanes<T>;
  const std::size_t load_elems = half ? 2 * kLanes : kLanes;
  if (count < load_elems) {
    return internal::InterleavedSum<T, 1>(count, [x](std::size_t i, T* out) { *out = x[i]; })[0];
  }
  const std::size_t vectors = count / load_elems;
  const std::array<T, kLanes> lanes =
      half ? internal::InterleavedSum<T, kLanes>(vectors,
                                                 [x](std::size_t i, T* __restrict out) {
                                                   const T* in = x + i * 2 * kLanes;
                                                   for (std::size_t l = 0; l < kLanes; ++l) {
                                                     out[l] = in[l] + in[l + kLanes];
                                                   }
                                                 })
           : internal::InterleavedSum<T, kLanes>(vectors, [x](std::size_t i, T* __restrict out) {
               for (std::size_t l = 0; l < kLanes; ++l) {
                 out[l] = x[i * kLanes + l];
               }
             });
  T sum = 0;
  for (std::size_t i = vectors * load_elems; i < count; ++i) {
    sum += x[i];
  }
  for (const T lane : lanes) {
    sum += lane;
  }
  return sum;
}

// Σ over the first axis of a [rows][columns] matrix, for one column.
template <class T>
T TorchColumnSum(const T* x, std::size_t rows, std::size_t stride) {
  std::array<T, 1> out;
  internal::CascadeSum<T, 1>(
      rows, [=](std::size_t i, T* row) { *row = x[i * stride]; }, out);
  return out[0];
}

// √Σ x² over a contiguous run of a tensor stored as `dtype`.
template <class T>
T TorchNorm(const T* x, std::size_t count, DType dtype) {
  constexpr std::size_t kLanes = kTorchLanes<T>;
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
  // What does not fill a vector: four squares at a time, then fused multiply-adds.
  for (const std::size_t quads_end = i + (count - i) / 4 * 4; i < quads_end; ++i) {
    sum += x[i] * x[i];
  }
  for (; i < count; ++i) {
    sum = std::fma(x[i], x[i], sum);
  }
  return std::sqrt(sum);
}

// √Σ x² down a column: one sum.
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
  constexpr std::size_t kLanes = 2 * kTorchLanes<T>;
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
