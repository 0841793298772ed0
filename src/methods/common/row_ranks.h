// DELLA's mask of one row: the larger an element, the more likely it stays.
//
//   p_i = (density - epsilon) + 2 epsilon (rank_i - 1) / (c - 1)
//   element i stays iff u_i < p_i
//
// rank_i runs from 1 to c, ascending by magnitude (rounded to float), equal ones by index. A
// histogram of at most c bins gives the ranks, up to the order within a bin; large bins of
// different keys are sorted, and of small ones only those elements are ranked whose decision could
// change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fuseo1 {

struct RankedKeep {
  double density = 1;
  double epsilon = 0;
};

// p as a function of the rank, counted from 0.
struct RankProbability {
  double lowest = 0;
  double step = 0;
  double At(std::uint64_t rank) const { return lowest + static_cast<double>(rank) * step; }
};

// Working memory of one thread, kept between rows.
class RowRanks {
 public:
  // keep[i] = 1 where element i stays, else 0. random[i] / 2^32 is u_i. A row of one element stays
  // with probability density.
  void Mask(RankedKeep how, const std::uint32_t* keys, const std::uint32_t* random,
            std::size_t count, std::uint8_t* keep);

 private:
  // Fills ranks_, right but for elements of small bins with different keys.
  void RankByBin(const std::uint32_t* keys, std::size_t count);
  void SortBin(const std::uint32_t* keys, std::size_t from, std::size_t to);
  std::size_t RankInBin(const std::uint32_t* keys, std::uint32_t element) const;

  std::vector<std::uint32_t> bin_of_;  // per element
  std::vector<std::uint32_t> ranks_;   // per element
  std::vector<std::uint32_t> order_;   // per rank: its element
  std::vector<std::uint32_t> starts_;  // per bin: its first rank, later its end
  std::vector<std::uint32_t> large_;   // bins
  std::vector<std::uint8_t> doubt_;
};

}  // namespace fuseo1
