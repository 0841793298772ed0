// Our own elementary functions of f64: the same bits on every machine and instruction set, which
// libm does not promise. Exp and Log vectorise (no branches, no calls); the others are for
// scalars. Errors stay below 2 units in the last place. Pure; any thread.
//
// The polynomials are Chebyshev fits to within 1e-17 of the functions named beside them.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "methods/common/bit_masks.h"

namespace fuseo1 {

template <std::size_t kCount>
constexpr double Polynomial(const std::array<double, kCount>& coefficients, double x) {
  double sum = coefficients[kCount - 1];
  for (std::size_t i = kCount - 1; i-- > 0;) {
    sum = sum * x + coefficients[i];
  }
  return sum;
}

inline constexpr double kPi = 0x1.921fb54442d18p+1;
inline constexpr double kPiLow = 0x1.1a62633145c07p-53;  // π − kPi
// log 2 in two parts; the first has 33 bits, so that its products with exponents are exact.
inline constexpr double kLn2High = 0x1.62e42fefp-1;
inline constexpr double kLn2Low = 0x1.473de6af278edp-34;

// e^x. Below −708 the result is 0, above 709.78 infinity.
inline double Exp(double x) {
  // (e^r − 1 − r) / r² on [−½ log 2, ½ log 2]
  constexpr std::array kTail = {0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,
                                0x1.11111111100dcp-7,  0x1.6c16c16c162d4p-10, 0x1.a01a01abe7fe1p-13,
                                0x1.a01a01a6d889cp-16, 0x1.71de0231960ebp-19, 0x1.27e4db646b17ep-22,
                                0x1.af4de97ca4194p-26, 0x1.1f730349868cep-29};
  constexpr double kLog2E = 0x1.71547652b82fep+0;
  constexpr double kShift = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const bool is_zero = x < -708;
  const double low = Select(is_zero, -708, x);
  const double clamped = Select(low > 710, 710, low);
  const double shifted = clamped * kLog2E + kShift;
  const double k = shifted - kShift;
  const double r = (clamped - k * kLn2High) - k * kLn2Low;
  // Two factors, each in range: k may be 1024.
  const double value = 1 + (r + r * r * Polynomial(kTail, r));
  const double scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1022) << 52);
  const double result = value * scale * 2;
  return Select(is_zero, 0, result);
}

// The natural logarithm of a positive normal number; NaN gives NaN.
inline double Log(double x) {
  // (log((1 + s) / (1 − s)) / 2s − 1) / s² as a function of s², s ≤ (√2 − 1) / (√2 + 1)
  constexpr std::array kTail = {0x1.5555555555555p-2, 0x1.9999999999a38p-3, 0x1.2492492476c87p-3,
                                0x1.c71c720160b47p-4, 0x1.745cf901605f7p-4, 0x1.3b1c360763b8ap-4,
                                0x1.0fbe83c2cbcf3p-4, 0x1.0c04595972ab8p-4};
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCDULL;
  constexpr std::uint64_t kExponent = 0xFFF0000000000000ULL;
  constexpr std::uint64_t kOne = 0x3FF0000000000000ULL;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  // x = 2^k (1 + f) with 1 + f in [√½, √2); k biased by 1023 so that shifts stay unsigned.
  const std::uint64_t biased = bits - kRootHalf + kOne;
  const std::uint64_t mantissa = bits - (biased & kExponent) + kOne;
  const double k = std::bit_cast<double>((biased >> 52) | 0x4330000000000000ULL) - (0x1p52 + 1023);
  const double f = std::bit_cast<double>(mantissa) - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  // log(1 + f) = f − s (f − 2 z tail)
  const double correction = s * (f - 2 * z * Polynomial(kTail, z)) - k * kLn2Low;
  const double result = k * kLn2High + (f - correction);
  return Select(x != x, x, result);
}

