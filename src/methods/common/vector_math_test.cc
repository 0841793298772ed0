#include "methods/common/vector_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace fuseo1 {
namespace {

// Distance from the value rounded from long double, in units of the last place of that value.
double UlpsOff(double value, long double truth) {
  const double nearest = static_cast<double>(truth);
  const double ulp = std::nextafter(std::fabs(nearest), HUGE_VAL) - std::fabs(nearest);
  return static_cast<double>(fabsl(static_cast<long double>(value) - truth) /
                             static_cast<long double>(ulp));
}

template <class Function, class Truth>
double WorstUlps(Function function, Truth truth, double low, double high) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> in_range(low, high);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = in_range(random);
    worst = std::max(worst, UlpsOff(function(x), truth(static_cast<long double>(x))));
  }
  return worst;
}

TEST(VectorMath, ExpIsWithinTwoUlps) {
  EXPECT_LT(WorstUlps(&Exp, &expl, -700.0, 0.0), 2);
  EXPECT_LT(WorstUlps(&Exp, &expl, -1.0, 1.0), 2);
  EXPECT_LT(WorstUlps(&Exp, &expl, 0.0, 709.0), 2);
}

TEST(VectorMath, ExpIsExactAtZeroAndSaturates) {
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(-800.0), 0.0);
  EXPECT_EQ(Exp(-HUGE_VAL), 0.0);
  EXPECT_EQ(Exp(800.0), HUGE_VAL);
  EXPECT_TRUE(std::isnan(Exp(NAN)));
}

TEST(VectorMath, LogIsWithinTwoUlps) {
  EXPECT_LT(WorstUlps(&Log, &logl, 0.5, 2.0), 2);
  EXPECT_LT(WorstUlps(&Log, &logl, 1e-9, 1e-3), 2);
  EXPECT_LT(WorstUlps(&Log, &logl, 1.0, 1e300), 2);
  EXPECT_LT(WorstUlps(&Log, &logl, 0.999999, 1.000001), 2);
}

TEST(VectorMath, LogOfOneIsZeroAndNanStays) {
  EXPECT_EQ(Log(1.0), 0.0);
  EXPECT_TRUE(std::isnan(Log(NAN)));
}

TEST(VectorMath, AnglesAreWithinTwoUlps) {
  EXPECT_LT(WorstUlps(&Sin, &sinl, 1e-9, 3.14), 2);
  EXPECT_LT(WorstUlps(&Cos, &cosl, -1.5, 1.5), 2);
  EXPECT_LT(WorstUlps(&Sin, &sinl, 10.0, 1000.0), 2);
  EXPECT_LT(WorstUlps(&Acos, &acosl, -1.0, 0.99), 2);
  EXPECT_LT(WorstUlps(&Acos, &acosl, 0.99, 1.0), 2);
}

TEST(VectorMath, AnglesAtTheEnds) {
  EXPECT_EQ(Acos(1.0), 0.0);
  EXPECT_EQ(Acos(-1.0), kPi);
  EXPECT_TRUE(std::isnan(Acos(1.5)));
  EXPECT_TRUE(std::isnan(Sin(HUGE_VAL)));
  EXPECT_EQ(Sin(0.0), 0.0);
  EXPECT_EQ(Cos(0.0), 1.0);
}

}  // namespace
}  // namespace fuseo1
