// What is known of the roundings of votes (vote.h) before any element is seen: shared by those that
// vote in float. Pure; any thread.
#pragma once

#include <span>

#include "methods/common/vote.h"

namespace fuseo1 {

inline constexpr std::size_t kMaxFloatVoters = 4;

struct VoteBounds {
  // The numbers are few enough, and neither so small nor so large that floats would not do.
  bool hold = false;
  // How many binades inputs may span while float holds every sum of four differences exactly:
  // negative for none.
  int difference_span = -1;
  // The same for every sum, quotient by a power of two, and result.
  int exact_span = -1;
};

// Of inputs with `bits` significant bits, and voters with these numbers.
VoteBounds BoundsOf(int bits, bool consensus, std::span<const double> factors,
                    std::span<const double> weights, const VoteEnd& end);

bool IsPowerOfTwo(double number);

}  // namespace fuseo1
