#include "methods/common/selection.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace fuseo1 {
namespace {

constexpr std::uint32_t kInfinityKey = 0x7F800000U;
constexpr std::uint32_t kNanKey = kInfinityKey + 1;

std::uint32_t KeyOf(double magnitude) {
  return std::min(std::bit_cast<std::uint32_t>(static_cast<float>(magnitude)), kNanKey);
}

// The smallest double that rounds to the float with these bits or a larger one.
double LowerBound(std::uint32_t key) {
  if (key == 0) {
    return -1;
  }
  if (key >= kNanKey) {
    return std::numeric_limits<double>::infinity();
  }
  const double below = std::bit_cast<float>(key - 1);
  const double at = key == kInfinityKey ? 0x1p128 : static_cast<double>(std::bit_cast<float>(key));
  const double middle = below + (at - below) / 2;
  return (key & 1U) == 0 ? middle : std::nextafter(middle, at);
}

std::uint64_t CellOf(std::uint64_t element) { return element / kBlockElems; }

}  // namespace

void MagnitudeKeys(const double* __restrict magnitudes, std::size_t count,
                   std::uint32_t* __restrict keys) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(static_cast<float>(magnitudes[i]));
    keys[i] = bits < kNanKey ? bits : kNanKey;
  }
}

Cut Cut::At(std::uint32_t key, std::uint64_t cell, std::size_t rank_in_cell) {
  Cut cut(Kind::kKey);
  cut.key_ = key;
  cut.cell_ = cell;
  cut.rank_in_cell_ = rank_in_cell;
  cut.bound_ = LowerBound(key);
  cut.bound_above_ = LowerBound(key + 1);
  return cut;
}

void Cut::Mask(std::uint64_t first, const double* __restrict magnitudes, std::size_t count,
               double* __restrict keep) const {
  if (kind_ != Kind::kKey) {
    std::fill_n(keep, count, kind_ == Kind::kAll ? 1.0 : 0.0);
    return;
  }
  const std::uint64_t cell = CellOf(first);
  if (cell != cell_ && key_ < kInfinityKey) {
    const double bound = cell < cell_ ? bound_ : bound_above_;
    for (std::size_t i = 0; i < count; ++i) {
      keep[i] = magnitudes[i] < bound ? 0.0 : 1.0;
    }
    return;
  }
  std::size_t ties = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t key = KeyOf(magnitudes[i]);
    const bool tie = key == key_;
    const bool in_time = cell < cell_ || (cell == cell_ && ties < rank_in_cell_);
    keep[i] = key > key_ || (tie && in_time) ? 1.0 : 0.0;
    ties += tie ? 1 : 0;
  }
}

RankSearch::RankSearch(std::uint64_t elems, int workers, SelectionLimits limits)
    : elems_(elems),
      limits_(limits),
      stage_(elems <= limits.short_elems ? Stage::kKeys : Stage::kBins) {
  if (stage_ == Stage::kKeys) {
    keys_.resize(elems);
  } else {
    bins_.resize(static_cast<std::size_t>(workers));
    spilled_.resize(bins_.size());
    pending_.resize(bins_.size());
  }
}

void RankSearch::Survey(const double* magnitudes, const Block& block) {
  FUSEO1_CHECK(block.first % kBlockElems == 0 && block.count <= kBlockElems);
  if (stage_ == Stage::kKeys) {
    MagnitudeKeys(magnitudes, block.count, keys_.data() + block.first);
    return;
  }
  std::array<std::uint32_t, kBlockElems> key_buffer;
  const std::uint32_t* const keys = key_buffer.data();
  MagnitudeKeys(magnitudes, block.count, key_buffer.data());
  const auto worker = static_cast<std::size_t>(block.worker);
  if (stage_ == Stage::kBins) {
    std::vector<std::uint32_t>& table = bins_[worker];
    if (table.empty()) {
      table.resize(2 * kBins);
    }
    if (pending_[worker] + block.count > std::numeric_limits<std::uint32_t>::max()) {
      std::vector<std::uint64_t>& spill = spilled_[worker];
      spill.resize(table.size());
      std::transform(table.begin(), table.end(), spill.begin(), spill.begin(), std::plus<>());
      std::fill(table.begin(), table.end(), 0);
      pending_[worker] = 0;
    }
    pending_[worker] += block.count;
    // Two counters a bin: equal neighbours do not wait for each other's store.
    std::uint32_t* const counts = table.data();
    std::size_t i = 0;
    for (; i + 2 <= block.count; i += 2) {
      ++counts[(keys[i] >> 16) * 2];
      ++counts[(keys[i + 1] >> 16) * 2 + 1];
    }
    if (i < block.count) {
      ++counts[(keys[i] >> 16) * 2];
    }
    return;
  }
  for (Target& target : targets_) {
    if (!target.open) {
      continue;
    }
    if (stage_ == Stage::kLists) {
      List(keys, block, target);
    } else if (stage_ == Stage::kLowBits && target.counting) {
      std::vector<std::uint32_t>& low = target.low_bins[worker];
      if (low.empty()) {
        low.resize(65536);
      }
      for (std::size_t i = 0; i < block.count; ++i) {
        if (((keys[i] ^ target.key) >> 16) == 0) {
          ++low[keys[i] & 0xFFFFU];
        }
      }
    } else if (stage_ == Stage::kTies && target.counting) {
      std::uint32_t ties = 0;
      for (std::size_t i = 0; i < block.count; ++i) {
        ties += keys[i] == target.key ? 1U : 0U;
      }
      target.cell_ties[CellOf(block.first)] = static_cast<std::uint16_t>(ties);
    }
  }
}

