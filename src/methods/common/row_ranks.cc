#include "methods/common/row_ranks.h"

#include <algorithm>
#include <cmath>

#include "tensor/flags.h"

namespace fuseo1 {
namespace {

RankProbability Of(RankedKeep how, std::size_t count) {
  if (count < 2) {
    return {how.density, 0};
  }
  return {how.density - how.epsilon, 2 * how.epsilon / static_cast<double>(count - 1)};
}

// random / 2^32, by way of a signed integer: only those become doubles in vectors everywhere.
// Exact.
double Uniform(std::uint32_t random) {
  return (static_cast<double>(static_cast<std::int32_t>(random ^ 0x80000000U)) + 0x1p31) * 0x1p-32;
}

std::size_t RankAmong(const std::uint32_t* keys, std::size_t count, std::size_t element) {
  const std::uint32_t key = keys[element];
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < element; ++i) {
    rank += keys[i] <= key ? 1U : 0U;
  }
  for (std::size_t i = element; i < count; ++i) {
    rank += keys[i] < key ? 1U : 0U;
  }
  return rank;
}

}  // namespace

void RowRanks::MaskSorted(RankProbability probability, const std::uint32_t* keys,
                          const std::uint32_t* random, std::size_t count, std::uint8_t* keep) {
  sorted_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    sorted_[i] = static_cast<std::uint64_t>(keys[i]) << 32 | i;
  }
  std::sort(sorted_.begin(), sorted_.end());
  for (std::size_t rank = 0; rank < count; ++rank) {
    const auto i = static_cast<std::uint32_t>(sorted_[rank]);
    keep[i] = Uniform(random[i]) < probability.At(rank) ? 1 : 0;
  }
}

std::uint32_t RowRanks::RankByBin(const std::uint32_t* __restrict keys, std::size_t count) {
  std::uint32_t smallest = ~0U;  // of those above 0, less one
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    smallest = std::min(smallest, keys[i] - 1);
    largest = std::max(largest, keys[i]);
  }
  // Zeros are common and far below everything else: bin 0 is theirs.
  const std::uint32_t lowest = largest == 0 ? 1 : smallest + 1;
  const std::uint32_t range = largest < lowest ? 0 : largest - lowest;
  std::uint32_t shift = 0;
  while (range >> shift >= 2 * count) {
    ++shift;
  }
  const std::size_t bins = (range >> shift) + 2;
  bin_of_.resize(count);
  ranks_.resize(count);
  mixed_.resize(count + 1);
  starts_.assign(bins + 1, 0);
  sample_.resize(bins);
  std::uint32_t* __restrict bin_of = bin_of_.data();
  std::uint32_t* __restrict ranks = ranks_.data();
  std::uint32_t* __restrict starts = starts_.data();
  std::uint32_t* __restrict sample = sample_.data();
  std::uint32_t* __restrict mixed = mixed_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t above_zero = ((keys[i] - lowest) >> shift) + 1;
    bin_of[i] = keys[i] == 0 ? 0 : above_zero;
  }
  for (std::size_t i = 0; i < count; ++i) {
    ++starts[bin_of[i] + 1];
    sample[bin_of[i]] = keys[i];
  }
  for (std::size_t b = 1; b < bins; ++b) {
    starts[b + 1] += starts[b];
  }
  std::size_t mixed_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bin = bin_of[i];
    ranks[i] = starts[bin]++;
    mixed[mixed_count] = bin;
    mixed_count += keys[i] != sample[bin] ? 1 : 0;
  }
  std::uint32_t widest = 0;
  for (std::size_t m = 0; m < mixed_count; ++m) {
    widest = std::max(widest, starts[mixed[m]] - starts[mixed[m] - 1]);  // never bin 0
  }
  return widest;
}

void RowRanks::Mask(RankedKeep how, const std::uint32_t* __restrict keys,
                    const std::uint32_t* __restrict random, std::size_t count,
                    std::uint8_t* __restrict keep) {
  const RankProbability probability = Of(how, count);
  const std::uint32_t widest = RankByBin(keys, count);
  // Within a bin of different keys a rank may be wrong by the bin's size.
  const double reach = widest * probability.step + 0x1p-40;
  const std::uint32_t* __restrict ranks = ranks_.data();
  doubt_.resize(count);
  std::uint8_t* __restrict doubt = doubt_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const double rank = static_cast<std::int32_t>(ranks[i]);
    const double above = probability.lowest + rank * probability.step - Uniform(random[i]);
    keep[i] = above > 0 ? 1 : 0;
    doubt[i] = std::fabs(above) < reach ? 1 : 0;
  }
  if (widest == 0) {
    return;
  }
  open_.clear();
  ForEachFlag(doubt, count, [&](std::size_t i) {
    const std::uint32_t bin = bin_of_[i];
    const std::uint32_t from = bin == 0 ? 0 : starts_[bin - 1];
    const double u = Uniform(random[i]);
    const bool sure = u < probability.At(from);
    const bool possible = u < probability.At(starts_[bin] - 1);
    if (possible && !sure && bin != 0) {
      open_.push_back(static_cast<std::uint32_t>(i));
    }
  });
  if (open_.size() > 16 + count / 32) {
    MaskSorted(probability, keys, random, count, keep);
    return;
  }
  for (const std::uint32_t i : open_) {
    keep[i] = Uniform(random[i]) < probability.At(RankAmong(keys, count, i)) ? 1 : 0;
  }
}

}  // namespace fuseo1
