#include "methods/common/row_ranks.h"

#include <algorithm>
#include <cmath>

#include "tensor/flags.h"

namespace fuseo1 {
namespace {

constexpr std::uint32_t kLargeBin = 16;

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

}  // namespace

void RowRanks::RankByBin(const std::uint32_t* __restrict keys, std::size_t count) {
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
  while (range >> shift >= count) {
    ++shift;
  }
  const std::size_t bins = (range >> shift) + 2;
  bin_of_.resize(count);
  ranks_.resize(count);
  order_.resize(count);
  large_.clear();
  starts_.assign(bins + 1, 0);
  std::uint32_t* __restrict bin_of = bin_of_.data();
  std::uint32_t* __restrict ranks = ranks_.data();
  std::uint32_t* __restrict order = order_.data();
  std::uint32_t* __restrict starts = starts_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t above_zero = ((keys[i] - lowest) >> shift) + 1;
    bin_of[i] = keys[i] == 0 ? 0 : above_zero;
  }
  for (std::size_t i = 0; i < count; ++i) {
    ++starts[bin_of[i] + 1];
  }
  std::uint32_t below = 0;
  for (std::size_t b = 1; b <= bins; ++b) {
    const std::uint32_t elements = starts[b];
    below += elements;
    starts[b] = below;
    if (elements > kLargeBin && b > 1) {
      large_.push_back(static_cast<std::uint32_t>(b) - 1);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t rank = starts[bin_of[i]]++;
    ranks[i] = rank;
    order[rank] = static_cast<std::uint32_t>(i);
  }
  for (const std::uint32_t bin : large_) {
    SortBin(keys, starts[bin - 1], starts[bin]);
  }
}

void RowRanks::SortBin(const std::uint32_t* keys, std::size_t from, std::size_t to) {
  std::uint32_t differ = 0;
  for (std::size_t r = from; r < to; ++r) {
    differ |= keys[order_[r]] ^ keys[order_[from]];
  }
  if (differ == 0) {
    return;
  }
  const auto begin = order_.begin();
  std::sort(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to),
            [keys](std::uint32_t a, std::uint32_t b) {
              return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
            });
  for (std::size_t r = from; r < to; ++r) {
    ranks_[order_[r]] = static_cast<std::uint32_t>(r);
  }
}

std::size_t RowRanks::RankInBin(const std::uint32_t* keys, std::uint32_t element) const {
  const std::uint32_t bin = bin_of_[element];
  const std::size_t from = bin == 0 ? 0 : starts_[bin - 1];
  const std::size_t to = starts_[bin];
  if (bin == 0 || to - from > kLargeBin) {
    return ranks_[element];
  }
  std::size_t rank = from;
  for (std::size_t r = from; r < to; ++r) {
    const std::uint32_t other = order_[r];
    rank +=
        keys[other] < keys[element] || (keys[other] == keys[element] && other < element) ? 1 : 0;
  }
  return rank;
}

void RowRanks::Mask(RankedKeep how, const std::uint32_t* __restrict keys,
                    const std::uint32_t* __restrict random, std::size_t count,
                    std::uint8_t* __restrict keep) {
  RankByBin(keys, count);
  const RankProbability probability = Of(how, count);
  // In small bins a rank may be wrong by the bin's size.
  const double reach = kLargeBin * probability.step + 0x1p-40;
  const std::uint32_t* __restrict ranks = ranks_.data();
  doubt_.resize(count);
  std::uint8_t* __restrict doubt = doubt_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const double rank = static_cast<std::int32_t>(ranks[i]);
    const double above = probability.lowest + rank * probability.step - Uniform(random[i]);
    keep[i] = above > 0 ? 1 : 0;
    doubt[i] = std::fabs(above) < reach ? 1 : 0;
  }
  ForEachFlag(doubt, count, [&](std::size_t i) {
    const std::size_t rank = RankInBin(keys, static_cast<std::uint32_t>(i));
    keep[i] = Uniform(random[i]) < probability.At(rank) ? 1 : 0;
  });
}

}  // namespace fuseo1
