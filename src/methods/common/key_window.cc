#include "methods/common/key_window.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "methods/common/keys.h"
#include "methods/common/pairs.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxCounters = 1 << 16;
constexpr std::uint32_t kUsualBins = 1024;
constexpr unsigned kMaxBits = 16;

struct Split {
  std::uint32_t above = 0;
  KeyWindow::FrequentCounts frequent{};
};

// How many differences have keys above `last`, and how many each of `frequent`, which lie below.
// inside[i] = all of 16 bits where the key is one of the others that are above `below`.
Split SplitPairs(const std::byte* x, const std::byte* base, std::size_t count, std::int32_t below,
                 std::int32_t last, const KeyWindow::FrequentKeys& frequent,
                 std::byte* __restrict inside) {
  constexpr std::size_t kFrequent = KeyWindow::kFrequentKeys;
  IntLanes above{};
  IntLanes found[kFrequent]{};
  IntLanes keys[kFrequent];
  std::transform(frequent.begin(), frequent.end(), keys, AllLanes<IntLanes, std::int32_t>);
  // All bits where a key is inside; what is above or frequent is counted.
  const auto split = [&](FloatLanes x_some, FloatLanes base_some) {
    const IntLanes key = DifferenceKeyLanes(x_some, base_some);
    const IntLanes is_above = key > last;
    above -= is_above;
    IntLanes is_inside = (key > below) ^ is_above;
    for (std::size_t f = 0; f < kFrequent; ++f) {
      const IntLanes equal = key == keys[f];
      found[f] -= equal;
      is_inside ^= equal;
    }
    return LanesAs<WordLanes>(is_inside);
  };
  for (std::size_t at = 0; at < count; at += kPairStep) {
    const auto xs = LoadLanes<WordLanes>(x + at * 2);
    const auto bases = LoadLanes<WordLanes>(base + at * 2);
    const WordLanes even = split(EvenOf(xs), EvenOf(bases));
    const WordLanes odd = split(OddOf(xs), OddOf(bases));
    StoreLanes(inside + at * 2, WordsOf(even, odd));
  }
  Split sums;
  sums.above = SumOfLanes(above);
  std::transform(found, found + kFrequent, sums.frequent.begin(), SumOfLanes);
  return sums;
}

}  // namespace

KeyWindow::KeyWindow(std::uint64_t elems, int workers, KeyRange range, std::uint64_t max_entries,
                     std::span<const std::uint32_t> sample)
    : elems_(elems),
      entries_per_worker_(max_entries / static_cast<std::uint64_t>(workers)),
      workers_(static_cast<std::size_t>(workers)) {
  while (bits_ < kMaxBits && (range.highest - range.lowest) >> bits_ >= kUsualBins) {
    ++bits_;
  }
  first_ = range.lowest >> bits_ << bits_;
  bins_ = ((range.highest - first_) >> bits_) + 1;
  const std::uint64_t segments = (elems + kSegmentElems - 1) / kSegmentElems;
  const std::uint64_t most = std::max<std::uint64_t>(1, kMaxCounters / bins_);
  segments_per_group_ = (segments + most - 1) / most;
  groups_ = (segments + segments_per_group_ - 1) / segments_per_group_;
  counts_ = std::make_unique<std::atomic<std::uint32_t>[]>(groups_ * bins_ * 2);
  FindFrequent(sample);
}

void KeyWindow::FindFrequent(std::span<const std::uint32_t> sample) {
  std::vector<std::uint32_t> bare;
  const std::uint32_t last = Range().highest;
  std::copy_if(sample.begin(), sample.end(), std::back_inserter(bare), [&](std::uint32_t key) {
    return key >= first_ && key <= last && ((key - first_) & ((1U << bits_) - 1)) == 0;
  });
  std::sort(bare.begin(), bare.end());
  std::vector<std::pair<std::size_t, std::uint32_t>> counted;
  for (auto from = bare.begin(); from != bare.end();) {
    const auto to = std::upper_bound(from, bare.end(), *from);
    counted.emplace_back(to - from, *from);
    from = to;
  }
  const std::size_t found = std::min(kFrequentKeys, counted.size());
  std::partial_sort(counted.begin(), counted.begin() + static_cast<std::ptrdiff_t>(found),
                    counted.end(), std::greater<>());
  frequent_.fill(-1);
  for (std::size_t f = 0; f < found; ++f) {
    frequent_[f] = static_cast<std::int32_t>(counted[f].second);
  }
}

