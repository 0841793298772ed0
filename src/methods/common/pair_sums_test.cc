#include "methods/common/pair_sums.h"

#include <gtest/gtest.h>

#include <limits>

#include "methods/common/keys.h"
#include "methods/common/model_variance.h"
#include "methods/common/pair_variance.h"
#include "methods/testing.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kElems = 512;
constexpr std::size_t kModels = 3;

// A base and models; `wide`: some differences do not fit a float.
HalfArrays Numbers(std::uint64_t seed, bool wide) {
  HalfArrays halves = HalvesOf([&] {
    Arrays arrays;
    for (std::uint64_t k = 0; k <= kModels; ++k) {
      arrays.push_back(MakeInput({.seed = seed}, k, kElems));
      for (std::size_t i = 0; wide && i < kElems; i += 37) {
        arrays.back()[i] *= k % 2 == 0 ? 0x1p20 : 0x1p-20;
      }
    }
    return arrays;
  }());
  return halves;
}

const std::byte* Pairs(const std::vector<std::uint16_t>& halves) {
  return reinterpret_cast<const std::byte*>(halves.data());
}

double Square(double distance) { return distance * distance; }

// Σ term(x - base) in doubles, over the first `count` elements.
template <class Term>
double Sum(const std::vector<std::uint16_t>& x, const std::vector<std::uint16_t>& base,
           const std::uint16_t* masks, std::size_t count, Term term) {
  return LaneSum(count, [&](std::size_t i) {
    const double distance =
        static_cast<double>(FloatFromBf16(x[i])) - static_cast<double>(FloatFromBf16(base[i]));
    return masks == nullptr || masks[i] != 0 ? term(distance) : 0;
  });
}

TEST(PairSums, AreThoseOfDoubles) {
  const auto magnitude = [](double distance) { return std::abs(distance); };
  for (const bool wide : {false, true}) {
    HalfArrays halves = Numbers(3, wide);
    HalfMasks masks;
    for (std::size_t i = 0; i < kElems; ++i) {
      masks[i] = i % 3 == 0 ? 0xFFFF : 0;
    }
    const std::vector<std::uint16_t>& base = halves[0];
    const auto expect_sums = [&](const std::vector<std::uint16_t>& x, std::size_t count) {
      EXPECT_EQ(EnergyOfPairs<false>(Pairs(x), Pairs(base), nullptr, count),
                Sum(x, base, nullptr, count, Square));
      EXPECT_EQ(EnergyOfPairs<true>(Pairs(x), Pairs(base), masks.data(), count),
                Sum(x, base, masks.data(), count, Square));
      const PairNorms norms = NormsOfPairs(Pairs(x), Pairs(base), masks.data(), count);
      EXPECT_EQ(norms.all, Sum(x, base, nullptr, count, magnitude));
      EXPECT_EQ(norms.kept, Sum(x, base, masks.data(), count, magnitude));
    };
    for (std::size_t k = 1; k <= kModels; ++k) {
      expect_sums(halves[k], kElems);
      expect_sums(halves[k], kPairElems);
    }
    halves[1][5] = 0x7F80;
    expect_sums(halves[1], kElems);
    masks[5] = 0xFFFF;
    expect_sums(halves[1], kElems);
    EXPECT_EQ(NormsOfPairs(Pairs(halves[1]), Pairs(base), masks.data(), kElems).kept, HUGE_VAL);
  }
}

TEST(PairSums, VariancesInFloatAreWithinTheirSlack) {
  for (const double scale : {1.0, 0x1p-70, 0x1p-118}) {
    HalfArrays halves = Numbers(4, true);
    for (std::vector<std::uint16_t>& numbers : halves) {
      for (std::uint16_t& half : numbers) {
        half = Bf16FromDouble(FloatFromBf16(half) * scale);
      }
    }
    for (std::size_t at = 0; at < kElems; at += kPairStep) {
      FloatLanes evens[kModels];
      for (std::size_t j = 0; j < kModels; ++j) {
        evens[j] = EvenOf(LoadLanes<WordLanes>(Pairs(halves[j + 1]) + at * 2));
      }
      const FloatLanes variances = VarianceLanes<kModels>(evens);
      for (std::size_t lane = 0; lane < kPairStep / 2; ++lane) {
        const double exact = VarianceOfOne(
            kModels, [&](std::size_t j) { return FloatFromBf16(halves[j + 1][at + 2 * lane]); });
        const auto expected = static_cast<std::int32_t>(KeyOf(static_cast<float>(exact)));
        const auto found = static_cast<std::int32_t>(KeyOf(variances[lane]));
        ASSERT_LE(std::abs(expected - found), kVarianceSlack) << exact << " " << variances[lane];
      }
    }
  }
}

}  // namespace
}  // namespace fuseo1
