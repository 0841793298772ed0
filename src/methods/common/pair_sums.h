// Sums over blocks of pairs. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "methods/common/bit_masks.h"
#include "methods/common/lane_sum.h"
#include "methods/common/pairs.h"
#include "tensor/lanes.h"

namespace fuseo1 {

namespace pair_sums_internal {

// The lanes of LaneSum: of elements 0 2 4 6, 8 10 12 14, 1 3 5 7, 9 11 13 15.
inline double FoldQuads(const DoubleLanes* quads) {
  static_assert(kSumLanes == kPairElems);
  std::array<double, kSumLanes> lanes;
  for (std::size_t lane = 0; lane < kSumLanes; ++lane) {
    lanes[lane] = quads[lane % 2 * 2 + lane / 8][lane % 8 / 2];
  }
  return FoldLanes(lanes);
}

// Calls body(x, base) for the words of eight pairs, 0 where the masks are. Inline, or the sums of
// the body would not stay in registers.
template <bool kMasked, class Body>
[[gnu::always_inline]] inline void ForPairs(const std::byte* x, const std::byte* base,
                                            const std::uint16_t* masks, std::size_t count,
                                            Body body) {
  for (std::size_t at = 0; at < count; at += kPairElems) {
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
    const ShortLanes beyond = (spanned_ > kMostSpanned) | (largest_ > PairSizes::kLargest);
    std::int16_t any = 0;
    for (std::size_t lane = 0; lane < kPairElems; ++lane) {
      any = static_cast<std::int16_t>(any | beyond[lane]);
    }
    return any == 0;
  }

 private:
  ShortLanes spanned_{};
  ShortLanes largest_{};
};

template <class Term>
[[gnu::always_inline]] inline void AddTerms(FloatLanes even, FloatLanes odd, Term term,
                                            DoubleLanes* quads) {
  quads[0] += term(LowerDoubles(even));
  quads[1] += term(UpperDoubles(even));
  quads[2] += term(LowerDoubles(odd));
  quads[3] += term(UpperDoubles(odd));
}

// Σ term(x - base) where float does not hold the differences.
template <bool kMasked, class Term>
double SumInDoubles(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                    std::size_t count, Term term) {
  DoubleLanes quads[4]{};
  ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    quads[0] += term(LowerDoubles(EvenOf(xs)) - LowerDoubles(EvenOf(bases)));
    quads[1] += term(UpperDoubles(EvenOf(xs)) - UpperDoubles(EvenOf(bases)));
    quads[2] += term(LowerDoubles(OddOf(xs)) - LowerDoubles(OddOf(bases)));
    quads[3] += term(UpperDoubles(OddOf(xs)) - UpperDoubles(OddOf(bases)));
  });
  return FoldQuads(quads);
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
  DoubleLanes quads[4]{};
  internal::ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    floats_hold.Add(xs, bases);
    internal::AddTerms(EvenOf(xs) - EvenOf(bases), OddOf(xs) - OddOf(bases), square, quads);
  });
  return floats_hold.Get() ? internal::FoldQuads(quads)
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
  DoubleLanes all[4]{};
  DoubleLanes kept[4]{};
  const auto itself = [](DoubleLanes magnitude) { return magnitude; };
  const auto* mask = reinterpret_cast<const std::byte*>(masks);
  internal::ForPairs<false>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    floats_hold.Add(xs, bases);
    const IntLanes even = LanesAs<IntLanes>(EvenOf(xs) - EvenOf(bases)) & 0x7FFFFFFF;
    const IntLanes odd = LanesAs<IntLanes>(OddOf(xs) - OddOf(bases)) & 0x7FFFFFFF;
    internal::AddTerms(LanesAs<FloatLanes>(even), LanesAs<FloatLanes>(odd), itself, all);
    const auto stays = LoadLanes<IntLanes>(mask);
    internal::AddTerms(LanesAs<FloatLanes>(even & (stays << 16 >> 16)),
                       LanesAs<FloatLanes>(odd & (stays >> 16)), itself, kept);
    mask += kLaneBytes;
  });
  if (floats_hold.Get()) {
    return {internal::FoldQuads(all), internal::FoldQuads(kept)};
  }
  const auto magnitude = [](DoubleLanes distance) { return MagnitudeLanes(distance); };
  return {internal::SumInDoubles<false>(x, base, nullptr, count, magnitude),
          internal::SumInDoubles<true>(x, base, masks, count, magnitude)};
}

}  // namespace fuseo1
