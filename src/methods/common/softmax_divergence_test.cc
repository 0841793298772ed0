// The function is compiled for each instruction set and private to it: the test compiles its own
// copy.
#include "methods/common/softmax_divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "methods/common/softmax_divergence.cc"

namespace fuseo1 {
namespace {

std::vector<long double> Softmax(const std::vector<float>& row) {
  std::vector<long double> out;
  long double sum = 0;
  for (const float x : row) {
    out.push_back(expl(static_cast<long double>(x)));
    sum += out.back();
  }
  for (long double& x : out) {
    x = x / sum + 1e-8L;
  }
  return out;
}

// Less what sums to nothing but for the rounding of the two sums.
long double Formula(const std::vector<float>& other, const std::vector<float>& base) {
  const std::vector<long double> p = Softmax(other);
  const std::vector<long double> q = Softmax(base);
  long double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum += p[i] * logl(p[i] / q[i]) - p[i] + q[i];
  }
  return sum;
}

struct Rows {
  std::vector<float> other;
  std::vector<float> base;
};

Rows Draw(std::size_t count, double spread, double change, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.base.push_back(static_cast<float>(normal(random) * spread));
    rows.other.push_back(rows.base.back() + static_cast<float>(normal(random) * change));
  }
  return rows;
}

double Divergence(const Rows& rows) {
  std::vector<double> room(2 * rows.base.size());
  const double as_floats =
      SoftmaxDivergence(rows.other.data(), rows.base.data(), rows.base.size(), room.data());
  const std::vector<double> other(rows.other.begin(), rows.other.end());
  const std::vector<double> base(rows.base.begin(), rows.base.end());
  EXPECT_EQ(SoftmaxDivergence(other.data(), base.data(), base.size(), room.data()), as_floats);
  return as_floats;
}

void ExpectFormula(const Rows& rows, double tolerance) {
  const long double truth = Formula(rows.other, rows.base);
  EXPECT_NEAR(Divergence(rows) / static_cast<double>(truth), 1, tolerance)
      << static_cast<double>(truth);
}

TEST(SoftmaxDivergence, IsTheFormulaForRowsLikeThoseOfWeights) {
  for (const std::size_t count : {16U, 100U, 896U, 5000U}) {
    ExpectFormula(Draw(count, 0.02, 0.002, 1), 1e-13);
    ExpectFormula(Draw(count, 0.07, 0.006, 2), 1e-13);
  }
}

TEST(SoftmaxDivergence, IsTheFormulaForOthers) {
  ExpectFormula(Draw(1000, 0.02, 0.02, 3), 1e-11);  // changes beyond 2^-5
  ExpectFormula(Draw(1000, 1, 0.1, 4), 1e-12);
  ExpectFormula(Draw(1000, 10, 5, 5), 1e-13);
}

TEST(SoftmaxDivergence, HoldsUpToTheEdgeOfNarrowRows) {
  Rows rows;
  for (int i = 0; i < 64; ++i) {
    rows.base.push_back(i % 2 == 0 ? 1.0F : 1.699F);
    rows.other.push_back(rows.base.back() + (i % 4 < 2 ? 0.03125F : -0.03125F));
  }
  ExpectFormula(rows, 1e-14);
}

TEST(SoftmaxDivergence, IsZeroForEqualRowsAndRowsOfOne) {
  EXPECT_EQ(Divergence({{0.5F, 0.25F, -0.125F}, {0.5F, 0.25F, -0.125F}}), 0);
  EXPECT_EQ(Divergence({{9, 2, -7}, {9, 2, -7}}), 0);
  EXPECT_EQ(Divergence({{0.51F}, {0.5F}}), 0);
}

TEST(SoftmaxDivergence, IsNanWhereARowHasOne) {
  const auto of = [](float x) {
    const Rows rows = {{0.1F, x, 0.2F}, {0.1F, 0.1F, 0.2F}};
    std::vector<double> room(6);
    return SoftmaxDivergence(rows.other.data(), rows.base.data(), 3, room.data());
  };
  EXPECT_TRUE(std::isnan(of(NAN)));
  EXPECT_TRUE(std::isnan(of(INFINITY)));
  EXPECT_FALSE(std::isnan(of(-INFINITY)));
}

}  // namespace
}  // namespace fuseo1
