// Vectors with the operators of their elements: a comparison gives all bits or none. For loops over
// conditions, which compilers either refuse to make vectors of or turn into booleans and back;
// everything else is a plain loop. They are as long as the registers of the instruction set that is
// compiled for; those with registers of 16 bytes take two.
// Pure; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

// Where registers are shorter, such vectors are passed differently; none ever leaves its object.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace fuseo1 {

#ifdef __AVX512BW__
inline constexpr std::size_t kLaneBytes = 64;
#else
inline constexpr std::size_t kLaneBytes = 32;
#endif

using FloatLanes [[gnu::vector_size(kLaneBytes)]] = float;
using IntLanes [[gnu::vector_size(kLaneBytes)]] = std::int32_t;
using WordLanes [[gnu::vector_size(kLaneBytes)]] = std::uint32_t;
using ShortLanes [[gnu::vector_size(kLaneBytes)]] = std::int16_t;
using HalfLanes [[gnu::vector_size(kLaneBytes)]] = std::uint16_t;
using LongLanes [[gnu::vector_size(kLaneBytes)]] = std::int64_t;
using DoubleLanes [[gnu::vector_size(kLaneBytes)]] = double;

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

namespace lanes_internal {

inline constexpr std::size_t kDoubles = kLaneBytes / sizeof(double);

template <std::size_t... i>
DoubleLanes DoublesFrom(std::size_t first, FloatLanes floats, std::index_sequence<i...>) {
  return DoubleLanes{static_cast<double>(floats[first + i])...};
}

}  // namespace lanes_internal

// The first half of the floats, or the others, as doubles. One by one: that is one instruction,
// where __builtin_convertvector takes four.
inline DoubleLanes LowerDoubles(FloatLanes floats) {
  using namespace lanes_internal;
  return DoublesFrom(0, floats, std::make_index_sequence<kDoubles>());
}
inline DoubleLanes UpperDoubles(FloatLanes floats) {
  using namespace lanes_internal;
  return DoublesFrom(kDoubles, floats, std::make_index_sequence<kDoubles>());
}

inline DoubleLanes MagnitudeLanes(DoubleLanes doubles) {
  return LanesAs<DoubleLanes>(LanesAs<LongLanes>(doubles) & 0x7FFFFFFFFFFFFFFF);
}

// By way of memory: compilers take lanes out of registers one by one.
inline std::uint32_t SumOfLanes(IntLanes lanes) {
  std::array<std::uint32_t, kLaneBytes / sizeof(std::uint32_t)> numbers;
  std::memcpy(numbers.data(), &lanes, sizeof(lanes));
  std::uint32_t sum = 0;
  for (const std::uint32_t number : numbers) {
    sum += number;
  }
  return sum;
}
// Whether any bit is set.
template <class Lanes>
bool AnyOfLanes(Lanes lanes) {
  std::array<std::uint64_t, kLaneBytes / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &lanes, sizeof(lanes));
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) {
    any |= word;
  }
  return any != 0;
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
