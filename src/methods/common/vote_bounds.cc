#include "methods/common/vote_bounds.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace fuseo1 {
namespace {

// Products of these with numbers of 16 bits, and quotients, stay far from what floats cannot hold.
bool IsModerate(double number) {
  return number == 0 || (std::abs(number) >= 0x1p-20 && std::abs(number) <= 0x1p10);
}

std::optional<int> PowerOfTwo(double number) {
  int exponent = 0;
  return std::frexp(number, &exponent) == 0.5 ? std::optional(exponent - 1) : std::nullopt;
}

// Inputs in binades e to e + s are multiples of 2^(e - bits + 1) and below 2^(e + s + 1). The sum
// of four differences is below 2^(e + s + 4).
int DifferenceSpan(int bits) { return 24 - (bits - 1) - 4; }

// Powers of two change nothing but the scale of the step beside the base, by `shift` binades; a
// division by four takes two bits more.
int ExactSpan(int bits, bool divides, std::span<const double> factors,
              std::span<const double> weights, double lambda) {
  const std::optional<int> factor = PowerOfTwo(factors.front());
  const std::optional<int> weight = PowerOfTwo(weights.front());
  const std::optional<int> scale = PowerOfTwo(lambda);
  const auto equal = [](std::span<const double> numbers) {
    return std::all_of(numbers.begin(), numbers.end(),
                       [&](double number) { return number == numbers.front(); });
  };
  if (!factor || !scale || !equal(factors) || (divides && (!weight || !equal(weights)))) {
    return -1;
  }
  const int shift = *factor + *scale - (divides ? *weight : 0);
  return DifferenceSpan(bits) - std::abs(shift) - 2;
}

}  // namespace

bool IsPowerOfTwo(double number) { return PowerOfTwo(number).has_value(); }

VoteBounds BoundsOf(int bits, bool consensus, std::span<const double> factors,
                    std::span<const double> weights, const VoteEnd& end) {
  const auto all = [](std::span<const double> numbers, auto test) {
    return std::all_of(numbers.begin(), numbers.end(), test);
  };
  // Of one sign, the terms of a majority's sum do not cancel, nor do the divisor's.
  const auto one_sign = [&](double number) {
    return number == 0 || number > 4 * std::max(end.zero, 0.0);
  };
  VoteBounds bounds;
  bounds.hold = !factors.empty() && factors.size() <= kMaxFloatVoters && all(factors, IsModerate) &&
                all(weights, IsModerate) && IsModerate(end.lambda) &&
                (!consensus || (all(factors, one_sign) && all(weights, one_sign)));
  if (bounds.hold) {
    bounds.difference_span = DifferenceSpan(bits);
    bounds.exact_span = ExactSpan(bits, end.divides, factors, weights, end.lambda);
  }
  return bounds;
}

}  // namespace fuseo1
