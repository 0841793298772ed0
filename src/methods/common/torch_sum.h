// The order in which torch adds on one thread of an AVX2 machine. Bits depend on it.
//
// Along a stack of models, one element is a plain sequence up to 15 terms; longer ones are added in
// groups of 16 whose totals climb a cascade of four levels. A sum over contiguous elements runs in
// vector lanes with four accumulators, each of them such a cascade.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tensor/dtype.h"

namespace fuseo1 {

// Rows of a cascade summed side by side: load(step, row) for step in [0, size).
template <class Acc, std::size_t kRows, class Load>
inline std::array<Acc, kRows> CascadeRows(std::size_t size, Load load) {
  constexpr std::size_t kLevels = 4;
  const std::size_t bits = size <= 1 ? 0 : static_cast<std::size_t>(std::bit_width(size - 1));
  const std::size_t power = std::max<std::size_t>(4, bits / kLevels);
  const std::size_t step = std::size_t{1} << power;
  std::array<std::array<Acc, kRows>, kLevels> level{};
  std::size_t i = 0;
  while (i + step <= size) {
    for (std::size_t j = 0; j < step; ++j, ++i) {
      for (std::size_t row = 0; row < kRows; ++row) {
        level[0][row] += load(i, row);
      }
    }
    for (std::size_t j = 1; j < kLevels; ++j) {
      for (std::size_t row = 0; row < kRows; ++row) {
        level[j][row] += level[j - 1][row];
        level[j - 1][row] = Acc{};
      }
      if ((i & ((step - 1) << (j * power))) != 0) {
        break;
      }
    }
  }
  for (; i < size; ++i) {
    for (std::size_t row = 0; row < kRows; ++row) {
      level[0][row] += load(i, row);
    }
  }
  for (std::size_t j = 1; j < kLevels; ++j) {
    for (std::size_t row = 0; row < kRows; ++row) {
      level[0][row] += level[j][row];
    }
  }
  return level[0];
}

// Σ_k term(k) for one element of a stack of `count` tensors.
template <class T, class Term>
inline T StackSum(std::size_t count, Term term) {
  if (count < 16) {
    T sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
      sum += term(k);
    }
    return sum;
  }
  return CascadeRows<T, 1>(count, [&](std::size_t k, std::size_t) { return term(k); })[0];
}

// The lanes of a vector register, added element by element.
template <class T, std::size_t kWidth>
struct Lanes {
  std::array<T, kWidth> lane{};
  Lanes& operator+=(const Lanes& other) {
    for (std::size_t i = 0; i < kWidth; ++i) {
      lane[i] += other.lane[i];
    }
    return *this;
  }
};

// Σ_i term(i) over contiguous elements stored as `stored`: 32 bytes are loaded at a time, and the
// two halves of sixteen half-precision numbers are added first.
template <class T, class Term>
inline T ContiguousSum(DType stored, std::size_t count, Term term) {
  constexpr std::size_t kWidth = 32 / sizeof(T);
  using Vector = Lanes<T, kWidth>;
  const bool half = stored == DType::kBF16 || stored == DType::kF16;
  const std::size_t load_elems = half ? 2 * kWidth : kWidth;
  const auto load = [&](std::size_t index) {
    Vector vector;
    const std::size_t at = index * load_elems;
    for (std::size_t i = 0; i < kWidth; ++i) {
      vector.lane[i] = half ? term(at + i) + term(at + kWidth + i) : term(at + i);
    }
    return vector;
  };
  const std::size_t vectors = count / load_elems;
  std::array<Vector, 4> rows = CascadeRows<Vector, 4>(
      vectors / 4, [&](std::size_t step, std::size_t row) { return load(step * 4 + row); });
  for (std::size_t i = vectors / 4 * 4; i < vectors; ++i) {
    rows[0] += load(i);
  }
  rows[0] += rows[1];
  rows[0] += rows[2];
  rows[0] += rows[3];
  T sum = 0;
  for (std::size_t i = vectors * load_elems; i < count; ++i) {
    sum += term(i);
  }
  for (const T lane : rows[0].lane) {
    sum += lane;
  }
  return sum;
}

}  // namespace fuseo1
