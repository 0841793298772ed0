// Storage formats as policies: how to load element i as float or double, and how to store it. For
// the files that are compiled once per instruction set.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "tensor/dtype.h"
#include "tensor/rounding.h"

namespace fuseo1 {

struct Bf16 {
  using Bits = std::uint16_t;
  static float ToFloat(Bits b) { return FloatFromBf16(b); }
  static double ToDouble(Bits b) { return static_cast<double>(FloatFromBf16(b)); }
  static Bits FromFloat(float v) { return Bf16FromFloat(v); }
  static Bits FromDouble(double v) { return Bf16FromDouble(v); }
  // Of a float that is finite, far from overflow and not halfway between two results.
  static Bits FromPlainFloat(float v) {
    return static_cast<Bits>((std::bit_cast<std::uint32_t>(v) + kHalfway) >> 16);
  }
  static constexpr std::uint32_t kCutBits = 0xFFFF;  // of a float, lost when it is stored
  static constexpr std::uint32_t kHalfway = 0x8000;
  static constexpr float kTooSmall = 0x1p-106F;  // half a step of the numbers that are not plain
  static constexpr float kOverflowScale = 4;     // numbers times this are infinite if not plain
  static constexpr std::uint16_t kExponent = 0x7F80;
  static bool IsInf(Bits b) { return (b & 0x7FFFU) == 0x7F80U; }
  static bool IsNan(Bits b) { return (b & 0x7FFFU) > 0x7F80U; }
};
struct Fp16 {
  using Bits = std::uint16_t;
  static float ToFloat(Bits b) { return FloatFromFp16(b); }
  static double ToDouble(Bits b) { return static_cast<double>(FloatFromFp16(b)); }
  static Bits FromFloat(float v) { return Fp16FromFloat(v); }
  static Bits FromDouble(double v) { return Fp16FromDouble(v); }
  static Bits FromPlainFloat(float v) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(v);
    const std::uint32_t magnitude = ((bits & 0x7FFFFFFFU) - (112U << 23) + kHalfway) >> 13;
    return static_cast<Bits>(((bits >> 16) & 0x8000U) | magnitude);
  }
  static constexpr std::uint32_t kCutBits = 0x1FFF;
  static constexpr std::uint32_t kHalfway = 0x1000;
  static constexpr float kTooSmall = 0x1p-26F;  // below 2^-14 numbers are subnormal
  static constexpr float kOverflowScale = 0x1p113F;
  static constexpr std::uint16_t kExponent = 0x7C00;
  static bool IsInf(Bits b) { return (b & 0x7FFFU) == 0x7C00U; }
  static bool IsNan(Bits b) { return (b & 0x7FFFU) > 0x7C00U; }
};
struct Fp32 {
  using Bits = float;
  static float ToFloat(Bits b) { return b; }
  static double ToDouble(Bits b) { return static_cast<double>(b); }
  static Bits FromFloat(float v) { return v; }
  static Bits FromDouble(double v) { return static_cast<float>(v); }
  static constexpr std::uint32_t kExponent = 0x7F800000U;
  static bool IsInf(Bits b) { return std::fabs(b) == HUGE_VALF; }
  static bool IsNan(Bits b) { return b != b; }
};
struct Fp64 {
  using Bits = double;
  static float ToFloat(Bits b) { return static_cast<float>(b); }
  static double ToDouble(Bits b) { return b; }
  static Bits FromFloat(float v) { return static_cast<double>(v); }
  static Bits FromDouble(double v) { return v; }
  static constexpr std::uint64_t kExponent = 0x7FF0000000000000U;
  static bool IsInf(Bits b) { return std::fabs(b) == HUGE_VAL; }
  static bool IsNan(Bits b) { return b != b; }
};

// memcpy keeps unaligned and aliasing access legal; compilers turn it into plain vector moves.
template <class F>
typename F::Bits Load(const std::byte* in, std::size_t i) {
  typename F::Bits bits;
  std::memcpy(&bits, in + i * sizeof(bits), sizeof(bits));
  return bits;
}
template <class F>
void Store(std::byte* out, std::size_t i, typename F::Bits bits) {
  std::memcpy(out + i * sizeof(bits), &bits, sizeof(bits));
}

// Calls body with the policy of dtype.
template <class Body>
void WithFormat(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kBF16:
      return body(Bf16{});
    case DType::kF16:
      return body(Fp16{});
    case DType::kF32:
      return body(Fp32{});
    case DType::kF64:
      return body(Fp64{});
    default:
      FUSEO1_CHECK(false && "only float types reach the kernels");
  }
}

// Tells whether any of many numbers is not finite, without leaving their width: the lowest bit of
// the exponent, added to an exponent of ones, carries into the sign's place.
template <class F>
class AnyNonfinite {
 public:
  void Add(typename F::Bits bits) {
    const auto exponent = static_cast<Word>(std::bit_cast<Word>(bits) & F::kExponent);
    carries_ = static_cast<Word>(carries_ | (exponent + kUnit));
  }
  bool found() const { return carries_ >> (8 * sizeof(Word) - 1) != 0; }

 private:
  using Word = std::remove_const_t<decltype(F::kExponent)>;
  static constexpr auto kUnit = static_cast<Word>(F::kExponent & (~F::kExponent + 1));
  Word carries_ = 0;
};

// Adds the numbers that are NaN and that are infinite. Almost every run has none.
template <class F>
void CountNonfinite(const std::byte* in, std::size_t elems, std::uint64_t* nan,
                    std::uint64_t* inf) {
  AnyNonfinite<F> any;
  for (std::size_t i = 0; i < elems; ++i) {
    any.Add(Load<F>(in, i));
  }
  if (!any.found()) {
    return;
  }
  for (std::size_t i = 0; i < elems; ++i) {
    const typename F::Bits bits = Load<F>(in, i);
    *nan += F::IsNan(bits) ? 1 : 0;
    *inf += F::IsInf(bits) ? 1 : 0;
  }
}

// Halfway between the two results between which a float lies.
template <class F>
float HalfwayOf(float value) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(value) & ~F::kCutBits) | F::kHalfway);
}

// Negative for what is infinite or NaN. Integer comparisons vectorise, and NaN is larger than all
// numbers.
inline std::int32_t Unbounded(float size) {
  constexpr std::int32_t kLargest = 0x7F7FFFFF;
  return kLargest - std::bit_cast<std::int32_t>(std::fabs(size));
}

// Negative where a float result may round otherwise than the number that it approximates: `size`
// times `slack` is the error's bound (size is scaled by F::kOverflowScale). Also for numbers that
// are not plain: tiny, huge, infinite or NaN.
template <class F>
std::int32_t Doubt(float value, float size, float slack) {
  const auto distance = std::bit_cast<std::int32_t>(std::fabs(value - HalfwayOf<F>(value)));
  const float bound = std::fabs(size * slack + F::kTooSmall);
  return (distance - std::bit_cast<std::int32_t>(bound) - 1) | Unbounded(bound);
}

}  // namespace fuseo1
