#include "methods/common/row_ranks.h"

#include <gtest/gtest.h>

#include <numeric>

#include "methods/common/random.h"
#include "methods/testing.h"

// A copy of its own: the library's copies are private to their instruction sets.
#include "methods/common/row_ranks.cc"

namespace fuseo1 {
namespace {

std::vector<std::uint32_t> KeysOf(std::size_t count, int steps, double zeros) {
  std::vector<std::uint32_t> keys(count);
  for (std::size_t i = 0; i < count; ++i) {
    float u = std::abs(UniformOf(5, 1, i));
    u = steps > 0 ? std::floor(u * static_cast<float>(steps)) / static_cast<float>(steps) : u;
    keys[i] = u < zeros ? 0 : std::bit_cast<std::uint32_t>(u * u * u);
  }
  return keys;
}

// The definition: ranks of a stable sort.
std::vector<std::uint8_t> Defined(RankedKeep how, const std::vector<std::uint32_t>& keys,
                                  const std::vector<std::uint32_t>& random) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  std::vector<std::uint8_t> keep(keys.size());
  const double step = 2 * how.epsilon / static_cast<double>(keys.size() - 1);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double p = (how.density - how.epsilon) + static_cast<double>(rank) * step;
    keep[order[rank]] = random[order[rank]] * 0x1p-32 < p ? 1 : 0;
  }
  return keep;
}

TEST(RowRanks, LongRowsKeepWhatTheDefinitionKeeps) {
  RowRanks ranks;
  for (const std::size_t count : {2U, 255U, 257U, 4096U, 20001U}) {
    for (const int steps : {0, 7, 300}) {
      for (const double zeros : {0.0, 0.3, 2.0}) {
        const std::vector<std::uint32_t> keys = KeysOf(count, steps, zeros);
        std::vector<std::uint32_t> random(count);
        ElementRandom(11, "w", count).Fill(0, count, random.data());
        const RankedKeep how{.density = 0.5, .epsilon = 0.3};
        std::vector<std::uint8_t> keep(count);
        ranks.Mask(how, keys.data(), random.data(), count, keep.data());
        EXPECT_EQ(keep, Defined(how, keys, random)) << count << " " << steps << " " << zeros;
      }
    }
  }
}

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
