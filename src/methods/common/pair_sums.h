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

// Σ (x - base)² over the elements whose masks are set, or over all where there are none: the
// additions of LaneSum.
template <bool kMasked>
double EnergyOfPairs(const std::byte* x, const std::byte* base, const std::uint16_t* masks,
                     std::size_t count) {
  namespace internal = pair_sums_internal;
  // Of numbers within 15 binades, float holds the difference; then its square is exact in double.
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
    const DoubleLanes distances[] = {LowerDoubles(even), UpperDoubles(even), LowerDoubles(odd),
                                     UpperDoubles(odd)};
    for (std::size_t q = 0; q < 4; ++q) {
      quads[q] += distances[q] * distances[q];
    }
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
    const auto square = [](DoubleLanes a, DoubleLanes b) { return (a - b) * (a - b); };
    quads[0] += square(LowerDoubles(EvenOf(xs)), LowerDoubles(EvenOf(bases)));
    quads[1] += square(UpperDoubles(EvenOf(xs)), UpperDoubles(EvenOf(bases)));
    quads[2] += square(LowerDoubles(OddOf(xs)), LowerDoubles(OddOf(bases)));
    quads[3] += square(UpperDoubles(OddOf(xs)), UpperDoubles(OddOf(bases)));
  });
  return internal::FoldQuads(quads);
}

}  // namespace fuseo1
