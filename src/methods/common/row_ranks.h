// DELLA's mask of one row: the larger an element, the more likely it stays.
//
//   p_i = (density - epsilon) + 2 epsilon (rank_i - 1) / (c - 1)       element i stays iff u_i <
//   p_i
//
// rank_i runs from 1 to c, ascending by magnitude (rounded to float), equal ones by index. Ranks
// are needed only where u_i lies between the two extreme probabilities, and are known up to a bin
// of a histogram before anything is ordered; only bins that leave a decision open are sorted.
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
  void MaskShort(RankedKeep how, const std::uint32_t* keys, const std::uint32_t* random,
                 std::size_t count, std::uint8_t* keep);
  // Orders the elements at [from, to) of order_ by key, and decides them all.
  void DecideBin(RankProbability probability, const std::uint32_t* keys,
                 const std::uint32_t* random, std::size_t from, std::size_t to, std::uint8_t* keep);

  std::vector<std::uint32_t> bins_;    // per bin: its elements, then its first position, its end
  std::vector<std::uint32_t> order_;   // elements in order of bin
  std::vector<std::uint32_t> open_;    // elements that their bin does not decide
  std::vector<std::uint64_t> sorted_;  // key << 32 | element
};

}  // namespace fuseo1
