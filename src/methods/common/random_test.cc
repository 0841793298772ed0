#include "methods/common/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace fuseo1 {
namespace {

TEST(ElementRandom, IsUniformAndDependsOnEverything) {
  constexpr std::size_t kCount = 1 << 16;
  std::vector<std::uint32_t> first(kCount);
  ElementRandom(1, "a", 0).Fill(0, kCount, first.data());
  std::array<int, 16> buckets{};
  for (const std::uint32_t x : first) {
    ++buckets[x >> 28];
  }
  for (const int bucket : buckets) {
    EXPECT_NEAR(bucket, kCount / 16, 300);  // five standard deviations
  }
  std::vector<std::uint32_t> part(100);
  ElementRandom(1, "a", 0).Fill(500, part.size(), part.data());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), first.begin() + 500));
  for (const ElementRandom& other :
       {ElementRandom(2, "a", 0), ElementRandom(1, "b", 0), ElementRandom(1, "a", 1)}) {
    std::vector<std::uint32_t> numbers(kCount);
    other.Fill(0, kCount, numbers.data());
    std::size_t same_side = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      same_side += (numbers[i] ^ first[i]) >> 31 == 0 ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(same_side), kCount / 2.0, 700);
  }
}

}  // namespace
}  // namespace fuseo1