void RankSearch::List(const std::uint32_t* keys, const Block& block, Target& target) {
  const std::uint32_t threshold = target.key;
  std::uint32_t ties = 0;
  std::uint32_t in_bin = 0;
  for (std::size_t i = 0; i < block.count; ++i) {
    ties += keys[i] == threshold ? 1U : 0U;
    in_bin += (keys[i] ^ threshold) < 0x10000U ? 1U : 0U;
  }
  target.cell_ties[CellOf(block.first)] = static_cast<std::uint16_t>(ties);
  if (in_bin == ties) {
    return;
  }
  if (target.listed.fetch_add(in_bin - ties, std::memory_order_relaxed) + in_bin - ties >
      limits_.listed_entries) {
    return;  // seen by FinishSurvey
  }
  std::array<std::uint32_t, kBlockElems> found_buffer;
  std::uint32_t* const found = found_buffer.data();
  std::size_t count = 0;
  const auto offset = static_cast<std::uint32_t>(block.first % kSegmentElems);
  constexpr std::size_t kGroup = 16;
  std::size_t i = 0;
  for (; i + kGroup <= block.count; i += kGroup) {
    std::uint32_t any = 0;
    for (std::size_t j = 0; j < kGroup; ++j) {
      any |= (keys[i + j] ^ threshold) < 0x10000U ? 1U : 0U;
    }
    for (std::size_t j = 0; any != 0 && j < kGroup; ++j) {
      const std::uint32_t low = keys[i + j] ^ threshold;
      found[count] = (offset + static_cast<std::uint32_t>(i + j)) << 16 | (low & 0xFFFFU);
      count += low < 0x10000U && low != 0 ? 1 : 0;
    }
  }
  for (; i < block.count; ++i) {
    const std::uint32_t low = keys[i] ^ threshold;
    if (low < 0x10000U && low != 0) {
      found[count++] = (offset + static_cast<std::uint32_t>(i)) << 16 | low;
    }
  }
  std::vector<std::uint32_t>& entries = target.entries[block.segment()];
  entries.insert(entries.end(), found, found + count);
}

void RankSearch::FinishSurvey(std::span<const std::uint64_t> ranks) {
  FUSEO1_CHECK(ranks.size() <= kMaxCuts);
  bool again = false;
  switch (stage_) {
    case Stage::kKeys:
      FinishKeys(ranks);
      stage_ = Stage::kDone;
      break;
    case Stage::kBins:
      FinishBins(ranks);
      for (const Target& target : targets_) {
        again = again || target.open;
      }
      stage_ = again ? Stage::kLists : Stage::kDone;
      break;
    case Stage::kLists:
      for (std::size_t c = 0; c < kMaxCuts; ++c) {
        Target& target = targets_[c];
        if (target.open && target.listed > limits_.listed_entries) {
          target.counting = again = true;
          target.low_bins.resize(bins_.size());
        } else if (target.open) {
          cuts_[c] = FromLists(target);
        }
        target.entries = {};
      }
      stage_ = again ? Stage::kLowBits : Stage::kDone;
      break;
    case Stage::kLowBits:
      for (Target& target : targets_) {
        if (target.counting) {
          FinishLowBits(target);
        }
      }
      stage_ = Stage::kTies;
      break;
    case Stage::kTies:
      for (std::size_t c = 0; c < kMaxCuts; ++c) {
        if (targets_[c].counting) {
          cuts_[c] = FromTies(targets_[c], targets_[c].need);
        }
      }
      stage_ = Stage::kDone;
      break;
    case Stage::kDone:
      break;
  }
  if (stage_ == Stage::kDone) {
    bins_ = {};
    spilled_ = {};
    for (Target& target : targets_) {
      target.cell_ties = {};
    }
  }
}

