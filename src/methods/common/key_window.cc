#include "methods/common/key_window.h"

#include <algorithm>
#include <array>

#include "methods/common/keys.h"
#include "tensor/flags.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxCounters = 1 << 18;

KeyWindow::Answer BinOnly(std::uint32_t bin, std::uint64_t need) {
  KeyWindow::Answer answer;
  answer.kind = KeyWindow::Answer::Kind::kBin;
  answer.bin = bin;
  answer.need = need;
  return answer;
}

}  // namespace

KeyWindow::KeyWindow(std::uint64_t elems, int workers, std::uint32_t lowest_bin,
                     std::uint32_t highest_bin, std::uint64_t max_entries)
    : elems_(elems),
      lowest_bin_(lowest_bin),
      bins_(highest_bin - lowest_bin + 1),
      entries_per_worker_(max_entries / static_cast<std::uint64_t>(workers)),
      workers_(static_cast<std::size_t>(workers)) {
  const std::uint64_t segments = (elems + kSegmentElems - 1) / kSegmentElems;
  const std::uint64_t most = std::max<std::uint64_t>(1, kMaxCounters / bins_);
  segments_per_group_ = (segments + most - 1) / most;
  groups_ = (segments + segments_per_group_ - 1) / segments_per_group_;
  counts_ = std::make_unique<std::atomic<std::uint32_t>[]>(groups_ * bins_);
}

void KeyWindow::Flush(Worker& worker) {
  for (std::size_t b = 0; b < worker.counts.size(); ++b) {
    if (worker.counts[b] != 0) {
      counts_[worker.group * bins_ + b].fetch_add(worker.counts[b], std::memory_order_relaxed);
      worker.counts[b] = 0;
    }
  }
}

void KeyWindow::Count(const std::uint32_t* __restrict keys, const Block& block) {
  Worker& worker = workers_[static_cast<std::size_t>(block.worker)];
  worker.counts.resize(bins_);
  const std::uint64_t group = block.segment() / segments_per_group_;
  if (group != worker.group) {
    Flush(worker);
    worker.group = group;
  }
  const auto below = static_cast<std::int32_t>(lowest_bin_ << 16) - 1;
  const auto last =
      static_cast<std::int32_t>(((lowest_bin_ + static_cast<std::uint32_t>(bins_)) << 16) - 1);
  std::array<std::uint8_t, kBlockElems> flags;
  std::uint8_t* const inside = flags.data();
  std::uint32_t above = 0;
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto key = static_cast<std::int32_t>(keys[i]);
    const std::uint32_t is_above = key > last ? 1U : 0U;
    const std::uint32_t not_below = key > below ? 1U : 0U;
    above += is_above;
    inside[i] = static_cast<std::uint8_t>(not_below - is_above);
  }
  worker.above += above;
  std::uint32_t* const counts = worker.counts.data();
  ForEachFlag(inside, block.count, [&](std::size_t i) {
    const std::uint32_t key = keys[i];
    ++counts[(key >> 16) - lowest_bin_];
    if ((key & 0xFFFFU) != 0) {
      if (worker.entries.size() < entries_per_worker_) {
        worker.entries.push_back({block.first + i, key});
      } else {
        worker.overflow = true;
      }
    }
  });
}

KeyWindow::Answer KeyWindow::Find(std::uint64_t rank) {
  std::uint64_t above = 0;
  bool overflow = false;
  for (Worker& worker : workers_) {
    Flush(worker);
    above += worker.above;
    overflow = overflow || worker.overflow;
  }
  if (rank <= above) {
    return {};
  }
  std::uint64_t need = rank - above;
  for (std::size_t b = bins_; b-- > 0;) {
    std::uint64_t total = 0;
    for (std::size_t g = 0; g < groups_; ++g) {
      total += counts_[g * bins_ + b];
    }
    if (total >= need) {
      const std::uint32_t bin = lowest_bin_ + static_cast<std::uint32_t>(b);
      if (overflow) {
        return BinOnly(bin, need);
      }
      return FindInBin(bin, need);
    }
    need -= total;
  }
  return {};
}

KeyWindow::Answer KeyWindow::FindInBin(std::uint32_t bin, std::uint64_t need) const {
  std::vector<Entry> entries;
  for (const Worker& worker : workers_) {
    std::copy_if(worker.entries.begin(), worker.entries.end(), std::back_inserter(entries),
                 [&](const Entry& entry) { return entry.key >> 16 == bin; });
  }
  if (need <= entries.size()) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key > b.key : a.element < b.element;
    });
    const Entry& at = entries[need - 1];
    const auto rank_in_cell = std::count_if(
        entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(need),
        [&](const Entry& e) { return e.key == at.key && CellOf(e.element) == CellOf(at.element); });
    Answer answer = BinOnly(bin, need);
    answer.kind = Answer::Kind::kCut;
    answer.cut = Cut::At(at.key, CellOf(at.element), static_cast<std::size_t>(rank_in_cell));
    return answer;
  }
  need -= entries.size();
  const std::uint64_t group_elems = segments_per_group_ * kSegmentElems;
  std::vector<std::uint64_t> not_bare(groups_);
  for (const Entry& entry : entries) {
    ++not_bare[entry.element / group_elems];
  }
  std::size_t group = 0;
  for (;; ++group) {
    const std::uint64_t bare = counts_[group * bins_ + (bin - lowest_bin_)] - not_bare[group];
    if (bare >= need || group + 1 == groups_) {
      break;
    }
    need -= bare;
  }
  const std::uint64_t first = group * group_elems;
  Answer answer = BinOnly(bin, need);
  answer.kind = Answer::Kind::kTies;
  answer.run = {first, std::min(group_elems, elems_ - first)};
  return answer;
}

}  // namespace fuseo1
