// The vote on the sign of each element: models whose difference points against the majority are
// left out. Shared by the task-arithmetic family and SCE. Pure; any thread.
#pragma once

#include <cstddef>

namespace fuseo1 {

// The numerator and divisor of one block, and the vote that decides who enters them.
struct VoteBuffers {
  double* balance;    // Σ_k of what is voted on; >= 0: the majority is positive
  double* numerator;  // Σ over those of the majority's sign
  double* divisor;    // Σ of their weights
};

// Adds one model whose vote is on the majority's side: factor · vote to the numerator, weight to
// the divisor. Zeros are on nobody's side.
inline void CountVotes(const double* __restrict vote, double factor, double weight,
                       const double* __restrict balance, double* __restrict numerator,
                       double* __restrict divisor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double with_majority = balance[i] >= 0 ? vote[i] : -vote[i];
    const bool keep = with_majority > 0;
    numerator[i] += keep ? factor * vote[i] : 0.0;
    divisor[i] += keep ? weight : 0.0;
  }
}

}  // namespace fuseo1
