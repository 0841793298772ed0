#include "methods/common/cut.h"

#include <limits>

#include "methods/common/keys.h"

namespace fuseo1 {

Cut Cut::At(std::uint32_t key, std::uint64_t cell, std::size_t rank_in_cell) {
  Cut cut(Kind::kKey);
  cut.key_ = key;
  cut.cell_ = cell;
  cut.rank_in_cell_ = rank_in_cell;
  return cut;
}

std::optional<std::int32_t> Cut::KeysAbove(std::uint64_t first) const {
  switch (kind_) {
    case Kind::kNone:
      return std::numeric_limits<std::int32_t>::max();
    case Kind::kAll:
      return -1;
    case Kind::kKey:
      break;
  }
  const std::uint64_t cell = CellOf(first);
  if (cell == cell_) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(cell < cell_ ? key_ : key_ + 1) - 1;
}

void Cut::Mask(std::uint64_t first, const std::uint32_t* __restrict keys, std::size_t count,
               std::uint32_t* __restrict keep) const {
  if (const std::optional<std::int32_t> above = KeysAbove(first)) {
    const std::int32_t limit = *above;
    for (std::size_t i = 0; i < count; ++i) {
      keep[i] = static_cast<std::int32_t>(keys[i]) > limit ? ~0U : 0U;
    }
    return;
  }
  std::size_t ties = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool tie = keys[i] == key_;
    keep[i] = keys[i] > key_ || (tie && ties < rank_in_cell_) ? ~0U : 0U;
    ties += tie ? 1 : 0;
  }
}

}  // namespace fuseo1
