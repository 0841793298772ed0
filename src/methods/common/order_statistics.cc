#include "methods/common/order_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>

#include "base/check.h"
#include "methods/method.h"
#include "tensor/flags.h"

namespace fuseo1 {
namespace {

// Of a rank guessed from a sample: how far the window reaches, in standard errors.
constexpr double kErrors = 4;

// Ordered like the values; every NaN is one key above infinity.
std::int64_t KeyOf(double value) {
  constexpr std::int64_t kInfinity = 0x7FF0000000000000;
  constexpr std::int64_t kQuietNan = 0x7FF8000000000000;
  const std::int64_t key = std::bit_cast<std::int64_t>(value) & 0x7FFFFFFFFFFFFFFF;
  return key > kInfinity ? kQuietNan : key;
}

// How far the share of the sample up to `key` may be from the share of all: groups differ more than
// values drawn one by one.
double StandardError(std::span<const std::int64_t> sample, std::size_t group_elems,
                     std::int64_t key) {
  const std::size_t groups = sample.size() / group_elems;
  if (groups < 2) {
    return 1;
  }
  double sum = 0;
  double squares = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const auto group = sample.subspan(g * group_elems, group_elems);
    const auto below = std::count_if(group.begin(), group.end(),
                                     [key](std::int64_t other) { return other <= key; });
    const double share = static_cast<double>(below) / static_cast<double>(group_elems);
    sum += share;
    squares += share * share;
  }
  const auto n = static_cast<double>(groups);
  const double variance = std::max(0.0, squares - sum * sum / n) / (n - 1);
  return std::sqrt(variance / n) + 1 / static_cast<double>(sample.size());
}

}  // namespace

void OrderStatistics::Target::SetWindow(std::int64_t from, std::int64_t to) {
  first = from;
  last = to;
  const auto widest = static_cast<std::uint64_t>(last - first);
  bits = 0;
  while (widest >> bits >= kBins) {
    ++bits;
  }
}

OrderStatistics::OrderStatistics(std::span<const std::uint64_t> ranks, int workers,
                                 std::uint64_t most_listed)
    : listed_per_worker_(most_listed / static_cast<std::uint64_t>(workers)),
      workers_(static_cast<std::size_t>(workers)) {
  for (const std::uint64_t rank : ranks) {
    open_.push_back(targets_.size());
    targets_.emplace_back().rank = rank;
    targets_.back().SetWindow(0, kLastKey);
  }
  StartSurvey();
}

void OrderStatistics::Guess(std::span<const double> sample, std::size_t group_elems,
                            std::uint64_t elems) {
  std::vector<std::int64_t> keys(sample.size());
  std::transform(sample.begin(), sample.end(), keys.begin(), KeyOf);
  std::vector<std::int64_t> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  const auto at = [&](double place) -> std::int64_t {
    if (place < 0) {
      return 0;
    }
    return place < count ? sorted[static_cast<std::size_t>(place)] : kLastKey;
  };
  for (const std::size_t t : open_) {
    const double place = static_cast<double>(targets_[t].rank) / static_cast<double>(elems) * count;
    const double reach = kErrors * count * StandardError(keys, group_elems, at(place));
    targets_[t].SetWindow(at(place - reach), at(place + reach + 1));
  }
}

void OrderStatistics::StartSurvey() {
  for (Worker& worker : workers_) {
    worker.below.assign(open_.size(), 0);
    worker.bins.clear();
    worker.listed_count = 0;
    worker.overflow = false;
  }
}

