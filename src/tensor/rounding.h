// Conversions between number formats, one element at a time, written so that compilers vectorise
// loops over them: no branches, no library calls. Rounding is to nearest, ties to even. Pure; any
// thread.
#pragma once

#include <bit>
#include <cstdint>

namespace fuseo1 {

inline float FloatFromBf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t Bf16FromFloat(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const std::uint32_t quiet = (bits >> 16) | 0x40U;
  const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  return static_cast<std::uint16_t>(is_nan ? quiet : rounded);
}

inline float FloatFromFp16(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t magnitude = half & 0x7FFFU;
  // Normal numbers: shift and rebias. Subnormals: magnitude · 2^-24 is exact in float.
  const std::uint32_t normal = (magnitude << 13) + (112U << 23);
  const std::uint32_t special = (magnitude << 13) | 0x7F800000U;
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(
      static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
  std::uint32_t bits = magnitude < 0x0400U ? subnormal : normal;
  bits = magnitude >= 0x7C00U ? special : bits;
  return std::bit_cast<float>(bits | sign);
}

inline std::uint16_t Fp16FromFloat(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  // Normal results: rebias and round the 13 low bits away. A carry reaches the exponent, up to
  // infinity.
  const std::uint32_t normal =
      (magnitude - (112U << 23) + 0x0FFFU + ((magnitude >> 13) & 1U)) >> 13;
  // Below 2^-14: adding 0.5 leaves the result in the low bits of the sum, rounded by the addition
  // itself.
  const std::uint32_t subnormal =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
  std::uint32_t half = magnitude < (113U << 23) ? subnormal : normal;
  half = magnitude >= 0x47800000U ? 0x7C00U : half;  // 2^16 and above, infinity
  half = magnitude > 0x7F800000U ? (0x7E00U | ((magnitude >> 13) & 0x01FFU)) : half;
  return static_cast<std::uint16_t>(half | sign);
}

// `value` cut to 24 bits of precision with "sticky" rounding: an inexact result is odd. Rounding it
// again to at most 22 bits gives what one rounding of `value` would have given (Boldo and
// Melquiond, 2005). Subnormal floats, overflow and NaN keep the plain conversion's meaning.
//
// Integers throughout: `value` and the float nearest to it have one sign, so the difference of
// their bits tells which is larger in magnitude. Comparisons of doubles would keep loops scalar.
inline float FloatRoundedToOdd(double value) {
  const float nearest = static_cast<float>(value);
  const std::int64_t excess = std::bit_cast<std::int64_t>(static_cast<double>(nearest)) -
                              std::bit_cast<std::int64_t>(value);
  const auto too_large = static_cast<std::uint32_t>(static_cast<std::uint64_t>(-excess) >> 63);
  const auto too_small = static_cast<std::uint32_t>(static_cast<std::uint64_t>(excess) >> 63);
  // From 2^128 on "nearest" is infinity: the cut gives the largest float, odd; it still rounds to
  // infinity.
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest);
  return std::bit_cast<float>((bits - too_large) | too_large | too_small);
}

inline std::uint16_t Bf16FromDouble(double value) {
  return Bf16FromFloat(FloatRoundedToOdd(value));
}
inline std::uint16_t Fp16FromDouble(double value) {
  return Fp16FromFloat(FloatRoundedToOdd(value));
}

}  // namespace fuseo1