void KeyWindow::Flush(Worker& worker) {
  for (std::size_t i = 0; i < worker.counts.size(); ++i) {
    if (worker.counts[i] != 0) {
      counts_[worker.group * bins_ * 2 + i].fetch_add(worker.counts[i], std::memory_order_relaxed);
      worker.counts[i] = 0;
    }
  }
}

KeyWindow::Worker& KeyWindow::CountersFor(const Block& block) {
  Worker& worker = workers_[static_cast<std::size_t>(block.worker)];
  worker.counts.resize(bins_ * 2);
  const std::uint64_t group = block.segment() / segments_per_group_;
  if (group != worker.group) {
    Flush(worker);
    worker.group = group;
  }
  return worker;
}

// Without a branch for each: what is not bare is written down, and stays where it is one.
template <class Word, class KeyAt>
void KeyWindow::CountInside(Worker& worker, Flags<Word>& inside, std::uint64_t first,
                            std::size_t count, KeyAt key_at) {
  if (worker.entries == nullptr) {
    worker.entries = std::make_unique_for_overwrite<Entry[]>(entries_per_worker_ + kBlockElems);
  }
  Entry* next = worker.entries.get() + worker.entry_count;
  std::uint32_t* const counts = worker.counts.data();
  const std::uint32_t window_first = first_;
  const unsigned bits = bits_;
  const std::uint32_t low_bits = (1U << bits) - 1;
  inside.ForEach(count, [&](std::size_t i) {
    const std::uint32_t key = key_at(i);
    const std::uint32_t at = key - window_first;
    const std::uint32_t other = (at & low_bits) != 0 ? 1 : 0;
    ++counts[(at >> bits) * 2 + other];
    *next = {first + i, key};
    next += other;
  });
  worker.entry_count = static_cast<std::size_t>(next - worker.entries.get());
  if (worker.entry_count > entries_per_worker_) {
    worker.entry_count = entries_per_worker_;
    worker.overflow = true;
  }
}

void KeyWindow::Count(const std::uint32_t* __restrict keys, const Block& block) {
  Worker& worker = CountersFor(block);
  const std::int32_t below = Range().Below();
  const std::int32_t last = Range().Last();
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
  CountInside(worker, flags, block.first, block.count, [=](std::size_t i) { return keys[i]; });
}

void KeyWindow::CountPairs(const std::byte* x, const std::byte* base, const Block& block) {
  Worker& worker = CountersFor(block);
  const std::int32_t below = Range().Below();
  const std::int32_t last = Range().Last();
  FrequentCounts frequent{};
  using HalfFlags = Flags<std::uint16_t>;
  for (std::size_t at = 0; at < block.count; at += HalfFlags::kElems) {
    const std::size_t count = std::min(HalfFlags::kElems, block.count - at);
    const std::byte* const xs = x + at * 2;
    const std::byte* const bases = base + at * 2;
    HalfFlags flags;
    const Split split = SplitPairs(xs, bases, count, below, last, frequent_,
                                   reinterpret_cast<std::byte*>(flags.words()));
    worker.above += split.above;
    for (std::size_t f = 0; f < kFrequentKeys; ++f) {
      frequent[f] += split.frequent[f];
    }
    CountInside(worker, flags, block.first + at, count,
                [=](std::size_t i) { return DifferenceKey(FloatAt(xs, i), FloatAt(bases, i)); });
  }
  for (std::size_t f = 0; f < kFrequentKeys; ++f) {
    if (frequent[f] != 0) {
      worker.counts[((static_cast<std::uint32_t>(frequent_[f]) - first_) >> bits_) * 2] +=
          frequent[f];
    }
  }
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
    std::copy_if(worker.entries.get(), worker.entries.get() + worker.entry_count,
                 std::back_inserter(entries),
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
