#include "methods/common/row_ranks.h"

#include <algorithm>

namespace fuseo1 {
namespace {

constexpr std::size_t kBinCount = 0x7F81 + 1;  // of keys as MagnitudeKeys makes them, >> 16
constexpr std::size_t kShortRow = 256;
constexpr double kUnit = 0x1p-32;

constexpr std::uint32_t kDecided = 1U << 31;  // marks the first element of a bin; rows are shorter

RankProbability Of(RankedKeep how, std::size_t count) {
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
  const RankProbability probability = Of(how, count);
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
  if (count <= kShortRow || count >= kDecided) {
    MaskShort(how, keys, random, count, keep);
    return;
  }
  const RankProbability probability = Of(how, count);
  bins_.resize(kBinCount);
  std::uint32_t smallest = ~0U;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    smallest = std::min(smallest, keys[i] - 1);  // of those above 0
    largest = std::max(largest, keys[i]);
  }
  // Zeros are common and far below everything else: their bin is the next one below.
  const std::uint32_t first_bin = std::max((smallest + 1) >> 16, 1U) - 1;
  const std::uint32_t last_bin = largest >> 16;
  const auto bin_of = [=](std::size_t i) { return std::max(keys[i] >> 16, first_bin); };
  std::uint32_t* const bins = bins_.data();
  std::fill(bins + first_bin, bins + last_bin + 2, 0);
  // Counts one bin up, so that the running sum leaves bins[b] = elements below bin b.
  for (std::size_t i = 0; i < count; ++i) {
    ++bins[bin_of(i) + 1];
  }
  for (std::size_t b = first_bin; b <= last_bin; ++b) {
    bins[b + 1] += bins[b];
  }
  const double highest = probability.At(count - 1);
  open_.resize(count + 1);
  std::uint32_t* const open = open_.data();
  std::size_t between = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double u = random[i] * kUnit;
    const auto sure = static_cast<std::uint8_t>(u < probability.lowest);
    const auto possible = static_cast<std::uint8_t>(u < highest);
    keep[i] = sure;
    open[between] = static_cast<std::uint32_t>(i);
    between += static_cast<std::size_t>(possible - sure);  // no branch: chance decides it
  }
  std::size_t undecided = 0;
  for (std::size_t n = 0; n < between; ++n) {
    const std::uint32_t i = open[n];
    const std::uint32_t bin = bin_of(i);
    const double u = random[i] * kUnit;
    const auto sure = static_cast<std::uint8_t>(u < probability.At(bins[bin]));
    const auto possible = static_cast<std::uint8_t>(u < probability.At(bins[bin + 1] - 1));
    keep[i] = sure;
    open[undecided] = i;
    undecided += static_cast<std::size_t>(possible - sure);
  }
  if (undecided == 0) {
    return;
  }
  // Elements in order of bin; after that bins[b] is where bin b ends.
  order_.resize(count);
  std::uint32_t* const order = order_.data();
  for (std::size_t i = 0; i < count; ++i) {
    order[bins[bin_of(i)]++] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t n = 0; n < undecided; ++n) {
    const std::uint32_t bin = bin_of(open[n]);
    const std::size_t from = bin == first_bin ? 0 : bins[bin - 1];
    if ((order[from] & kDecided) == 0) {
      DecideBin(probability, keys, random, from, bins[bin], keep);
    }
  }
}

void RowRanks::DecideBin(RankProbability probability, const std::uint32_t* keys,
                         const std::uint32_t* random, std::size_t from, std::size_t to,
                         std::uint8_t* keep) {
  std::uint32_t* const order = order_.data();
  std::uint32_t differ = 0;
  for (std::size_t r = from; r < to; ++r) {
    differ |= keys[order[r]] ^ keys[order[from]];
  }
  if (differ != 0) {
    std::sort(order + from, order + to, [keys](std::uint32_t a, std::uint32_t b) {
      return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
    });
  }
  for (std::size_t r = from; r < to; ++r) {
    keep[order[r]] = random[order[r]] * kUnit < probability.At(r) ? 1 : 0;
  }
  order[from] |= kDecided;
}

}  // namespace fuseo1
