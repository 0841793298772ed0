// Sums over blocks of pairs. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "methods/common/bit_masks.h"
#include "methods/common/lane_sum.h"
#include "methods/common/pairs.h"
#include "tensor/lanes.h"

namespace fuseo1 {

namespace pair_sums_internal {

// The lanes of LaneSum, those of even elements first: 0 2 4 …, then 1 3 5 …
class PairSums {
 public:
  // Of a vector of even elements, and their odd neighbours.
  template <class Term>
  [[gnu::always_inline]] void Add(FloatLanes even, FloatLanes odd, Term term) {
    Add(LowerDoubles(even), UpperDoubles(even), LowerDoubles(odd), UpperDoubles(odd), term);
  }
  template <class Term>
  [[gnu::always_inline]] void Add(DoubleLanes lower_even, DoubleLanes upper_even,
                                  DoubleLanes lower_odd, DoubleLanes upper_odd, Term term) {
    sums_[0] += term(lower_even);
    sums_[kHalf - 1] += term(upper_even);
    sums_[kHalf] += term(lower_odd);
    sums_[2 * kHalf - 1] += term(upper_odd);
  }
  // As FoldLanes of all, which adds even lanes to even ones until two are left.
  double Fold() const {
    std::array<std::array<double, kSumLanes / 2>, 2> lanes;
    static_assert(sizeof(lanes) == sizeof(sums_));
    std::memcpy(lanes.data(), sums_, sizeof(sums_));
    return FoldLanes(lanes[0]) + FoldLanes(lanes[1]);
  }

 private:
  static constexpr std::size_t kDoubles = kLaneBytes / sizeof(double);
  // Vectors of each parity: two, or one, to which a word's halves are added one after the other.
  static constexpr std::size_t kHalf = kSumLanes / 2 / kDoubles;
  static_assert(kHalf == 1 || kHalf == 2);
  DoubleLanes sums_[2 * kHalf]{};
};

// Calls body(x, base) for vectors of words, 0 where the masks are. Inline, or the sums of
// the body would not stay in registers.
template <bool kMasked, class Body>
[[gnu::always_inline]] inline void ForPairs(const std::byte* x, const std::byte* base,
                                            const std::uint16_t* masks, std::size_t count,
                                            Body body) {
  for (std::size_t at = 0; at < count; at += kPairStep) {
    auto xs = LoadLanes<WordLanes>(x + at * 2);
    auto bases = LoadLanes<WordLanes>(base + at * 2);
    if constexpr (kMasked) {
      const auto mask = LoadLanes<WordLanes>(reinterpret_cast<const std::byte*>(masks + at));
      xs &= mask;
      bases &= mask;
    }
    body(xs, bases);
  }
}

// Whether float holds the differences of numbers that it has seen side by side. Then double holds
// their squares.
class FloatsHold {
 public:
  void Add(WordLanes xs, WordLanes bases) {
    PairSizes sizes(LanesAs<ShortLanes>(xs));
    sizes.Add(LanesAs<ShortLanes>(bases));
    largest_ = LargerLanes(largest_, sizes.highest);
    spanned_ = LargerLanes(spanned_, sizes.Spanned());
  }
  bool Get() const {
    constexpr std::int16_t kMostSpanned = 15 << 7;  // binades
    return !AnyOfLanes((spanned_ > kMostSpanned) | (largest_ > PairSizes::kLargest));
  }

 private:
  ShortLanes spanned_{};
  ShortLanes largest_{};
};

// Σ term(x - base) where float does not hold the differences.
template <bool kMasked, class Term>
double SumInDoubles(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                    std::size_t count, Term term) {
  PairSums sums;
  ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    sums.Add(LowerDoubles(EvenOf(xs)) - LowerDoubles(EvenOf(bases)),
             UpperDoubles(EvenOf(xs)) - UpperDoubles(EvenOf(bases)),
             LowerDoubles(OddOf(xs)) - LowerDoubles(OddOf(bases)),
             UpperDoubles(OddOf(xs)) - UpperDoubles(OddOf(bases)), term);
  });
  return sums.Fold();
}

}  // namespace pair_sums_internal

// Σ (x - base)² over the elements whose masks are set, or over all where there are none: the
// additions of LaneSum.
template <bool kMasked>
double EnergyOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                     std::size_t count) {
  namespace internal = pair_sums_internal;
  const auto square = [](DoubleLanes distance) { return distance * distance; };
  internal::FloatsHold floats_hold;
  internal::PairSums sums;
  internal::ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    floats_hold.Add(xs, bases);
    sums.Add(EvenOf(xs) - EvenOf(bases), OddOf(xs) - OddOf(bases), square);
  });
  return floats_hold.Get() ? sums.Fold()
                           : internal::SumInDoubles<kMasked>(x, base, masks, count, square);
}

struct PairNorms {
  double all = 0;
  double kept = 0;
};

// Σ |x - base| over all elements, and over those whose masks are set: the additions of LaneSum.
inline PairNorms NormsOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                              std::size_t count) {
  namespace internal = pair_sums_internal;
  internal::FloatsHold floats_hold;
  internal::PairSums all;
  internal::PairSums kept;
  const auto itself = [](DoubleLanes magnitude) { return magnitude; };
  const auto* mask = reinterpret_cast<const std::byte*>(masks);
  internal::ForPairs<false>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    floats_hold.Add(xs, bases);
    const IntLanes even = LanesAs<IntLanes>(EvenOf(xs) - EvenOf(bases)) & 0x7FFFFFFF;
    const IntLanes odd = LanesAs<IntLanes>(OddOf(xs) - OddOf(bases)) & 0x7FFFFFFF;
    all.Add(LanesAs<FloatLanes>(even), LanesAs<FloatLanes>(odd), itself);
    const auto stays = LoadLanes<IntLanes>(mask);
    kept.Add(LanesAs<FloatLanes>(even & (stays << 16 >> 16)),
             LanesAs<FloatLanes>(odd & (stays >> 16)), itself);
    mask += kLaneBytes;
  });
  if (floats_hold.Get()) {
    return {all.Fold(), kept.Fold()};
  }
  const auto magnitude = [](DoubleLanes distance) { return MagnitudeLanes(distance); };
  return {internal::SumInDoubles<false>(x, base, nullptr, count, magnitude),
          internal::SumInDoubles<true>(x, base, masks, count, magnitude)};
}

}  // namespace fuseo1
