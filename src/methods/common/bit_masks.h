// Conditions as bits. Compilers do not make vectors of loops in which arithmetic on doubles depends
// on a condition, because it may trap. Pure; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "methods/method.h"

namespace fuseo1 {

// One for each element of a block: all bits or none.
using Masks = std::array<std::uint32_t, kBlockElems>;
// The same beside numbers of 16 bits.
using HalfMasks = std::array<std::uint16_t, kBlockElems>;

inline void NarrowMasks(const std::uint32_t* __restrict masks, std::size_t count,
                        std::uint16_t* __restrict halves) {
  for (std::size_t i = 0; i < count; ++i) {
    halves[i] = static_cast<std::uint16_t>(masks[i]);
  }
}

inline void WidenMasks(const std::uint16_t* __restrict halves, std::size_t count,
                       std::uint32_t* __restrict masks) {
  for (std::size_t i = 0; i < count; ++i) {
    masks[i] = static_cast<std::uint32_t>(static_cast<std::int16_t>(halves[i]));
  }
}

// `value`, or 0.
inline double And(std::uint64_t mask, double value) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) & mask);
}

inline float And(std::uint32_t mask, float value) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & mask);
}

// A double by a mask of 32 bits: all or none.
inline double Masked(std::uint32_t keep, double value) {
  return And(static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(keep))),
             value);
}

// `first` where the condition holds, else `second`.
inline double Select(bool condition, double first, double second) {
  const std::uint64_t mask = condition ? ~std::uint64_t{0} : 0;
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(first) & mask) |
                               (std::bit_cast<std::uint64_t>(second) & ~mask));
}
inline float Select(bool condition, float first, float second) {
  const std::uint32_t mask = condition ? ~0U : 0U;
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(first) & mask) |
                              (std::bit_cast<std::uint32_t>(second) & ~mask));
}

}  // namespace fuseo1
