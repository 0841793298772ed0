// How much the models differ (model_variance.h) over blocks of pairs: in float where that decides,
// else in f64. Pure; any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "methods/common/keys.h"
#include "methods/common/model_variance.h"
#include "methods/common/pairs.h"
#include "tensor/flags.h"
#include "tensor/lanes.h"

namespace fuseo1 {

inline constexpr std::size_t kFewestVarianceModels = 2;
inline constexpr std::size_t kMostVarianceModels = 4;

// K² times the variance over the models (model_variance.h), in float: the sum of the squares of
// their differences, two by two. Wrong by at most kVarianceSlack units in the last place, or
// infinite; NaN where that is.
inline constexpr std::int32_t kVarianceSlack = 16;
template <std::size_t kModels>
FloatLanes VarianceLanes(const FloatLanes* x) {
  FloatLanes sum{};
  for (std::size_t j = 1; j < kModels; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const FloatLanes distance = x[j] - x[i];
      sum += distance * distance;
    }
  }
  return sum;
}

// The key of one element's variance.
inline std::uint32_t VarianceKey(const std::byte* const* models, std::size_t count, std::size_t i) {
  return KeyOf(static_cast<float>(
      VarianceOfOne(count, [=](std::size_t j) { return FloatAt(models[j], i); })));
}

struct VarianceCounts {
  std::uint32_t nonzero = 0;
  std::uint32_t above = 0;
};

namespace pair_variance_internal {

// Sets the masks of the elements whose keys are certain to be above `last`, and flags those that
// are neither that nor certain not to be above `below`. Returns how many variances are not 0.
template <std::size_t kModels>
std::uint32_t SplitSure(const std::byte* const* models, std::size_t first, std::size_t count,
                        std::int32_t below, std::int32_t last, std::uint16_t* masks,
                        std::byte* unsure) {
  constexpr auto kInfinity = static_cast<std::int32_t>(kInfinityKey);
  last += kVarianceSlack;  // keys are far from the largest integer
  below -= kVarianceSlack;
  IntLanes minus_nonzero{};
  const auto split = [&](const FloatLanes* x, IntLanes* sure) {
    IntLanes differs = x[1] != x[0];
    for (std::size_t j = 2; j < kModels; ++j) {
      differs |= x[j] != x[0];
    }
    minus_nonzero += differs;
    const IntLanes key = LanesAs<IntLanes>(VarianceLanes<kModels>(x)) & 0x7FFFFFFF;
    *sure = (key > last) & (key < kInfinity);
    return LanesAs<WordLanes>((key > below) & ~*sure);
  };
  for (std::size_t at = 0; at < count; at += kPairStep) {
    FloatLanes evens[kModels];
    FloatLanes odds[kModels];
    for (std::size_t j = 0; j < kModels; ++j) {
      const auto x = LoadLanes<WordLanes>(models[j] + (first + at) * 2);
      evens[j] = EvenOf(x);
      odds[j] = OddOf(x);
    }
    IntLanes sure_even;
    IntLanes sure_odd;
    const WordLanes even = split(evens, &sure_even);
    const WordLanes odd = split(odds, &sure_odd);
    StoreLanes(unsure + at * 2, WordsOf(even, odd));
    StoreLanes(reinterpret_cast<std::byte*>(masks + first + at),
               WordsOf(LanesAs<WordLanes>(sure_even), LanesAs<WordLanes>(sure_odd)));
  }
  return SumOfLanes(-minus_nonzero);
}

template <std::size_t kModels, class Inside>
VarianceCounts Split(std::span<const std::byte* const> given, std::size_t count, std::int32_t below,
                     std::int32_t last, std::uint16_t* masks, Inside inside) {
  const std::byte* models[kModels];
  std::copy_n(given.begin(), kModels, models);
  using Unsure = Flags<std::uint16_t>;
  VarianceCounts counts;
  for (std::size_t at = 0; at < count; at += Unsure::kElems) {
    const std::size_t step = std::min(Unsure::kElems, count - at);
    Unsure unsure;
    counts.nonzero += SplitSure<kModels>(models, at, step, below, last, masks,
                                         reinterpret_cast<std::byte*>(unsure.words()));
    unsure.ForEach(step, [&](std::size_t n) {
      const std::size_t i = at + n;
      const std::uint32_t key = VarianceKey(models, kModels, i);
      if (static_cast<std::int32_t>(key) > last) {
        masks[i] = 0xFFFF;
      } else if (static_cast<std::int32_t>(key) > below) {
        inside(i, key);
      }
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    counts.above += masks[i] & 1U;
  }
  return counts;
}

}  // namespace pair_variance_internal

// masks[i] = all bits where the key of an element's variance is above `last`, else 0; calls
// inside(i, key) for the others that are above `below`, in no order. Two to four models; count is a
// multiple of kPairElems.
template <class Inside>
VarianceCounts SplitVariances(std::span<const std::byte* const> models, std::size_t count,
                              std::int32_t below, std::int32_t last, std::uint16_t* masks,
                              Inside inside) {
  namespace internal = pair_variance_internal;
  switch (models.size()) {
    case 2:
      return internal::Split<2>(models, count, below, last, masks, inside);
    case 3:
      return internal::Split<3>(models, count, below, last, masks, inside);
    default:
      FUSEO1_CHECK(models.size() == kMostVarianceModels);
      return internal::Split<4>(models, count, below, last, masks, inside);
  }
}

}  // namespace fuseo1
