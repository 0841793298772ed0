// The vote on the sign of each element: models whose difference points against the majority are
// left out. Shared by the task-arithmetic family and SCE. Pure; any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace fuseo1 {

// `value`, or 0 where it is not kept. Bits, not branches: compilers do not make vectors of
// arithmetic that depends on a condition, because it may trap.
inline double ZeroUnless(bool keep, double value) {
  const std::uint64_t mask = keep ? ~std::uint64_t{0} : 0;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) & mask);
}

// balance: Σ_k of what is voted on; >= 0: the majority is positive. numerator, divisor: sums over
// those of the majority's sign, of what they bring and of their weights.
//
// Adds one model whose vote is on the majority's side: factor · vote to the numerator, weight to
// the divisor. Zeros are on nobody's side.
inline void CountVotes(const double* __restrict vote, double factor, double weight,
                       const double* __restrict balance, double* __restrict numerator,
                       double* __restrict divisor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double against = -vote[i];
    const double with_majority = balance[i] >= 0 ? vote[i] : against;
    numerator[i] += ZeroUnless(with_majority > 0, factor * vote[i]);
    divisor[i] += ZeroUnless(with_majority > 0, weight);
  }
}

}  // namespace fuseo1
