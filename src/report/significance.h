// Tests of a score against a fixed point, and the correction for making many of them. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fuseo1 {

// P of a result at least as far out as `successes` of `trials` when each succeeds with probability
// p: twice the smaller tail, at most 1. Exact.
double BinomialTwoSided(std::int64_t successes, std::int64_t trials, double p);

// P(|T| >= |t|) for Student's t with `degrees` degrees of freedom.
double StudentTwoSided(double t, double degrees);

struct PointTest {
  double p_value = 1;
  bool is_exact_binomial = false;
};

// Is the mean of the items' means another one than `point`, a share that was published rounded to
// `rounding` on either side? The point is moved to the nearest value that rounds to it.
// Items of one sample each: exact binomial test. Otherwise Student's t with the item-clustered
// standard error and N − 1 degrees of freedom; where all items have one and the same mean, that
// error is 0 and the exact binomial test on items stands in.
PointTest TestAgainstPoint(std::span<const double> item_means, bool one_sample_each, double point,
                           double rounding);

// Holm's step-down adjustment: adjusted values in the order of `p`. Below α means that the chance
// of one or more false alarms in the family is below α.
std::vector<double> HolmAdjusted(std::span<const double> p);

}  // namespace fuseo1
