// The class is compiled for each instruction set and private to it: the test compiles its own copy.
#include "methods/common/order_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "methods/common/order_statistics.cc"

namespace fuseo1 {
namespace {

std::vector<double> Find(const std::vector<double>& values, std::vector<std::uint64_t> ranks,
                         int* surveys = nullptr) {
  OrderStatistics search(ranks, 3);
  int count = 0;
  while (!search.done()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      search.Add(&values[i], 1, static_cast<int>(i % 3));
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
  int surveys = 0;
  const std::vector<double> found = Find(values, ranks, &surveys);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    EXPECT_EQ(found[i], sorted[static_cast<std::size_t>(ranks[i])]);
  }
  EXPECT_LE(surveys, 3);
}

TEST(OrderStatistics, HandleTiesAndZeros) {
  EXPECT_EQ(Find({0, 0, 1, 1, 1, 3}, {0, 1, 2, 4, 5}), (std::vector<double>{0, 0, 1, 1, 3}));
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
