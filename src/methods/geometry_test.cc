// Degenerate inputs of the methods that see models as vectors, and the parts they share.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "methods/testing.h"

namespace fuseo1 {
namespace {

struct Models {
  const char* method;
  int base = -1;
  Arrays inputs;
  std::vector<std::uint64_t> shape = {};
};

ExactRun Exact(const Models& models, const std::map<std::string, double>& numbers = {},
               int workers = 1) {
  const MethodDef* method = FindMethod(models.method);
  TestTask test;
  test.shape =
      models.shape.empty() ? std::vector<std::uint64_t>{models.inputs[0].size()} : models.shape;
  test.task.input_count = models.inputs.size();
  test.task.base = models.base;
  test.Defaults(*method);
  for (const auto& [name, value] : numbers) {
    test.params.Set(name, value);
  }
  return RunExact(*method, test, models.inputs, workers);
}

std::vector<double> Random(std::uint64_t seed, std::size_t elems, double scale = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<double> values(elems);
  for (double& value : values) {
    value = static_cast<float>(normal(random));
  }
  return values;
}

void ExpectNear(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-13 * (1 + std::fabs(expected[i]))) << i;
  }
}

TEST(Slerp, OfPerpendicularModelsWalksTheQuarterCircle) {
  const double half = std::sqrt(0.5);
  ExpectNear(Exact({"slerp", 0, {{1, 0}, {0, 1}}}, {{"t", 0.5}}).out, {half, half});
  ExpectNear(Exact({"slerp", 0, {{1, 0}, {0, 1}}}, {{"t", 0}}).out, {1, 0});
  ExpectNear(Exact({"slerp", 1, {{1, 0}, {0, 1}}}, {{"t", 0}}).out, {0, 1});
}

TEST(Slerp, OfOppositeModelsGoesStraightAndSaysSo) {
  const ExactRun run = Exact({"slerp", 0, {{1, 2}, {-1, -2}}}, {{"t", 0.25}});
  ExpectNear(run.out, {0.5, 1});
  ASSERT_EQ(run.notes.size(), 1U);
}

TEST(Slerp, OfAZeroTensorIsFinite) {
  ExpectNear(Exact({"slerp", 0, {{0, 0}, {3, 4}}}, {{"t", 1}}).out, {3, 4});
  ExpectNear(Exact({"slerp", 0, {{0, 0}, {0, 0}}}, {{"t", 0.5}}).out, {0, 0});
}

TEST(Slerp, OfOneInputReturnsIt) {
  EXPECT_EQ(Exact({"slerp", 0, {{1, 2}}}, {{"t", 0.5}}).out, (std::vector<double>{1, 2}));
}

TEST(Multislerp, KeepsATensorThatAllModelsShareWithTheBase) {
  const std::vector<double> same = {1, 2, 3};
  const ExactRun run = Exact({"multislerp", 0, {same, same, same, same}});
  EXPECT_EQ(run.out, same);
  EXPECT_TRUE(run.notes.empty());
}

TEST(Multislerp, AveragesWhereDirectionsCancel) {
  const ExactRun run = Exact({"multislerp", 0, {{5, 5}, {7, 5}, {3, 5}}});
  ExpectNear(run.out, {5, 5});
  EXPECT_EQ(run.notes.size(), 1U);
}

TEST(Karcher, LeavesOutZeroModelsButCountsTheirLength) {
  // Two of three models share one direction; the zero model only shortens the mean.
  ExpectNear(Exact({"karcher", -1, {{3, 4}, {0, 0}, {3, 4}}}).out, {2, 8.0 / 3});
  ExpectNear(Exact({"karcher", -1, {{0, 0}, {0, 0}}}).out, {0, 0});
}

TEST(Karcher, OfTwoModelsIsTheMiddleOfTheirArc) {
  const double length = 3 * std::sqrt(0.5);
  ExpectNear(Exact({"karcher", -1, {{2, 0}, {0, 4}}}).out, {length, length});
}

TEST(Karcher, WithoutToleranceStillEnds) {
  ExpectNear(Exact({"karcher", -1, {{1, 2}, {1, 2}}}, {{"tol", 0}}).out, {1, 2});
}

TEST(ModelStock, KeepsTheBaseWhereTheRatioHasNoValue) {
  // Two opposite changes: c = −1, 1 + c = 0.
  ExpectNear(Exact({"model_stock", 0, {{1, 1}, {2, 1}, {0, 1}}}).out, {1, 1});
}

TEST(ModelStock, TakesTheAverageOfEqualChangesAndTheBaseOfUnrelatedOnes) {
  ExpectNear(Exact({"model_stock", 0, {{0, 0}, {2, 2}, {4, 4}}}).out, {3, 3});
  ExpectNear(Exact({"model_stock", 0, {{1, 1}, {2, 1}, {1, 2}}}).out, {1, 1});
}