void OrderStatistics::Add(const double* __restrict values, std::size_t count, int worker_index) {
  FUSEO1_CHECK(count <= kBlockElems);
  Worker& worker = workers_[static_cast<std::size_t>(worker_index)];
  if (worker.bins.empty()) {
    worker.bins.resize(open_.size() * kBins);
  }
  if (worker.listed == nullptr) {  // memory that is not written to takes none
    worker.listed =
        std::make_unique_for_overwrite<std::int64_t[]>(listed_per_worker_ + kBlockElems);
  }
  std::array<std::int64_t, kBlockElems> all_keys;
  std::int64_t* __restrict const keys = all_keys.data();
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = KeyOf(values[i]);
  }
  Flags<std::uint32_t> flags;
  std::uint32_t* const inside = flags.words();
  std::fill_n(inside, count, 0U);
  for (std::size_t o = 0; o < open_.size(); ++o) {
    const std::int64_t first = targets_[open_[o]].first;
    const std::int64_t last = targets_[open_[o]].last;
    std::int64_t below = 0;
    for (std::size_t i = 0; i < count; ++i) {
      below += keys[i] < first ? 1 : 0;
      inside[i] |= (keys[i] < first ? 0U : ~0U) & (keys[i] > last ? 0U : ~0U);
    }
    worker.below[o] += static_cast<std::uint64_t>(below);
  }
  std::int64_t* next = worker.listed.get() + worker.listed_count;
  flags.ForEach(count, [&](std::size_t i) {
    const std::int64_t key = keys[i];
    *next++ = key;
    std::uint64_t* bins = worker.bins.data();
    for (const std::size_t t : open_) {
      const Target& target = targets_[t];
      if (key >= target.first && key <= target.last) {
        ++bins[static_cast<std::size_t>((key - target.first) >> target.bits)];
      }
      bins += kBins;
    }
  });
  worker.listed_count = static_cast<std::size_t>(next - worker.listed.get());
  if (worker.listed_count > listed_per_worker_) {
    worker.listed_count = 0;
    worker.overflow = true;
  }
}

bool OrderStatistics::FindBin(std::size_t open) {
  Target& target = targets_[open_[open]];
  std::uint64_t before = 0;
  for (const Worker& worker : workers_) {
    before += worker.below[open];
  }
  bool complete = true;
  for (const Worker& worker : workers_) {
    complete = complete && !worker.overflow;
  }
  for (std::size_t bin = 0; target.rank >= before && bin < kBins; ++bin) {
    std::uint64_t here = 0;
    for (const Worker& worker : workers_) {
      here += worker.bins.empty() ? 0 : worker.bins[open * kBins + bin];
    }
    if (target.rank < before + here) {
      const std::int64_t first = target.first + (static_cast<std::int64_t>(bin) << target.bits);
      const std::int64_t width = (std::int64_t{1} << target.bits) - 1;
      target.SetWindow(first, std::min(first + width, target.last));
      if (target.first != target.last && complete) {
        const std::int64_t found = SelectListed(target, target.rank - before);
        target.SetWindow(found, found);
      }
      return true;
    }
    before += here;
  }
  return false;
}

std::int64_t OrderStatistics::SelectListed(const Target& target, std::uint64_t rank) const {
  std::vector<std::int64_t> keys;
  for (const Worker& worker : workers_) {
    std::copy_if(worker.listed.get(), worker.listed.get() + worker.listed_count,
                 std::back_inserter(keys),
                 [&](std::int64_t key) { return key >= target.first && key <= target.last; });
  }
  const auto at = keys.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(keys.begin(), at, keys.end());
  return *at;
}

void OrderStatistics::FinishSurvey() {
  std::vector<std::size_t> left;
  for (std::size_t o = 0; o < open_.size(); ++o) {
    Target& target = targets_[open_[o]];
    if (!FindBin(o)) {
      const bool is_everything = target.first == 0 && target.last == kLastKey;
      target.SetWindow(0, is_everything ? 0 : kLastKey);  // there are no values, and 0 will do
    }
    if (target.first != target.last) {
      left.push_back(open_[o]);
    }
  }
  open_ = left;
  StartSurvey();
}

double OrderStatistics::value(std::size_t i) const {
  return std::bit_cast<double>(targets_[i].first);
}

}  // namespace fuseo1
