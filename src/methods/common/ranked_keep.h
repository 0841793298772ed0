// DELLA's mask: the larger an element within its row, the more likely it stays.
//
//   p_i = (density - epsilon) + 2 epsilon (rank_i - 1) / (c - 1)
//
// rank_i runs from 1 to c, ascending by magnitude (rounded to float), equal ones by index.
//
// Nothing is ranked. Of a row's other c - 1 elements, rank_i - 1 are smaller than element i, so it
// is larger than one of them picked at random with probability (rank_i - 1) / (c - 1). Hence, with
// u_i uniform in [0, 1): below density - epsilon the element stays, from density + epsilon on it
// goes, and in between it must exceed one of the others. Which one is u_i times the golden ratio,
// modulo 1, stretched over them: evenly spread over any interval (Weyl). So the decisions are
// independent, with the probabilities above.
// Pure; any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "methods/common/bit_masks.h"

namespace fuseo1 {

struct RankedKeep {
  double density = 1;
  double epsilon = 0;
};

// keep[i] = all bits where element begin + i of a row stays, else 0, for i < count, at most
// kBlockElems. random[i] /
// 2^32 is its u; keys are the whole row's, 2 to 2^31 of them.
inline void RankedMask(RankedKeep how, const std::uint32_t* __restrict keys, std::size_t row_elems,
                       std::size_t begin, std::size_t count, const std::uint32_t* __restrict random,
                       std::uint32_t* __restrict keep) {
  const auto numbers_below = [](double share) {
    return static_cast<std::uint32_t>(std::clamp(std::ceil(share * 0x1p32), 0.0, 0x1p32 - 1));
  };
  const std::uint32_t lowest = numbers_below(how.density - how.epsilon);
  const std::uint32_t width = numbers_below(how.density + how.epsilon) - lowest;
  const auto others = static_cast<std::uint32_t>(row_elems - 1);
  // Three loops, or the indices and the keys that they pick would be spilled between the steps.
  Masks others_of;
  std::uint32_t* __restrict const other_of = others_of.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t golden = random[i] * 0x9E3779B9U;
    const auto pick = static_cast<std::int32_t>((golden * others) >> 32);
    const auto self = static_cast<std::int32_t>(begin + i);
    other_of[i] = static_cast<std::uint32_t>(pick + (pick >= self ? 1 : 0));
  }
  Masks picked;
  std::uint32_t* __restrict const key_of_other = picked.data();
  for (std::size_t i = 0; i < count; ++i) {
    key_of_other[i] = keys[other_of[i]];
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t in_zone = random[i] - lowest < width ? ~0U : 0U;
    const auto self = static_cast<std::uint32_t>(begin + i);
    const auto own_key =
        static_cast<std::int32_t>(keys[begin + i] + (self > other_of[i] ? 1U : 0U));
    const std::uint32_t larger = own_key > static_cast<std::int32_t>(key_of_other[i]) ? ~0U : 0U;
    keep[i] = (random[i] < lowest ? ~0U : 0U) | (in_zone & larger);
  }
}

}  // namespace fuseo1
