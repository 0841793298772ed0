// Sums whose order of additions is written down: sixteen lanes over a block, folded pairwise. Every
// instruction set gives the same bits, and the lanes are what lets compilers vectorise the loop.
// Pure; any thread.
#pragma once

#include <array>
#include <cstddef>

namespace fuseo1 {

inline constexpr std::size_t kSumLanes = 16;

// Σ_{i < count} term(i).
template <class Term>
inline double LaneSum(std::size_t count, Term term) {
  std::array<double, kSumLanes> lanes{};
  double* const lane = lanes.data();
  std::size_t i = 0;
  for (; i + kSumLanes <= count; i += kSumLanes) {
    for (std::size_t l = 0; l < kSumLanes; ++l) {
      lane[l] += term(i + l);
    }
  }
  for (std::size_t l = 0; i < count; ++i, ++l) {
    lane[l] += term(i);
  }
  for (std::size_t width = kSumLanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) {
      lane[l] += lane[l + width];
    }
  }
  return lane[0];
}

}  // namespace fuseo1
