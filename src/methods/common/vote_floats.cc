#include "methods/common/vote_floats.h"

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

// How many binades inputs of `bits` significant bits may span while float holds every sum of four
// differences exactly: negative for none.
//
// Inputs in binades e to e + s are multiples of 2^(e - bits + 1) and below 2^(e + s + 1). The sum
// of four differences is below 2^(e + s + 4).
int DifferenceSpan(int bits) { return 24 - (bits - 1) - 4; }

// The same for every sum, quotient by up to four voters, and result. Powers of two change nothing
// but the scale of the step beside the base, by `shift` binades; a division by four takes two bits
// more.
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

FloatVotes::FloatVotes(const TensorTask& task, bool consensus, std::span<const double> factors,
                       std::span<const double> weights, const VoteEnd& end)
    : out_(task.dtype), end_(end) {
  const auto all = [](std::span<const double> numbers, auto test) {
    return std::all_of(numbers.begin(), numbers.end(), test);
  };
  // Of one sign, the terms of a majority's sum do not cancel, nor do the divisor's.
  const auto one_sign = [&](double number) {
    return number == 0 || number > 4 * std::max(end.zero, 0.0);
  };
  possible_ = (out_ == DType::kBF16 || out_ == DType::kF16) && !factors.empty() &&
              factors.size() <= kMaxVoters && all(factors, IsModerate) &&
              all(weights, IsModerate) && IsModerate(end.lambda) &&
              (!consensus || (all(factors, one_sign) && all(weights, one_sign)));
  if (!possible_) {
    return;
  }
  std::copy(factors.begin(), factors.end(), factors_.begin());
  std::copy(weights.begin(), weights.end(), weights_.begin());
  lambda_ = static_cast<float>(end.lambda);
  smallest_ = static_cast<float>(end.smallest);
  zero_ = static_cast<float>(end.zero);
  // In units of 2^-24 of the terms' magnitudes: a difference 1, factor and product 2; n - 1 sums;
  // the divisor n; quotient, lambda, product 3; what is lost by the last addition 3; three for
  // the bound's own rounding and for f64's.
  slack_ = static_cast<float>(2 * factors.size() + 12) * 0x1p-24F;
  const auto in_bits = [](int binades) { return binades < 0 ? -1 : binades << 23; };
  exact_span_ =
      in_bits(ExactSpan(task.significant_bits, end.divides, factors, weights, end.lambda));
  difference_span_ = in_bits(DifferenceSpan(task.significant_bits));
}

}  // namespace fuseo1
