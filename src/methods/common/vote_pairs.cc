#include "methods/common/vote_pairs.h"

#include <optional>

namespace fuseo1 {
namespace {

// The share of elements whose step is larger than their result, as fine-tunes have them.
constexpr double kLargeSteps = 0.02;

}  // namespace

PairVotes::PairVotes(const TensorTask& task, bool consensus, Votes votes,
                     std::span<const double> factors, std::span<const double> weights,
                     const VoteEnd& end)
    : consensus_(consensus), end_(end) {
  const std::size_t count = factors.size();
  const VoteBounds bounds =
      BoundsOf(SignificantBits(DType::kBF16), consensus, factors, weights, end);
  if (task.dtype != DType::kBF16 || !bounds.hold) {
    return;
  }
  std::copy(factors.begin(), factors.end(), factors_.begin());
  std::copy(weights.begin(), weights.end(), weights_.begin());
  const auto divisor = [&](double sum) {
    const double by = end.divides ? std::max(sum, end.smallest) : 1;
    return std::abs(by) <= end.zero ? 1 : by;
  };

  exact_ = votes == Votes::kFactored && bounds.exact_span >= 0;
  std::optional<std::int32_t> inexact;
  for (std::size_t k = 0; consensus && exact_ && k < count; ++k) {
    const double scale =
        end.lambda * factors.front() / divisor(static_cast<double>(k + 1) * weights.front());
    if (!IsPowerOfTwo(scale)) {
      exact_ = !inexact.has_value();
      inexact = static_cast<std::int32_t>(k + 1);
    }
    exact_numbers_.scale[k] = std::bit_cast<std::int32_t>(static_cast<float>(scale));
    exact_numbers_.scale[k] ^= k > 0 ? exact_numbers_.scale[0] : 0;
  }
  exact_numbers_.inexact_count = inexact.value_or(0);  // of none nothing is wrong
  for (std::size_t k = 0; !consensus && k < count; ++k) {
    sum_numbers_.factor[k] = static_cast<float>(factors[k]);
  }
  sum_numbers_.lambda = static_cast<float>(end.lambda);
  if (consensus && exact_) {
    BoundSteps(count);
  } else {
    for (std::size_t k = 0; k < count; ++k) {
      float_numbers_.factor[k] = static_cast<float>(factors[k]);
    }
    for (std::size_t majority = 0; majority < float_numbers_.scale.size(); ++majority) {
      double sum = 0;
      for (std::size_t k = 0; k < count; ++k) {
        sum += (majority >> k & 1U) != 0 ? weights[k] : 0;
      }
      float_numbers_.scale[majority] = static_cast<float>(end.lambda / divisor(sum));
    }
    // In units of 2^-24 of the step: factor and product 2; count - 1 sums; the scale and its
    // product 2; what is lost by the last addition 3; four for the rounding of this bound and for
    // f64's.
    float_numbers_.slack = static_cast<float>(count + 10) * 0x1p-24F;
    sum_numbers_.slack = float_numbers_.slack;
  }
  possible_ = true;
  span_ = static_cast<std::int16_t>((exact_ ? bounds.exact_span : bounds.difference_span) << 7);
}

// More binades leave fewer large steps in doubt, and more results that are near to halfway.
void PairVotes::BoundSteps(std::size_t count) {
  constexpr double kErrors = 3;  // the scale's, the product's, f64's
  double best = 1;
  for (int binades = 0; binades <= 6; ++binades) {
    // The base's rounding, and what underflows; steps are cut, and results round up, by up to 2^-7.
    const double near =
        std::ceil(kErrors * std::ldexp(1.02, binades)) + 2 + static_cast<double>(2 * count + 4);
    const double doubtful = 2 * near * 0x1p-16 + kLargeSteps * std::ldexp(1, -binades);
    if (doubtful < best) {
      best = doubtful;
      near_ = static_cast<std::uint16_t>(near);
      smaller_ = static_cast<std::int16_t>(binades << 7);
    }
  }
}

}  // namespace fuseo1