TEST(ModelStock, FilterWiseHasOneRatioPerRow) {
  const Models models{"model_stock", 0, {{0, 0, 1, 1}, {2, 2, 2, 1}, {4, 4, 1, 2}}, {2, 2}};
  ExpectNear(Exact(models, {{"filter_wise", 1}}).out, {3, 3, 1, 1});
}

TEST(ModelStock, OfOneModelKeepsTheBase) {
  EXPECT_EQ(Exact({"model_stock", 0, {{1, 2}, {3, 4}}}).out, (std::vector<double>{1, 2}));
}

TEST(Nuslerp, DownColumnsIsAcrossRowsOfTheTransposed) {
  const std::size_t rows = 301;
  const std::size_t columns = 257;
  Arrays tall = {Random(1, rows * columns), Random(2, rows * columns), Random(3, rows * columns)};
  Arrays wide(3, std::vector<double>(rows * columns));
  for (std::size_t k = 0; k < 3; ++k) {
    // One column is far smaller than the rest: its angle must not drown.
    for (std::size_t r = 0; r < rows; ++r) {
      tall[k][r * columns + 5] *= 0x1p-30;
      for (std::size_t c = 0; c < columns; ++c) {
        wide[k][c * rows + r] = tall[k][r * columns + c];
      }
    }
  }
  const std::vector<double> down = Exact({"nuslerp", 0, tall, {rows, columns}},
                                         {{"nuslerp_flatten", 0}, {"nuslerp_row_wise", 1}}, 2)
                                       .out;
  const std::vector<double> across =
      Exact({"nuslerp", 0, wide, {columns, rows}}, {{"nuslerp_flatten", 0}}).out;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const double expected = across[c * rows + r];
      ASSERT_NEAR(down[r * columns + c], expected, 1e-14 * (c == 5 ? 0x1p-28 : 10));
    }
  }
}

TEST(Nuslerp, DownColumnsDoesNotDependOnThreads) {
  const Models models{"nuslerp", -1, {Random(4, 90000), Random(5, 90000)}, {900, 100}};
  const std::map<std::string, double> numbers = {{"nuslerp_flatten", 0}, {"nuslerp_row_wise", 1}};
  EXPECT_EQ(Exact(models, numbers, 1).out, Exact(models, numbers, 3).out);
}

TEST(Ram, KeepsNanInItsOwnElement) {
  const double nan = std::nan("");
  const std::vector<double> out = Exact({"ram", 0, {{1, 1, 1}, {2, nan, 1}, {4, 3, 1}}}).out;
  EXPECT_EQ(out[0], 3);
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 1);
}

TEST(RamplusTl, EnlargesTheChangesOfModelsThatShare) {
  // Model 1 changed elements 0 and 1, element 1 together with model 2: ρ = 1, bounded to alpha.
  const Models models{"ramplus_tl", 0, {{0, 0, 0}, {1, 2, 0}, {0, 4, 0}}};
  ExpectNear(Exact(models, {{"r", 0.5}, {"alpha", 0.5}}).out, {1.25, 3, 0});
}

TEST(ArceeFusion, TakesWhatChangedMost) {
  std::vector<double> base = Random(6, 400);
  std::vector<double> other = base;
  other[7] += 1;
  other[300] -= 2;
  for (std::size_t i = 0; i < other.size(); i += 2) {
    other[i] += 1e-3 * static_cast<double>(i % 7 + 1);
  }
  const std::vector<double> out = Exact({"arcee_fusion", 0, {base, other}, {4, 100}}).out;
  EXPECT_EQ(out[7], other[7]);
  EXPECT_EQ(out[300], other[300]);
  EXPECT_EQ(out[1], base[1]);
}

TEST(ArceeFusion, WithoutDivergenceTakesTheOther) {
  // A scalar's softmax is 1 whatever the scalar: importance 0 everywhere, threshold 0.
  TestTask test;
  test.task.input_count = 2;
  test.task.base = 0;
  EXPECT_EQ(RunExact(*FindMethod("arcee_fusion"), test, {{1}, {2}}).out, (std::vector<double>{2}));
}

TEST(Nearswap, KeepsNanInItsOwnElement) {
  const double nan = std::nan("");
  const std::vector<double> out = Exact({"nearswap", 0, {{1, 1}, {nan, 1}}}, {{"t", 0.1}}).out;
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_EQ(out[1], 1);
}

TEST(Gram, ManySegmentsAndThreadsGiveOneSum) {
  const Models models{"karcher", -1, {Random(1, 100003), Random(2, 100003), Random(3, 100003)}};
  const std::vector<double> one = Exact(models, {}, 1).out;
  EXPECT_EQ(one, Exact(models, {}, 4).out);
}

}  // namespace
}  // namespace fuseo1
