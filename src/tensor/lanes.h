// Vectors of 32 bytes with the operators of their elements: a comparison gives all bits or none.
// For loops over conditions, which compilers either refuse to make vectors of or turn into booleans
// and back; everything else is a plain loop. Instruction sets with shorter registers take two.
// Pure; any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Where registers are shorter, such vectors are passed differently; none ever leaves its object.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace fuseo1 {

using FloatLanes [[gnu::vector_size(32)]] = float;
using IntLanes [[gnu::vector_size(32)]] = std::int32_t;
using WordLanes [[gnu::vector_size(32)]] = std::uint32_t;
using ShortLanes [[gnu::vector_size(32)]] = std::int16_t;
using HalfLanes [[gnu::vector_size(32)]] = std::uint16_t;
using LongLanes [[gnu::vector_size(32)]] = std::int64_t;
using DoubleLanes [[gnu::vector_size(32)]] = double;

inline constexpr std::size_t kLaneBytes = 32;

template <class Lanes>
Lanes LoadLanes(const std::byte* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}
template <class Lanes>
void StoreLanes(std::byte* to, Lanes lanes) {
  std::memcpy(to, &lanes, sizeof(lanes));
}

template <class Lanes, class T>
Lanes AllLanes(T value) {
  return Lanes{} + value;
}

// The same bits as other elements.
template <class To, class From>
To LanesAs(From lanes) {
  return std::bit_cast<To>(lanes);
}

// The first four of eight floats, or the others, as doubles. One by one: that is one instruction,
// where __builtin_convertvector takes four.
inline DoubleLanes LowerDoubles(FloatLanes floats) {
  return DoubleLanes{static_cast<double>(floats[0]), static_cast<double>(floats[1]),
                     static_cast<double>(floats[2]), static_cast<double>(floats[3])};
}
inline DoubleLanes UpperDoubles(FloatLanes floats) {
  return DoubleLanes{static_cast<double>(floats[4]), static_cast<double>(floats[5]),
                     static_cast<double>(floats[6]), static_cast<double>(floats[7])};
}

inline DoubleLanes MagnitudeLanes(DoubleLanes doubles) {
  return LanesAs<DoubleLanes>(LanesAs<LongLanes>(doubles) & 0x7FFFFFFFFFFFFFFF);
}

template <class Lanes>
Lanes SmallerLanes(Lanes a, Lanes b) {
  return a < b ? a : b;
}
template <class Lanes>
Lanes LargerLanes(Lanes a, Lanes b) {
  return a > b ? a : b;
}

}  // namespace fuseo1
