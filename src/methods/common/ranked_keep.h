// DELLA's mask: the larger an element within its row, the more likely it stays.
//
//   p_i = (density - epsilon) + 2 epsilon (rank_i - 1) / (c - 1)
//
// rank_i runs from 1 to c, ascending by magnitude (rounded to float), equal ones by index.
//
// Nothing is ranked. Of a row's other c - 1 elements, rank_i - 1 are smaller than element i, so it
// is larger than one of them picked at random with probability (rank_i - 1) / (c - 1). Hence, with
// u_i uniform in [0, 1): below density - epsilon the element stays, from density + epsilon on it
// goes, and in between it must exceed one of the others, which is drawn apart from u_i.
//
// Eight neighbours look equally far ahead in their row, around its end, so they are compared by one
// load. Each of them picks among all others alike, and what they have in common is a distance to
// elements that have nothing to do with theirs.
// Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "methods/common/bit_masks.h"
#include "tensor/lanes.h"

namespace fuseo1 {

struct RankedKeep {
  double density = 1;
  double epsilon = 0;
};

// Elements that look equally far ahead.
inline constexpr std::size_t kPickers = 8;
static_assert(kBlockElems % kPickers == 0);
using PickerLanes [[gnu::vector_size(kPickers * sizeof(std::int32_t))]] = std::int32_t;
// Random numbers that `elems` elements of a row need for that.
inline constexpr std::size_t PicksOf(std::size_t elems) {
  return (elems + kPickers - 1) / kPickers;
}

// A row's keys, and room behind them for those of elements that look around its end: there, equal
// keys of elements before them are the smaller ones.
inline std::size_t KeysOfRow(std::size_t row_elems) { return row_elems + kPickers; }
inline void CloseRow(std::uint32_t* keys, std::size_t row_elems) {
  for (std::size_t i = 0; i < kPickers; ++i) {
    keys[row_elems + i] = (i < row_elems ? keys[i] : 0) - 1;
  }
}

// keep[i] = all bits where element begin + i of a row stays, else 0, for i < count; what it has up
// to a multiple of kPickers, as `random`, is not defined. begin: a multiple of kPickers.
// keys: the row's, 2 to 2^31 of them, closed. random[i] / 2^32 is element begin + i's u;
// picks[PicksOf(count)]: as uniform, of numbers of their own.
inline void RankedMask(RankedKeep how, const std::uint32_t* keys, std::size_t row_elems,
                       std::size_t begin, std::size_t count, const std::uint32_t* random,
                       const std::uint32_t* picks, std::uint32_t* __restrict keep) {
  constexpr std::uint32_t kSign = 0x80000000U;  // for comparisons of signed integers
  const auto numbers_below = [](double share) {
    const double numbers = std::clamp(std::ceil(share * 0x1p32), 0.0, 0x1p32 - 1);
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(numbers) ^ kSign);
  };
  const auto smaller_stay = AllLanes<PickerLanes>(numbers_below(how.density - how.epsilon));
  const auto larger_stay = AllLanes<PickerLanes>(numbers_below(how.density + how.epsilon));
  const auto load = [](const std::uint32_t* from) {
    return LoadLanes<PickerLanes>(reinterpret_cast<const std::byte*>(from));
  };
  const std::size_t last = row_elems - 1;
  for (std::size_t i = 0; i < count; i += kPickers) {
    const std::size_t self = begin + i;
    const std::size_t ahead = self + 1 + ((picks[i / kPickers] * last) >> 32);
    // All bits where that lies behind the row's end; a branch would go wrong every other time.
    const auto around = static_cast<std::size_t>(static_cast<std::int64_t>(last - ahead) >> 63);
    const std::size_t other = ahead - (row_elems & around);
    const PickerLanes larger =
        load(keys + self) - static_cast<std::int32_t>(around) > load(keys + other);
    const PickerLanes drawn = load(random + i) ^ static_cast<std::int32_t>(kSign);
    const PickerLanes stays = drawn < (larger ? larger_stay : smaller_stay);
    StoreLanes(reinterpret_cast<std::byte*>(keep + i), stays);
  }
}

}  // namespace fuseo1
