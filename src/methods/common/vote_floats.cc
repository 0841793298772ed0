#include "methods/common/vote_floats.h"

namespace fuseo1 {

FloatVotes::FloatVotes(const TensorTask& task, bool consensus, std::span<const double> factors,
                       std::span<const double> weights, const VoteEnd& end)
    : out_(task.dtype), end_(end) {
  const VoteBounds bounds = BoundsOf(task.significant_bits, consensus, factors, weights, end);
  possible_ = (out_ == DType::kBF16 || out_ == DType::kF16) && bounds.hold;
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
  exact_span_ = in_bits(bounds.exact_span);
  difference_span_ = in_bits(bounds.difference_span);
}

}  // namespace fuseo1
