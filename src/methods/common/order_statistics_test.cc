// The class is compiled for each instruction set and private to it: the test compiles its own copy.
#include "methods/common/order_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "methods/common/order_statistics.cc"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kEverything = 1 << 20;
constexpr double kScale = 3;

// As T: what the values nearly are, by another scale.
template <class T>
std::vector<double> FindAs(const std::vector<double>& values, std::vector<std::uint64_t> ranks,
                           std::uint64_t most_listed = kEverything, int* surveys = nullptr,
                           std::span<const double> sample = {}, std::size_t group_elems = 1) {
  OrderStatistics search(ranks, 3, most_listed);
  if (!sample.empty()) {
    search.Guess(sample, group_elems, values.size());
  }
  int count = 0;
  while (!search.done()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto nearly = static_cast<T>(values[i] * kScale);
      search.Add(&nearly, 1 / kScale, 1, static_cast<int>(i % 3),
                 [&](std::size_t) { return values[i]; });
    }
    search.FinishSurvey();
    ++count;
  }
  if (surveys != nullptr) {
    *surveys = count;
  }
  std::vector<double> found;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    found.push_back(search.value(i));
  }
  return found;
}

// The same from both types.
std::vector<double> Find(const std::vector<double>& values, const std::vector<std::uint64_t>& ranks,
                         std::uint64_t most_listed = kEverything, int* surveys = nullptr,
                         std::span<const double> sample = {}, std::size_t group_elems = 1) {
  const auto found = FindAs<float>(values, ranks, most_listed, surveys, sample, group_elems);
  const auto again = FindAs<double>(values, ranks, most_listed, surveys, sample, group_elems);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    EXPECT_TRUE(again[i] == found[i] || (std::isnan(again[i]) && std::isnan(found[i])));
  }
  return found;
}

TEST(OrderStatistics, AgreeWithSorting) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> values_of(-20, 4);
  std::vector<double> values(20001);
  for (double& value : values) {
    value = values_of(random);
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::vector<std::uint64_t> ranks = {0, 5000, 10000, 15000, 20000};
  const auto expect = [&](std::uint64_t most_listed, int most_surveys,
                          std::span<const double> sample) {
    int surveys = 0;
    const std::vector<double> found = Find(values, ranks, most_listed, &surveys, sample, 100);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      EXPECT_EQ(found[i], sorted[static_cast<std::size_t>(ranks[i])]);
    }
    EXPECT_LE(surveys, most_surveys) << most_listed;
  };
  const std::span<const double> all(values);
  expect(kEverything, 1, {});
  expect(15000, 2, {});
  expect(0, 6, {});
  // Windows, also where the sample knows nothing of the rest.
  expect(15000, 1, all.first(4000));
  expect(0, 6, all.first(4000));
  const std::vector<double> others(300, 1e9);
  expect(kEverything, 2, others);
  expect(0, 7, others);
}

TEST(OrderStatistics, HandleTiesAndZeros) {
  EXPECT_EQ(Find({0, 0, 1, 1, 1, 3}, {0, 1, 2, 4, 5}), (std::vector<double>{0, 0, 1, 1, 3}));
}

TEST(OrderStatistics, EndWhereThereAreNoValues) {
  EXPECT_EQ(Find({}, {0, 0, 0}), (std::vector<double>{0, 0, 0}));
}

TEST(OrderStatistics, FindNeighboursThatDifferInTheLastBit) {
  const double above = std::nextafter(1.0, 2.0);
  EXPECT_EQ(Find({above, 1, 1, above}, {1, 2}), (std::vector<double>{1, above}));
}

TEST(OrderStatistics, PutNanLast) {
  const std::vector<double> found = Find({std::nan(""), 2, HUGE_VAL}, {0, 1, 2});
  EXPECT_EQ(found[0], 2);
  EXPECT_EQ(found[1], HUGE_VAL);
  EXPECT_TRUE(std::isnan(found[2]));
}

}  // namespace
}  // namespace fuseo1
