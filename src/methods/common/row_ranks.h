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

  std::vector<std::uint32_t> bins_;    // elements per bin, then the first position of each bin
  std::vector<std::uint32_t> order_;   // elements in order of bin
  std::vector<std::uint32_t> open_;    // elements that their bin does not decide
  std::vector<std::uint64_t> sorted_;  // key << 32 | element
};

}  // namespace fuseo1
