// bfloat16 numbers as they are stored, two in a word: the upper halves of floats, so a word is two
// floats by a shift and a mask. A loop over words needs no conversion before it, no shuffle, and
// half the loads. Element 2 w is the even one of word w. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "methods/common/keys.h"
#include "tensor/lanes.h"
#include "tensor/rounding.h"

namespace fuseo1 {

// Elements of a vector of words.
inline constexpr std::size_t kPairStep = kLaneBytes / sizeof(std::uint16_t);
static_assert(kPairElems % kPairStep == 0);

inline constexpr std::uint32_t kOddHalf = 0xFFFF0000U;

// The numbers of a vector of words, and a word of two lower halves each.
inline FloatLanes EvenOf(WordLanes words) { return LanesAs<FloatLanes>(words << 16); }
inline FloatLanes OddOf(WordLanes words) { return LanesAs<FloatLanes>(words & kOddHalf); }
inline WordLanes WordsOf(WordLanes even, WordLanes odd) { return (even & ~kOddHalf) | odd << 16; }

// As DifferenceKey.
inline IntLanes DifferenceKeyLanes(FloatLanes x, FloatLanes b) {
  return SmallerLanes(LanesAs<IntLanes>(x - b) & 0x7FFFFFFF,
                      AllLanes<IntLanes>(static_cast<std::int32_t>(kNanKey)));
}

// The largest and the smallest magnitude among numbers side by side, as bits; zeros count as large,
// for they leave no bits.
struct PairSizes {
  static constexpr std::int16_t kLargest = 0x7000;  // 2^97: up to there, nothing overflows
  static constexpr std::int16_t kMagnitude = 0x7FFF;

  explicit PairSizes(ShortLanes numbers)
      : highest(numbers & kMagnitude), lowest((highest - 1) & kMagnitude) {}
  void Add(ShortLanes numbers) {
    const PairSizes others(numbers);
    highest = LargerLanes(highest, others.highest);
    lowest = SmallerLanes(lowest, others.lowest);
  }
  // A binade is 1 << 7.
  ShortLanes Spanned() const { return highest - lowest; }

  ShortLanes highest;
  ShortLanes lowest;  // less one
};

// One number.
inline std::uint16_t HalfAt(const std::byte* pairs, std::size_t i) {
  std::uint16_t half;
  std::memcpy(&half, pairs + i * sizeof(half), sizeof(half));
  return half;
}
inline float FloatAt(const std::byte* pairs, std::size_t i) {
  return FloatFromBf16(HalfAt(pairs, i));
}

// As DifferenceKeys.
inline void DifferenceKeysOfPairs(const std::byte* x, const std::byte* b, std::size_t count,
                                  std::uint32_t* __restrict keys) {
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = DifferenceKey(FloatAt(x, i), FloatAt(b, i));
  }
}

}  // namespace fuseo1
