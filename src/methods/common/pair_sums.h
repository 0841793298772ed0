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

}  // namespace pair_sums_internal

// Σ term(x - base) over the elements whose masks are set, or over all where there are none: the
// additions of LaneSum. term: of four doubles; 0 of 0.
template <bool kMasked, class Term>
double SumOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                  std::size_t count, Term term) {
  namespace internal = pair_sums_internal;
  // Of numbers within 15 binades, float holds the difference, and double its square.
  constexpr std::int16_t kMostSpanned = 15 << 7;
  ShortLanes spanned{};
  ShortLanes largest{};
  DoubleLanes quads[4]{};
  internal::ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    PairSizes sizes(LanesAs<ShortLanes>(xs));
    sizes.Add(LanesAs<ShortLanes>(bases));
    largest = LargerLanes(largest, sizes.highest);
    spanned = LargerLanes(spanned, sizes.Spanned());
    const FloatLanes even = EvenOf(xs) - EvenOf(bases);
    const FloatLanes odd = OddOf(xs) - OddOf(bases);
    quads[0] += term(LowerDoubles(even));
    quads[1] += term(UpperDoubles(even));
    quads[2] += term(LowerDoubles(odd));
    quads[3] += term(UpperDoubles(odd));
  });
  const ShortLanes beyond = (spanned > kMostSpanned) | (largest > PairSizes::kLargest);
  std::int16_t any = 0;
  for (std::size_t lane = 0; lane < kPairElems; ++lane) {
    any = static_cast<std::int16_t>(any | beyond[lane]);
  }
  if (any == 0) {
    return internal::FoldQuads(quads);
  }
  for (DoubleLanes& quad : quads) {
    quad = DoubleLanes{};
  }
  internal::ForPairs<kMasked>(x, base, masks, count, [&](WordLanes xs, WordLanes bases) {
    quads[0] += term(LowerDoubles(EvenOf(xs)) - LowerDoubles(EvenOf(bases)));
    quads[1] += term(UpperDoubles(EvenOf(xs)) - UpperDoubles(EvenOf(bases)));
    quads[2] += term(LowerDoubles(OddOf(xs)) - LowerDoubles(OddOf(bases)));
    quads[3] += term(UpperDoubles(OddOf(xs)) - UpperDoubles(OddOf(bases)));
  });
  return internal::FoldQuads(quads);
}

// Σ (x - base)²
template <bool kMasked>
double EnergyOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                     std::size_t count) {
  return SumOfPairs<kMasked>(x, base, masks, count,
                             [](DoubleLanes distance) { return distance * distance; });
}

// Σ |x - base|
template <bool kMasked>
double NormOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                   std::size_t count) {
  return SumOfPairs<kMasked>(x, base, masks, count,
                             [](DoubleLanes distance) { return MagnitudeLanes(distance); });
}

}  // namespace fuseo1
