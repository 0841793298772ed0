// Magnitudes as integers that are ordered like the floats nearest to them: what selections and
// ranks compare. All NaN are one key above infinity. Pure; any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "methods/method.h"

namespace fuseo1 {

inline constexpr std::uint32_t kInfinityKey = 0x7F800000U;
inline constexpr std::uint32_t kNanKey = kInfinityKey + 1;

inline std::uint32_t KeyOf(float number) {
  return std::min(std::bit_cast<std::uint32_t>(number) & 0x7FFFFFFFU, kNanKey);
}

inline void MagnitudeKeys(const double* __restrict magnitudes, std::size_t count,
                          std::uint32_t* __restrict keys) {
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = KeyOf(static_cast<float>(magnitudes[i]));
  }
}

// The key of |x - b|. The difference of two floats rounded to float is the same with and without a
// rounding to double on the way: what double cannot hold is too small to move a float from its
// place.
template <class T>
std::uint32_t DifferenceKey(T x, T b) {
  return KeyOf(static_cast<float>(x - b));
}

template <class T>
void DifferenceKeys(const T* __restrict x, const T* __restrict b, std::size_t count,
                    std::uint32_t* __restrict keys) {
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = DifferenceKey(x[i], b[i]);
  }
}

// The cell of an element: what searches count by.
inline std::uint64_t CellOf(std::uint64_t element) { return element / kBlockElems; }

}  // namespace fuseo1
