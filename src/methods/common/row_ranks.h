// DELLA's mask of one row: the larger an element, the more likely it stays.
//
//   p_i = (density - epsilon) + 2 epsilon (rank_i - 1) / (c - 1)       element i stays iff u_i <
//   p_i
//
// rank_i runs from 1 to c, ascending by magnitude (rounded to float), equal ones by index. A
// histogram with about c bins gives every rank up to the elements of its bin, and exactly where a
// bin's keys are equal; the few elements that the rest would decide are ranked one by one.
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
  void MaskSorted(RankProbability probability, const std::uint32_t* keys,
                  const std::uint32_t* random, std::size_t count, std::uint8_t* keep);
  // Ranks by bin, elements of a bin by index. Returns the size of the largest bin with different
  // keys.
  std::uint32_t RankByBin(const std::uint32_t* keys, std::size_t count);

  std::vector<std::uint32_t> bin_of_;  // per element
  std::vector<std::uint32_t> ranks_;   // per element
  std::vector<std::uint32_t> starts_;  // per bin: its first rank, later its end
  std::vector<std::uint32_t> sample_;  // per bin: one of its keys
  std::vector<std::uint32_t> mixed_;   // bins with different keys, repeated
  std::vector<std::uint32_t> open_;    // elements that their bin may not decide
  std::vector<std::uint8_t> doubt_;
  std::vector<std::uint64_t> sorted_;  // key << 32 | element
};

}  // namespace fuseo1
