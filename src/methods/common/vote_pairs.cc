#include "methods/common/vote_pairs.h"

#include <optional>

namespace fuseo1 {
namespace {

// Shares of elements: of those within one binade of zero beside the others, as fine-tunes have
// them; and the most that may be in doubt for being near to halfway.
constexpr double kSmallShare = 0.1;
constexpr double kMostNear = 2048;

}  // namespace

PairVotes::PairVotes(const TensorTask& task, Votes votes, std::span<const double> factors,
                     std::span<const double> weights, const VoteEnd& end)
    : end_(end) {
  const std::size_t count = factors.size();
  const VoteBounds bounds =
      BoundsOf(SignificantBits(DType::kBF16), /*consensus=*/true, factors, weights, end);
  if (task.dtype != DType::kBF16 || !bounds.hold) {
    return;
  }
  std::copy(factors.begin(), factors.end(), factors_.begin());
  std::copy(weights.begin(), weights.end(), weights_.begin());
  const auto divisor = [&](double sum) {
    const double by = end.divides ? std::max(sum, end.smallest) : 1;
    return std::abs(by) <= end.zero ? 1 : by;
  };

  // `reach` and errors: see the header. A difference of two numbers is up to twice the larger.
  double reach = 0;
  double errors = 0;
  exact_ = votes == Votes::kFactored && bounds.exact_span >= 0;
  std::optional<std::int32_t> inexact;
  for (std::size_t k = 0; exact_ && k < count; ++k) {
    const double scale =
        end.lambda * factors.front() / divisor(static_cast<double>(k + 1) * weights.front());
    if (!IsPowerOfTwo(scale)) {
      exact_ = !inexact.has_value();
      inexact = static_cast<std::int32_t>(k + 1);
    }
    exact_numbers_.scale[k] = std::bit_cast<std::int32_t>(static_cast<float>(scale));
    exact_numbers_.scale[k] ^= k > 0 ? exact_numbers_.scale[0] : 0;
    reach = std::max(reach, 2 * static_cast<double>(k + 1) * std::abs(scale));
  }
  exact_numbers_.inexact_count = inexact.value_or(0);  // of none nothing is wrong
  errors = 3;                                          // the scale's, the product's, f64's
  if (!exact_) {
    reach = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if (end.divides && factors[k] > 0 && !(weights[k] > 0)) {
        return;
      }
      const double share = factors[k] / (end.divides && factors[k] > 0 ? weights[k] : 1);
      reach = end.divides ? std::max(reach, share) : reach + share;
      float_numbers_.factor[k] = static_cast<float>(factors[k]);
      float_numbers_.weight[k] = end.divides ? static_cast<float>(weights[k]) : 0;
    }
    reach *= 2 * std::abs(end.lambda);
    // Factor and product 2; count - 1 sums; the divisor count; quotient, lambda, product 3; two
    // for the rounding of this bound and for f64's.
    errors = static_cast<double>(2 * count + 6);
    float_numbers_.lambda = static_cast<float>(end.lambda);
    float_numbers_.smallest = end.divides ? static_cast<float>(end.smallest) : 1;
    float_numbers_.zero = end.divides ? static_cast<float>(end.zero) : 0;
    float_numbers_.slack = static_cast<float>(errors) * 0x1p-24F;
  }
  // More binades leave fewer small results in doubt, and more that are near to halfway.
  double best = 1;
  for (int binades = 1; binades <= 6; ++binades) {
    // The base's rounding, and what underflows; a result rounds up by up to 2^-8.
    const double near = std::ceil(errors * reach * std::ldexp(1.01, binades)) + 2 +
                        static_cast<double>(2 * count + 4);
    const double doubtful = 2 * near * 0x1p-16 + kSmallShare * std::ldexp(1, -binades);
    if (near <= kMostNear && doubtful < best) {
      best = doubtful;
      near_ = static_cast<std::uint16_t>(near);
      smaller_ = static_cast<std::int16_t>(binades << 7);
    }
  }
  possible_ = best < 1;
  span_ = static_cast<std::int16_t>((exact_ ? bounds.exact_span : bounds.difference_span) << 7);
}

}  // namespace fuseo1
