#include "methods/common/key_window.h"

#include <algorithm>
#include <array>

#include "methods/common/keys.h"
#include "tensor/flags.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxCounters = 1 << 18;
constexpr std::uint32_t kUsualBins = 1024;
constexpr unsigned kMaxBits = 16;

}  // namespace

KeyWindow::KeyWindow(std::uint64_t elems, int workers, std::uint32_t lowest, std::uint32_t highest,
                     std::uint64_t max_entries)
    : elems_(elems),
      entries_per_worker_(max_entries / static_cast<std::uint64_t>(workers)),
      workers_(static_cast<std::size_t>(workers)) {
  while (bits_ < kMaxBits && (highest - lowest) >> bits_ >= kUsualBins) {
    ++bits_;
  }
  first_ = lowest >> bits_ << bits_;
  bins_ = ((highest - first_) >> bits_) + 1;
  const std::uint64_t segments = (elems + kSegmentElems - 1) / kSegmentElems;
  const std::uint64_t most = std::max<std::uint64_t>(1, kMaxCounters / bins_);
  segments_per_group_ = (segments + most - 1) / most;
  groups_ = (segments + segments_per_group_ - 1) / segments_per_group_;
  counts_ = std::make_unique<std::atomic<std::uint32_t>[]>(groups_ * bins_ * 2);
}

void KeyWindow::Flush(Worker& worker) {
  for (std::size_t i = 0; i < worker.counts.size(); ++i) {
    if (worker.counts[i] != 0) {
      counts_[worker.group * bins_ * 2 + i].fetch_add(worker.counts[i], std::memory_order_relaxed);
      worker.counts[i] = 0;
    }
  }
}

void KeyWindow::Count(const std::uint32_t* __restrict keys, const Block& block) {
  Worker& worker = workers_[static_cast<std::size_t>(block.worker)];
  worker.counts.resize(bins_ * 2);
  const std::uint64_t group = block.segment() / segments_per_group_;
  if (group != worker.group) {
    Flush(worker);
    worker.group = group;
  }
  const auto below = static_cast<std::int32_t>(first_) - 1;
  const auto last =
      static_cast<std::int32_t>(first_ + (static_cast<std::uint32_t>(bins_) << bits_) - 1);
  Flags<std::uint32_t> flags;
  std::uint32_t* const inside = flags.words();
  std::uint32_t above = 0;
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto key = static_cast<std::int32_t>(keys[i]);
    const std::uint32_t is_above = key > last ? 1U : 0U;
    const std::uint32_t not_below = key > below ? 1U : 0U;
    above += is_above;
    inside[i] = is_above - not_below;
  }
  worker.above += above;
  std::uint32_t* const counts = worker.counts.data();
  const std::uint32_t low_bits = (1U << bits_) - 1;
  flags.ForEach(block.count, [&](std::size_t i) {
    const std::uint32_t at = keys[i] - first_;
    const bool bare = (at & low_bits) == 0;
    ++counts[(at >> bits_) * 2 + (bare ? 0 : 1)];
    if (!bare) {
      if (worker.entries.size() < entries_per_worker_) {
        worker.entries.push_back({block.first + i, keys[i]});
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
    std::uint64_t bare = 0;
    std::uint64_t others = 0;
    for (std::size_t g = 0; g < groups_; ++g) {
      bare += counts_[(g * bins_ + b) * 2];
      others += counts_[(g * bins_ + b) * 2 + 1];
    }
    if (bare + others < need) {
      need -= bare + others;
      continue;
    }
    Answer answer;
    answer.kind = Answer::Kind::kBin;
    answer.bin = {first_ + (static_cast<std::uint32_t>(b) << bits_), bits_};
    answer.need = need;
    if (need > others) {
      answer.need -= others;
      return FindAmongBare(answer, b);
    }
    return overflow ? answer : FindAmongEntries(answer);
  }
  return {};
}

KeyWindow::Answer KeyWindow::FindAmongEntries(Answer answer) const {
  std::vector<Entry> entries;
  for (const Worker& worker : workers_) {
    std::copy_if(worker.entries.begin(), worker.entries.end(), std::back_inserter(entries),
                 [&](const Entry& entry) { return answer.bin.Holds(entry.key); });
  }
  const auto end = entries.begin() + static_cast<std::ptrdiff_t>(answer.need);
  std::partial_sort(entries.begin(), end, entries.end(), [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key > b.key : a.element < b.element;
  });
  const Entry& at = *(end - 1);
  const auto rank_in_cell = std::count_if(entries.begin(), end, [&](const Entry& e) {
    return e.key == at.key && CellOf(e.element) == CellOf(at.element);
  });
  answer.kind = Answer::Kind::kCut;
  answer.cut = Cut::At(at.key, CellOf(at.element), static_cast<std::size_t>(rank_in_cell));
  return answer;
}

KeyWindow::Answer KeyWindow::FindAmongBare(Answer answer, std::size_t bin) const {
  std::size_t group = 0;
  for (; group + 1 < groups_; ++group) {
    const std::uint64_t bare = counts_[(group * bins_ + bin) * 2];
    if (bare >= answer.need) {
      break;
    }
    answer.need -= bare;
  }
  const std::uint64_t group_elems = segments_per_group_ * kSegmentElems;
  const std::uint64_t first = group * group_elems;
  answer.kind = Answer::Kind::kTies;
  answer.run = {first, std::min(group_elems, elems_ - first)};
  return answer;
}

}  // namespace fuseo1
