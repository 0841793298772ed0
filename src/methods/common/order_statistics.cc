#include "methods/common/order_statistics.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "methods/common/sample_bins.h"

namespace fuseo1 {
namespace {

// Of a rank guessed from a sample: how far the window reaches, in standard errors.
constexpr double kErrors = 3;
// Windows end at multiples of 2^-9 of a value.
constexpr unsigned kWindowBits = 52 - 9;

// How far the share of the sample below `key` may be from the share of all: groups differ more than
// values drawn one by one.
double StandardError(std::span<const std::uint64_t> sample, std::size_t group_elems,
                     std::uint64_t key) {
  const std::size_t groups = sample.size() / group_elems;
  if (groups < 2) {
    return 1;
  }
  double sum = 0;
  double squares = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const auto group = sample.subspan(g * group_elems, group_elems);
    const auto below = std::count_if(group.begin(), group.end(),
                                     [key](std::uint64_t other) { return other < key; });
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
    : workers_(static_cast<std::size_t>(workers)),
      most_listed_(most_listed / (ranks.size() * workers_)),
      tallies_(ranks.size() * workers_) {
  for (const std::uint64_t rank : ranks) {
    targets_.emplace_back().rank = rank;
    targets_.back().SetWindow(0, kLastKey);
  }
}

bool OrderStatistics::done() const {
  return std::all_of(targets_.begin(), targets_.end(),
                     [](const Target& target) { return target.found(); });
}

std::span<OrderStatistics::Tally> OrderStatistics::TalliesOf(std::size_t target) {
  return std::span(tallies_).subspan(target * workers_, workers_);
}

OrderStatistics::Tally& OrderStatistics::TallyFor(std::size_t target, int worker) {
  Tally& tally = TalliesOf(target)[static_cast<std::size_t>(worker)];
  if (tally.bins.empty()) {
    tally.bins.resize(kBins);
  }
  if (tally.listed == nullptr) {  // memory that is not written to takes none
    tally.listed = std::make_unique_for_overwrite<std::int64_t[]>(most_listed_ + kBlockElems);
  }
  return tally;
}

void OrderStatistics::Guess(std::span<const double> sample, std::size_t group_elems,
                            std::uint64_t elems) {
  std::vector<std::uint64_t> keys(sample.size());
  std::transform(sample.begin(), sample.end(), keys.begin(), KeyOf);
  const SampleBins<std::uint64_t> bins(keys, kWindowBits);
  const auto count = static_cast<double>(keys.size());
  for (Target& target : targets_) {
    const double place = static_cast<double>(target.rank) / static_cast<double>(elems) * count;
    const double reach = kErrors * count * StandardError(keys, group_elems, bins.FirstAt(place));
    const std::uint64_t last = bins.LastAt(place + reach + 1);
    target.SetWindow(static_cast<std::int64_t>(bins.FirstAt(place - reach)),
                     static_cast<std::int64_t>(std::min<std::uint64_t>(last, kLastKey)));
  }
}

bool OrderStatistics::FindBin(std::size_t index) {
  Target& target = targets_[index];
  std::uint64_t before = 0;
  bool complete = true;
  bool counted = false;
  for (const Tally& tally : TalliesOf(index)) {
    before += tally.below;
    complete = complete && !tally.overflow;
    counted = counted || !tally.bins.empty();
  }
  for (std::size_t bin = 0; counted && target.rank >= before && bin < kBins; ++bin) {
    std::uint64_t here = 0;
    for (const Tally& tally : TalliesOf(index)) {
      here += tally.bins.empty() ? 0 : tally.bins[bin];
    }
    if (target.rank < before + here) {
      const std::int64_t first = target.first + (static_cast<std::int64_t>(bin) << target.bits);
      const std::int64_t width = (std::int64_t{1} << target.bits) - 1;
      target.SetWindow(first, std::min(first + width, target.last));
      if (!target.found() && complete) {
        const std::int64_t key = SelectListed(index, target.rank - before);
        target.SetWindow(key, key);
      }
      return true;
    }
    before += here;
  }
  return false;
}

std::int64_t OrderStatistics::SelectListed(std::size_t index, std::uint64_t rank) {
  const Target& target = targets_[index];
  std::vector<std::int64_t> keys;
  for (const Tally& tally : TalliesOf(index)) {
    std::copy_if(tally.listed.get(), tally.listed.get() + tally.listed_count,
                 std::back_inserter(keys),
                 [&](std::int64_t key) { return key >= target.first && key <= target.last; });
  }
  const auto at = keys.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(keys.begin(), at, keys.end());
  return *at;
}

void OrderStatistics::FinishSurvey() {
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    Target& target = targets_[t];
    if (target.found()) {
      continue;
    }
    if (!FindBin(t)) {
      const bool is_everything = target.first == 0 && target.last == kLastKey;
      target.SetWindow(0, is_everything ? 0 : kLastKey);  // there are no values, and 0 will do
    }
    for (Tally& tally : TalliesOf(t)) {
      tally.below = 0;
      tally.bins.clear();
      tally.listed_count = 0;
      tally.overflow = false;
      if (target.found()) {
        tally.listed.reset();
      }
    }
  }
}

}  // namespace fuseo1
