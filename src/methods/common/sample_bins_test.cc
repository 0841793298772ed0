#include "methods/common/sample_bins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fuseo1 {
namespace {

TEST(SampleBins, HoldWhatSortingFinds) {
  std::mt19937 random(1);
  std::vector<std::uint32_t> keys(5000);
  for (std::uint32_t& key : keys) {
    key = 0x3F000000U + random() % (1U << 26);
  }
  const SampleBins<std::uint32_t> bins(keys, 14);
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < keys.size(); i += 7) {
    const auto place = static_cast<double>(i);
    EXPECT_LE(bins.FirstAt(place), keys[i]);
    EXPECT_GE(bins.LastAt(place), keys[i]);
    EXPECT_LT(bins.LastAt(place) - bins.FirstAt(place), 1U << 14);
  }
}

TEST(SampleBins, PutWhatIsFarBelowIntoOne) {
  const std::vector<std::uint32_t> keys = {5, 0x7F000000, 70, 0x7F000001};
  const SampleBins<std::uint32_t> bins(keys, 4);
  EXPECT_EQ(bins.FirstAt(0), 0U);
  EXPECT_GE(bins.LastAt(1), 70U);
  EXPECT_LT(bins.LastAt(1), 0x7F000000U);
  EXPECT_EQ(bins.FirstAt(2), 0x7F000000U);
  EXPECT_EQ(bins.LastAt(3), 0x7F00000FU);
}

TEST(SampleBins, HaveEverythingOutsideTheSample) {
  const std::vector<std::uint64_t> keys = {1000, 2000};
  const SampleBins<std::uint64_t> bins(keys, 3);
  EXPECT_EQ(bins.FirstAt(-1), 0U);
  EXPECT_EQ(bins.LastAt(2), ~std::uint64_t{0});
}

}  // namespace
}  // namespace fuseo1