bool RankSearch::Trivial(std::uint64_t rank, Cut& cut) const {
  if (rank == 0 || rank >= elems_) {
    cut = rank == 0 ? Cut::None() : Cut::All();
    return true;
  }
  return false;
}

void RankSearch::FinishKeys(std::span<const std::uint64_t> ranks) {
  std::vector<std::uint32_t> order(keys_.size());
  for (std::size_t c = 0; c < ranks.size(); ++c) {
    if (Trivial(ranks[c], cuts_[c])) {
      continue;
    }
    std::iota(order.begin(), order.end(), 0U);
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(ranks[c] - 1);
    std::nth_element(order.begin(), last, order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return keys_[a] != keys_[b] ? keys_[a] > keys_[b] : a < b;
    });
    const std::uint32_t key = keys_[*last];
    const std::uint64_t cell = CellOf(*last);
    const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(cell * kBlockElems);
    const auto ties = std::count(from, keys_.begin() + *last + 1, key);
    cuts_[c] = Cut::At(key, cell, static_cast<std::size_t>(ties));
  }
  keys_ = {};
}

void RankSearch::FinishBins(std::span<const std::uint64_t> ranks) {
  std::vector<std::uint64_t> totals(kBins);
  for (std::size_t w = 0; w < bins_.size(); ++w) {
    for (std::size_t i = 0; i < bins_[w].size(); ++i) {
      totals[i / 2] += bins_[w][i] + (spilled_[w].empty() ? 0 : spilled_[w][i]);
    }
  }
  const std::size_t workers = bins_.size();
  bins_ = std::vector<std::vector<std::uint32_t>>(workers);
  for (std::size_t c = 0; c < ranks.size(); ++c) {
    if (Trivial(ranks[c], cuts_[c])) {
      continue;
    }
    std::uint64_t need = ranks[c];
    std::size_t bin = kBins - 1;
    while (totals[bin] < need) {
      need -= totals[bin--];
    }
    Target& target = targets_[c];
    target.open = true;
    target.key = static_cast<std::uint32_t>(bin) << 16;
    target.need = need;
    target.cell_ties.assign(CellOf(elems_ - 1) + 1, 0);
    target.entries.resize((elems_ - 1) / kSegmentElems + 1);
  }
}

Cut RankSearch::FromLists(Target& target) const {
  const std::uint64_t listed = target.listed;
  if (target.need > listed) {
    return FromTies(target, target.need - listed);
  }
  std::vector<std::uint64_t> low_bins(65536);
  for (const auto& entries : target.entries) {
    for (const std::uint32_t entry : entries) {
      ++low_bins[entry & 0xFFFFU];
    }
  }
  std::uint64_t need = target.need;
  std::size_t low = low_bins.size() - 1;
  while (low_bins[low] < need) {
    need -= low_bins[low--];
  }
  // The need-th entry with these low bits, in order of index.
  for (std::size_t segment = 0; segment < target.entries.size(); ++segment) {
    std::uint64_t cell = 0;
    std::size_t rank_in_cell = 0;
    for (const std::uint32_t entry : target.entries[segment]) {
      if ((entry & 0xFFFFU) != low) {
        continue;
      }
      const std::uint64_t entry_cell = CellOf(segment * kSegmentElems + (entry >> 16));
      rank_in_cell = entry_cell == cell ? rank_in_cell + 1 : 1;
      cell = entry_cell;
      if (--need == 0) {
        return Cut::At(target.key | static_cast<std::uint32_t>(low), cell, rank_in_cell);
      }
    }
  }
  FUSEO1_CHECK(false);
}

void RankSearch::FinishLowBits(Target& target) {
  std::size_t low = 65535;
  for (;; --low) {
    std::uint64_t total = 0;
    for (const auto& table : target.low_bins) {
      total += table.empty() ? 0 : table[low];
    }
    if (total >= target.need || low == 0) {
      break;
    }
    target.need -= total;
  }
  target.key |= static_cast<std::uint32_t>(low);
  target.low_bins = {};
}

Cut RankSearch::FromTies(const Target& target, std::uint64_t need) {
  std::size_t cell = 0;
  while (cell + 1 < target.cell_ties.size() && target.cell_ties[cell] < need) {
    need -= target.cell_ties[cell++];
  }
  return Cut::At(target.key, cell, static_cast<std::size_t>(need));
}

}  // namespace fuseo1
