#include "methods/common/ranked_keep.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "methods/common/random.h"
#include "methods/testing.h"

namespace fuseo1 {
namespace {

std::vector<std::uint32_t> KeysOf(std::size_t count, int steps) {
  std::vector<std::uint32_t> keys(count);
  for (std::size_t i = 0; i < count; ++i) {
    float u = std::abs(UniformOf(5, 1, i));
    u = steps > 0 ? std::floor(u * static_cast<float>(steps)) / static_cast<float>(steps) : u;
    keys[i] = std::bit_cast<std::uint32_t>(u * u * u);
  }
  return keys;
}

// 1 for the smallest; of equal keys the first is the smaller.
std::size_t RankOf(const std::vector<std::uint32_t>& keys, std::size_t element) {
  std::size_t rank = 1;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    rank += keys[i] < keys[element] || (keys[i] == keys[element] && i < element) ? 1 : 0;
  }
  return rank;
}

double Probability(RankedKeep how, std::size_t rank, std::size_t row_elems) {
  return how.density - how.epsilon +
         2 * how.epsilon * static_cast<double>(rank - 1) / static_cast<double>(row_elems - 1);
}

constexpr std::size_t RoundedUp(std::size_t count) { return PicksOf(count) * kPickers; }

std::vector<std::uint32_t> Closed(std::vector<std::uint32_t> keys) {
  const std::size_t count = keys.size();
  keys.resize(KeysOfRow(count));
  CloseRow(keys.data(), count);
  return keys;
}

// With u running evenly through [0, 1), and every other element picked as often, the share of cases
// in which each element stays.
std::vector<double> Shares(RankedKeep how, const std::vector<std::uint32_t>& keys) {
  constexpr std::uint32_t kSteps = 1 << 10;
  const std::size_t count = keys.size();
  const std::vector<std::uint32_t> closed = Closed(keys);
  std::vector<double> shares(count);
  std::vector<std::uint32_t> random(RoundedUp(count));
  std::vector<std::uint32_t> keep(RoundedUp(count));
  const std::size_t others = count - 1;
  for (std::size_t other = 0; other < others; ++other) {
    const std::vector<std::uint32_t> picks(
        PicksOf(count), static_cast<std::uint32_t>(((2 * other + 1) << 31) / others));
    for (std::uint32_t step = 0; step < kSteps; ++step) {
      std::fill(random.begin(), random.end(), step << 22 | 1 << 21);
      RankedMask(how, closed.data(), count, 0, count, random.data(), picks.data(), keep.data());
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_TRUE(keep[i] == 0 || keep[i] == ~0U);
        shares[i] += keep[i] != 0 ? 1.0 / (kSteps * static_cast<double>(others)) : 0;
      }
    }
  }
  return shares;
}

TEST(RankedMask, KeepsEachElementWithTheProbabilityOfItsRank) {
  for (const RankedKeep how :
       {RankedKeep{0.5, 0.3}, RankedKeep{0.7, 0.1}, RankedKeep{0.16, 0.15}, RankedKeep{0.4, 0}}) {
    for (const std::size_t count : {2U, 3U, 33U, 130U}) {
      for (const int steps : {0, 1, 7}) {
        const std::vector<std::uint32_t> keys = KeysOf(count, steps);
        const std::vector<double> shares = Shares(how, keys);
        for (std::size_t i = 0; i < count; ++i) {
          EXPECT_NEAR(shares[i], Probability(how, RankOf(keys, i), count), 2.0 / (1 << 10))
              << i << " of " << count << " in " << steps << " steps";
        }
      }
    }
  }
}

TEST(RankedMask, DecidesEachElementByItself) {
  // Neighbours of a row, over many draws: they stay together as often as independent ones do.
  const RankedKeep how{.density = 0.5, .epsilon = 0.4};
  const std::vector<std::uint32_t> keys = KeysOf(64, 0);
  const std::vector<std::uint32_t> closed = Closed(keys);
  constexpr int kDraws = 20000;
  std::vector<int> stays(64);
  std::vector<int> together(64);
  std::vector<std::uint32_t> random(64);
  std::vector<std::uint32_t> picks(PicksOf(64));
  std::vector<std::uint32_t> keep(64);
  for (int draw = 0; draw < kDraws; ++draw) {
    const auto seed = static_cast<std::uint64_t>(draw);
    ElementRandom(seed, "w", 0).Fill(0, 64, random.data());
    ElementRandom(seed, "w", 0, 1).Fill(0, picks.size(), picks.data());
    RankedMask(how, closed.data(), 64, 0, 64, random.data(), picks.data(), keep.data());
    for (std::size_t i = 0; i < 64; ++i) {
      stays[i] += keep[i] != 0 ? 1 : 0;
      together[i] += keep[i] != 0 && keep[(i + 1) % 64] != 0 ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < 64; ++i) {
    const double p = Probability(how, RankOf(keys, i), 64);
    const double q = Probability(how, RankOf(keys, (i + 1) % 64), 64);
    EXPECT_NEAR(stays[i], kDraws * p, 5 * std::sqrt(kDraws * 0.25)) << i;
    // What neighbours look at lies side by side too: in a row of 64 that shows a little.
    EXPECT_NEAR(together[i], kDraws * p * q, kDraws * 0.04) << i;
  }
}

TEST(RankedMask, AnyCutOfARowGivesTheSame) {
  const std::vector<std::uint32_t> keys = Closed(KeysOf(3000, 40));
  std::vector<std::uint32_t> random(3000);
  std::vector<std::uint32_t> picks(PicksOf(3000));
  ElementRandom(3, "w", 1).Fill(0, 3000, random.data());
  ElementRandom(3, "w", 1, 1).Fill(0, picks.size(), picks.data());
  const RankedKeep how{.density = 0.5, .epsilon = 0.2};
  const auto in_pieces_of = [&](std::size_t piece) {
    std::vector<std::uint32_t> keep(3000);
    for (std::size_t at = 0; at < 3000; at += piece) {
      const std::size_t count = std::min<std::size_t>(piece, 3000 - at);
      RankedMask(how, keys.data(), 3000, at, count, random.data() + at, &picks[at / kPickers],
                 keep.data() + at);
    }
    return keep;
  };
  const std::vector<std::uint32_t> expected = in_pieces_of(kBlockElems);
  for (const std::size_t piece : {8U, 56U, 304U}) {
    EXPECT_EQ(in_pieces_of(piece), expected);
  }
}

}  // namespace
}  // namespace fuseo1
