#include "report/significance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "eval/metrics/metrics.h"

namespace fuseo1 {
namespace {

// ln of C(n, k) p^k (1 − p)^(n − k)
double LogBinomial(std::int64_t n, std::int64_t k, double p) {
  const auto dn = static_cast<double>(n), dk = static_cast<double>(k);
  const double choose = std::lgamma(dn + 1) - std::lgamma(dk + 1) - std::lgamma(dn - dk + 1);
  return choose + dk * std::log(p) + (dn - dk) * std::log1p(-p);
}

// The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22) with
// Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
double IncompleteBeta(double x, double a, double b) {
  if (x <= 0) {
    return 0;
  }
  if (x >= 1) {
    return 1;
  }
  if (x > (a + 1) / (a + b + 2)) {
    return 1 - IncompleteBeta(1 - x, b, a);  // the mirrored argument is on the fast side
  }
  constexpr double kTiny = 1e-300;
  constexpr int kMaxTerms = 10'000;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double h = d;
  for (int m = 1; m < kMaxTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    const double factor = d * c;
    h *= factor;
    if (std::abs(factor - 1) < 1e-15) {
      break;
    }
  }
  const double log_front =
      std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  return std::min(1.0, std::exp(log_front) * h / a);
}

}  // namespace

double BinomialTwoSided(std::int64_t successes, std::int64_t trials, double p) {
  if (trials <= 0) {
    return 1;
  }
  if (p <= 0) {
    return successes == 0 ? 1 : 0;
  }
  if (p >= 1) {
    return successes == trials ? 1 : 0;
  }
  double low = 0;
  double high = 0;
  for (std::int64_t k = 0; k <= trials; ++k) {
    const double chance = std::exp(LogBinomial(trials, k, p));
    low += k <= successes ? chance : 0;
    high += k >= successes ? chance : 0;
  }
  return std::min(1.0, 2 * std::min(low, high));
}

double StudentTwoSided(double t, double degrees) {
  return IncompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

PointTest TestAgainstPoint(std::span<const double> item_means, bool one_sample_each, double point,
                           double rounding) {
  if (item_means.empty()) {
    return {};
  }
  const Estimate ours = MeanOverItems(item_means);
  const auto items = static_cast<std::int64_t>(item_means.size());
  const double nearest = std::clamp(ours.value, point - rounding, point + rounding);
  const double against = std::clamp(nearest, 0.0, 1.0);
  if (one_sample_each || ours.standard_error <= 0) {
    const auto successes = std::llround(ours.value * static_cast<double>(items));
    return {BinomialTwoSided(successes, items, against), true};
  }
  const double t = (ours.value - against) / ours.standard_error;
  return {StudentTwoSided(t, static_cast<double>(items - 1)), false};
}

std::vector<double> HolmAdjusted(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(p.size() - i) * p[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

}  // namespace fuseo1
