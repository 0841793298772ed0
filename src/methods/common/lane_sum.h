// Sums whose order of additions is written down: sixteen lanes over a block, folded pairwise. Every
// instruction set gives the same bits, and the lanes are what lets compilers vectorise the loop.
// Pure; any thread.
#pragma once

#include <array>
#include <cstddef>

namespace fuseo1 {

inline constexpr std::size_t kSumLanes = 16;

// Their sum, halves onto halves.
template <std::size_t kCount>
double FoldLanes(std::array<double, kCount> lanes) {
  double* const lane = lanes.data();
  for (std::size_t width = kCount / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) {
      lane[l] += lane[l + width];
    }
  }
  return lane[0];
}

// Σ_{i < count} term(i), for each term: what they share is computed once.
template <class... Terms>
std::array<double, sizeof...(Terms)> LaneSums(std::size_t count, Terms... terms) {
  std::array<std::array<double, kSumLanes>, sizeof...(Terms)> lanes{};
  std::size_t i = 0;
  for (; i + kSumLanes <= count; i += kSumLanes) {
    for (std::size_t l = 0; l < kSumLanes; ++l) {
      double* lane = lanes.front().data() + l;
      ((*lane += terms(i + l), lane += kSumLanes), ...);
    }
  }
  for (std::size_t l = 0; i < count; ++i, ++l) {
    double* lane = lanes.front().data() + l;
    ((*lane += terms(i), lane += kSumLanes), ...);
  }
  std::array<double, sizeof...(Terms)> sums;
  for (std::size_t t = 0; t < sums.size(); ++t) {
    sums[t] = FoldLanes(lanes[t]);
  }
  return sums;
}

template <class Term>
double LaneSum(std::size_t count, Term term) {
  return LaneSums(count, term)[0];
}

}  // namespace fuseo1
