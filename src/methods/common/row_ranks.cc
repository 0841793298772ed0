#include "methods/common/row_ranks.h"

#include <algorithm>

namespace fuseo1 {
namespace {

constexpr std::size_t kBinCount = 0x7F81 + 1;  // of keys as MagnitudeKeys makes them, >> 16
constexpr std::size_t kShortRow = 256;
constexpr double kUnit = 0x1p-32;

// p as a function of the rank, counted from 0.
struct Probability {
  double lowest;
  double step;
  double At(std::uint64_t rank) const { return lowest + static_cast<double>(rank) * step; }
};

Probability Of(RankedKeep how, std::size_t count) {
  if (count < 2) {
    return {how.density, 0};
  }
  return {how.density - how.epsilon, 2 * how.epsilon / static_cast<double>(count - 1)};
}

std::uint64_t Entry(std::uint32_t key, std::uint32_t element) {
  return static_cast<std::uint64_t>(key) << 32 | element;
}

}  // namespace

void RowRanks::MaskShort(RankedKeep how, const std::uint32_t* keys, const std::uint32_t* random,
                         std::size_t count, std::uint8_t* keep) {
  const Probability probability = Of(how, count);
  sorted_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    sorted_[i] = Entry(keys[i], static_cast<std::uint32_t>(i));
  }
  std::sort(sorted_.begin(), sorted_.end());
  for (std::size_t rank = 0; rank < count; ++rank) {
    const auto i = static_cast<std::uint32_t>(sorted_[rank]);
    keep[i] = random[i] * kUnit < probability.At(rank) ? 1 : 0;
  }
}

void RowRanks::Mask(RankedKeep how, const std::uint32_t* keys, const std::uint32_t* random,
                    std::size_t count, std::uint8_t* keep) {
  if (count <= kShortRow) {
    MaskShort(how, keys, random, count, keep);
    return;
  }
  const Probability probability = Of(how, count);
  bins_.resize(kBinCount);
  std::uint32_t smallest = ~0U;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    smallest = std::min(smallest, keys[i]);
    largest = std::max(largest, keys[i]);
  }
  const std::size_t first_bin = smallest >> 16;
  const std::size_t last_bin = largest >> 16;
  std::uint32_t* const bins = bins_.data();
  std::fill(bins + first_bin, bins + last_bin + 2, 0);
  // Counts one bin up, so that the running sum leaves bins[b] = elements below bin b.
  for (std::size_t i = 0; i < count; ++i) {
    ++bins[(keys[i] >> 16) + 1];
  }
  for (std::size_t b = first_bin; b <= last_bin; ++b) {
    bins[b + 1] += bins[b];
  }
  const double highest = probability.At(count - 1);
  open_.resize(count + 1);
  std::size_t open = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double u = random[i] * kUnit;
    const bool sure = u < probability.lowest;
    keep[i] = sure ? 1 : 0;
    open_[open] = static_cast<std::uint32_t>(i);
    open += !sure && u < highest ? 1 : 0;
  }
  std::size_t undecided = 0;
  for (std::size_t n = 0; n < open; ++n) {
    const std::uint32_t i = open_[n];
    const std::uint32_t bin = keys[i] >> 16;
    const double u = random[i] * kUnit;
    const bool sure = u < probability.At(bins[bin]);
    keep[i] = sure ? 1 : 0;
    open_[undecided] = i;
    undecided += !sure && u < probability.At(bins[bin + 1] - 1) ? 1 : 0;
  }
  if (undecided == 0) {
    return;
  }
  // Bins with an open decision, each once, in order.
  sorted_.resize(undecided);
  for (std::size_t n = 0; n < undecided; ++n) {
    sorted_[n] = Entry(keys[open_[n]] >> 16, open_[n]);
  }
  std::sort(sorted_.begin(), sorted_.end());
  std::vector<std::uint64_t> open_entries;
  open_entries.swap(sorted_);
  order_.resize(count);
  constexpr std::size_t kGroup = 16;
  for (std::size_t n = 0; n < undecided;) {
    const std::uint64_t bin = open_entries[n] >> 32;
    sorted_.clear();
    std::size_t i = 0;
    for (; i + kGroup <= count; i += kGroup) {
      std::uint32_t any = 0;
      for (std::size_t j = 0; j < kGroup; ++j) {
        any |= (keys[i + j] >> 16) == bin ? 1U : 0U;
      }
      for (std::size_t j = 0; any != 0 && j < kGroup; ++j) {
        if ((keys[i + j] >> 16) == bin) {
          sorted_.push_back(Entry(keys[i + j], static_cast<std::uint32_t>(i + j)));
        }
      }
    }
    for (; i < count; ++i) {
      if ((keys[i] >> 16) == bin) {
        sorted_.push_back(Entry(keys[i], static_cast<std::uint32_t>(i)));
      }
    }
    if (!std::is_sorted(sorted_.begin(), sorted_.end())) {
      std::sort(sorted_.begin(), sorted_.end());
    }
    for (std::size_t r = 0; r < sorted_.size(); ++r) {
      const auto element = static_cast<std::uint32_t>(sorted_[r]);
      keep[element] = random[element] * kUnit < probability.At(bins[bin] + r) ? 1 : 0;
    }
    while (n < undecided && open_entries[n] >> 32 == bin) {
      ++n;
    }
  }
  sorted_.swap(open_entries);
}

}  // namespace fuseo1
