#include "methods/common/order_statistics.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "methods/method.h"
#include "tensor/flags.h"

namespace fuseo1 {
namespace {

// Ordered like the values; every NaN is one key above infinity.
std::int64_t KeyOf(double value) {
  constexpr std::int64_t kInfinity = 0x7FF0000000000000;
  constexpr std::int64_t kQuietNan = 0x7FF8000000000000;
  const std::int64_t key = std::bit_cast<std::int64_t>(value) & 0x7FFFFFFFFFFFFFFF;
  return key > kInfinity ? kQuietNan : key;
}

}  // namespace

OrderStatistics::OrderStatistics(std::span<const std::uint64_t> ranks, int workers)
    : workers_(static_cast<std::size_t>(workers)) {
  for (const std::uint64_t rank : ranks) {
    targets_.push_back({.rank = rank});
  }
  ShareTables();
}

void OrderStatistics::ShareTables() {
  prefixes_.clear();
  for (Target& target : targets_) {
    if (target.found) {
      continue;
    }
    const auto it = std::find(prefixes_.begin(), prefixes_.end(), target.prefix);
    target.table = static_cast<std::size_t>(it - prefixes_.begin());
    if (it == prefixes_.end()) {
      prefixes_.push_back(target.prefix);
    }
  }
  for (std::vector<Table>& tables : workers_) {
    tables.assign(prefixes_.size(), Table{});
  }
  done_ = prefixes_.empty();
}

void OrderStatistics::Add(const double* __restrict values, std::size_t count, int worker) {
  FUSEO1_CHECK(count <= kBlockElems);
  std::vector<Table>& tables = workers_[static_cast<std::size_t>(worker)];
  const unsigned shift = kShifts[level_];
  std::array<std::int64_t, kBlockElems> all_keys;
  std::int64_t* __restrict const keys = all_keys.data();
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = KeyOf(values[i]);
  }
  for (std::size_t t = 0; t < tables.size(); ++t) {
    Table& table = tables[t];
    if (table.bins.empty()) {
      table.bins.resize(kBins);
    }
    std::uint64_t* const bins = table.bins.data();
    if (level_ == 0) {
      for (std::size_t i = 0; i < count; ++i) {
        ++bins[keys[i] >> shift];
      }
      continue;
    }
    const unsigned known = kShifts[level_ - 1];
    const std::uint64_t mask = (std::uint64_t{1} << (known - shift)) - 1;
    const auto first = static_cast<std::int64_t>(prefixes_[t] << known);
    const std::int64_t before = first - 1;
    const std::int64_t last = first + static_cast<std::int64_t>((std::uint64_t{1} << known) - 1);
    Flags<std::uint32_t> flags;
    std::uint32_t* const inside = flags.words();
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t above = keys[i] > last ? ~0U : 0U;
      const std::uint32_t not_below = keys[i] > before ? ~0U : 0U;
      inside[i] = above ^ not_below;
    }
    flags.ForEach(count, [&](std::size_t i) {
      const auto key = static_cast<std::uint64_t>(keys[i]);
      ++bins[(key >> shift) & mask];
      table.lowest = std::min(table.lowest, key);
      table.highest = std::max(table.highest, key);
    });
  }
}

void OrderStatistics::FinishSurvey() {
  for (Target& target : targets_) {
    if (target.found) {
      continue;
    }
    std::uint64_t lowest = ~std::uint64_t{0};
    std::uint64_t highest = 0;
    for (const std::vector<Table>& tables : workers_) {
      lowest = std::min(lowest, tables[target.table].lowest);
      highest = std::max(highest, tables[target.table].highest);
    }
    if (lowest == highest) {
      target.key = lowest;
      target.found = true;
      continue;
    }
    std::uint64_t before = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      std::uint64_t here = 0;
      for (const std::vector<Table>& tables : workers_) {
        const std::vector<std::uint64_t>& bins = tables[target.table].bins;
        here += bins.empty() ? 0 : bins[bin];
      }
      if (target.rank < before + here) {
        const unsigned bits = level_ == 0 ? 16 : kShifts[level_ - 1] - kShifts[level_];
        target.prefix = target.prefix << bits | bin;
        target.rank -= before;
        break;
      }
      before += here;
    }
    if (level_ + 1 == kShifts.size()) {
      target.key = target.prefix;
      target.found = true;
    }
  }
  ++level_;
  ShareTables();
}

double OrderStatistics::value(std::size_t i) const {
  return std::bit_cast<double>(targets_[i].key);
}

}  // namespace fuseo1
