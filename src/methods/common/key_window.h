// Counts the keys of a tensor around a rank that a sample has told roughly: how many lie above the
// window, how many in each of its bins, and which exactly are not the first of their bin. One pass
// of comparisons where a histogram of everything would be one of scattered additions.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "methods/common/cut.h"
#include "methods/method.h"
#include "tensor/flags.h"

namespace fuseo1 {

// Keys from `lowest` to `highest`.
struct KeyRange {
  std::uint32_t lowest = 0;
  std::uint32_t highest = 0;

  // The largest key below, and the largest inside, for comparisons of signed integers.
  std::int32_t Below() const { return static_cast<std::int32_t>(lowest) - 1; }
  std::int32_t Last() const { return static_cast<std::int32_t>(highest); }
};

// Keys from `first` on that share all but their lowest bits.
struct KeyBin {
  std::uint32_t first = 0;
  unsigned bits = 16;  // that differ; at most 16

  bool Holds(std::uint32_t key) const { return (key ^ first) >> bits == 0; }
  std::uint32_t last() const { return first | ((1U << bits) - 1); }
};

// Bins are as narrow as a thousand of them allow. Keys of 16-bit numbers' differences have few
// bits, so most of theirs are the first of a bin ("bare"), and equal.
class KeyWindow {
 public:
  // max_entries: keys that are not bare and that are kept, over all workers. sample: some of the
  // tensor's keys; those that are frequent among them are counted by comparison alone.
  KeyWindow(std::uint64_t elems, int workers, KeyRange range, std::uint64_t max_entries,
            std::span<const std::uint32_t> sample);

  // Any thread, once for each block, as TensorMerge::Survey.
  void Count(const std::uint32_t* keys, const Block& block);
  // The same of the differences' keys. block.count is a multiple of kPairElems.
  void CountPairs(const std::byte* x, const std::byte* base, const Block& block);

  struct Answer {
    enum class Kind : std::uint8_t {
      kOutside,  // the window does not hold the rank
      kBin,      // the rank is in `bin`, `need` from its top; more is not known
      kCut,      // `cut` is it
      kTies,     // it is the need-th bare key of `bin` in `run`
    };
    Kind kind = Kind::kOutside;
    KeyBin bin;
    std::uint64_t need = 0;
    Cut cut = Cut::None();
    ElemRun run;
  };
  // The element at `rank` (1 is the largest). One thread, when everything is counted.
  Answer Find(std::uint64_t rank);

  static constexpr std::size_t kFrequentKeys = 2;
  using FrequentKeys = std::array<std::int32_t, kFrequentKeys>;
  using FrequentCounts = std::array<std::uint32_t, kFrequentKeys>;

 private:
  struct Entry {
    std::uint64_t element;
    std::uint32_t key;
  };
  struct alignas(64) Worker {
    std::uint64_t above = 0;
    std::uint64_t group = 0;
    std::vector<std::uint32_t> counts;  // [bins][2] of the current group: bare, others
    std::unique_ptr<Entry[]> entries;   // with room for a block more than are kept
    std::size_t entry_count = 0;
    bool overflow = false;
  };

  // The keys of all bins.
  KeyRange Range() const {
    return {first_, first_ + (static_cast<std::uint32_t>(bins_) << bits_) - 1};
  }
  // One worker's counters, for the block's group.
  Worker& CountersFor(const Block& block);
  // Of `count` elements from `first` on, those that are flagged: their keys lie in the window.
  template <class Word, class KeyAt>
  void CountInside(Worker& worker, Flags<Word>& inside, std::uint64_t first, std::size_t count,
                   KeyAt key_at);
  void FindFrequent(std::span<const std::uint32_t> sample);
  void Flush(Worker& worker);
  Answer FindAmongEntries(Answer answer) const;
  Answer FindAmongBare(Answer answer, std::size_t bin) const;

  std::uint64_t elems_;
  unsigned bits_ = 0;  // of a bin
  std::uint32_t first_;
  std::size_t bins_;
  FrequentKeys frequent_;  // bare; -1: none
  std::size_t entries_per_worker_;
  std::uint64_t segments_per_group_;
  std::size_t groups_;
  std::vector<Worker> workers_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;  // [groups][bins][2]
};

}  // namespace fuseo1