namespace internal {

// Sine and cosine on [−π/4, π/4].
inline double SinNearZero(double x) {
  constexpr std::array kTail = {
      -0x1.5555555555555p-3,  0x1.1111111111111p-7,  -0x1.a01a01a01a019p-13, 0x1.71de3a556c2c8p-19,
      -0x1.ae64567e73219p-26, 0x1.61245fb507691p-33, -0x1.ae7c53ccfc679p-41, 0x1.9242bc8544292p-49};
  const double z = x * x;
  return x + x * z * Polynomial(kTail, z);
}
inline double CosNearZero(double x) {
  constexpr std::array kTail = {
      0x1.5555555555555p-5,  -0x1.6c16c16c16c16p-10, 0x1.a01a01a019d0ap-16, -0x1.27e4fb7712d65p-22,
      0x1.1eed8deb97a97p-29, -0x1.9394ba0cd6ed5p-37, 0x1.ab785b00b4646p-45};
  const double z = x * x;
  return 1 - (0.5 * z - z * z * Polynomial(kTail, z));
}
// asin(x) on [−½, ½].
inline double AsinNearZero(double x) {
  constexpr std::array kTail = {0x1.5555555555556p-3, 0x1.3333333332ecap-4, 0x1.6db6db6e31f13p-5,
                                0x1.f1c71c1db0623p-6, 0x1.6e8bb1c8209a2p-6, 0x1.1c4d35cf95421p-6,
                                0x1.c9cf07674736ap-7, 0x1.782651caa6547p-7, 0x1.52420b04b37bep-7,
                                0x1.65a9c4dfcf8b2p-8, 0x1.1d189408314eep-6, -0x1.e6aaa8a0a04ccp-7,
                                0x1.d72b2bc8155f8p-6};
  const double z = x * x;
  return x + x * z * Polynomial(kTail, z);
}

// x = quadrant · π/2 + rest, |rest| <= π/4. Angles of merges are small; past 1e6 the rest is that
// of x reduced by the double nearest 2π.
struct Reduced {
  double rest;
  int quadrant;
};
inline Reduced ReduceAngle(double x) {
  constexpr double kHalfPi1 = 0x1.921fb544p+0;  // 33 bits
  constexpr double kHalfPi2 = 0x1.0b4611a6p-34;
  constexpr double kHalfPi3 = 0x1.3198a2e037073p-69;
  const double small = std::fabs(x) < 1e6 ? x : std::fmod(x, 2 * kPi);
  const double count = std::nearbyint(small * 0x1.45f306dc9c883p-1);
  const double rest = ((small - count * kHalfPi1) - count * kHalfPi2) - count * kHalfPi3;
  return {rest, static_cast<int>(static_cast<std::int64_t>(count) & 3)};
}

}  // namespace internal

inline double Sin(double x) {
  if (!std::isfinite(x)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto [rest, quadrant] = internal::ReduceAngle(x);
  const double value =
      quadrant % 2 == 0 ? internal::SinNearZero(rest) : internal::CosNearZero(rest);
  return quadrant >= 2 ? -value : value;
}

inline double Cos(double x) {
  if (!std::isfinite(x)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto [rest, quadrant] = internal::ReduceAngle(x);
  const double value =
      quadrant % 2 == 0 ? internal::CosNearZero(rest) : internal::SinNearZero(rest);
  return quadrant == 1 || quadrant == 2 ? -value : value;
}

// The angle in [0, π] whose cosine is x, |x| <= 1.
inline double Acos(double x) {
  if (!(std::fabs(x) <= 1)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (std::fabs(x) <= 0.5) {
    return kPi / 2 - (internal::AsinNearZero(x) - kPiLow / 2);
  }
  // 1 − |x| is exact; half of it is the squared sine of half the angle.
  const double half = 2 * internal::AsinNearZero(std::sqrt((1 - std::fabs(x)) / 2));
  return x > 0 ? half : kPi - (half - kPiLow);
}

}  // namespace fuseo1
