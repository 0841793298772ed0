// The working type of torch numerics: every tensor operation is done in float (double for F64) and
// rounded to the merge's dtype. A rounding policy is a type with one static function, so that
// loops over it vectorise.
#pragma once

#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "tensor/dtype.h"
#include "tensor/rounding.h"

namespace fuseo1 {

struct RoundToBf16 {
  static float Round(float value) { return FloatFromBf16(Bf16FromFloat(value)); }
};
struct RoundToFp16 {
  static float Round(float value) { return FloatFromFp16(Fp16FromFloat(value)); }
};
struct NoRounding {
  static float Round(float value) { return value; }
  static double Round(double value) { return value; }
};

// Calls body(policy) with the policy of `dtype`: F16, BF16, F32 (F64 where T is double).
template <class T, class Body>
decltype(auto) WithRounding(DType dtype, Body&& body) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (dtype == DType::kBF16) {
      return body(RoundToBf16{});
    }
    if (dtype == DType::kF16) {
      return body(RoundToFp16{});
    }
  }
  FUSEO1_CHECK(dtype == DType::kF32 || dtype == DType::kF64);
  return body(NoRounding{});
}

// The type of T itself: what torch computes with where it widens a tensor.
template <class T>
inline constexpr DType kWide = sizeof(T) == sizeof(float) ? DType::kF32 : DType::kF64;

// Stored in 16 bits: torch then loads two vectors where it loads one of floats.
constexpr bool IsHalf(DType dtype) { return dtype == DType::kBF16 || dtype == DType::kF16; }

// One value rounded to `dtype`.
template <class T>
T RoundTo(DType dtype, T value) {
  return WithRounding<T>(dtype, [&](auto policy) { return decltype(policy)::Round(value); });
}

// A scalar that torch computes with a correctly rounded float (double) function of its argument.
// The double function rounded to float is that, but for one case in 2^29.
template <class T, class Function>
T ScalarOf(Function function, T argument) {
  return static_cast<T>(function(static_cast<double>(argument)));
}

}  // namespace fuseo1
