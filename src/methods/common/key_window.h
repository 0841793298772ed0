// Counts the keys of a tensor around a rank that a sample has told roughly: how many lie above the
// window, how many in each of its bins, and which exactly in the bins are not bare (lower 16 bits
// set). One pass of comparisons where a histogram of everything would be one of scattered
// additions.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "methods/common/cut.h"
#include "methods/method.h"

namespace fuseo1 {

// A bin holds the keys with the same upper 16 bits. Differences of 16-bit numbers mostly have no
// others.
class KeyWindow {
 public:
  // Bins [lowest_bin, highest_bin]. max_entries: keys with lower bits that are kept, over all
  // workers.
  KeyWindow(std::uint64_t elems, int workers, std::uint32_t lowest_bin, std::uint32_t highest_bin,
            std::uint64_t max_entries);

  // Any thread, once for each block, as TensorMerge::Survey.
  void Count(const std::uint32_t* keys, const Block& block);

  struct Answer {
    enum class Kind : std::uint8_t {
      kOutside,  // the window does not hold the rank
      kBin,      // the rank is in `bin`, `need` from its top; more is not known
      kCut,      // `cut` is it
      kTies,     // it is the need-th bare key of `bin` in `run`
    };
    Kind kind = Kind::kOutside;
    std::uint32_t bin = 0;
    std::uint64_t need = 0;
    Cut cut = Cut::None();
    ElemRun run;
  };
  // The element at `rank` (1 is the largest). One thread, when everything is counted.
  Answer Find(std::uint64_t rank);

 private:
  struct Entry {
    std::uint64_t element;
    std::uint32_t key;
  };
  struct alignas(64) Worker {
    std::uint64_t above = 0;
    std::uint64_t group = 0;
    std::vector<std::uint32_t> counts;  // [bins] of the current group
    std::vector<Entry> entries;
    bool overflow = false;
  };

  void Flush(Worker& worker);
  Answer FindInBin(std::uint32_t bin, std::uint64_t need) const;

  std::uint64_t elems_;
  std::uint32_t lowest_bin_;
  std::size_t bins_;
  std::size_t entries_per_worker_;
  std::uint64_t segments_per_group_;
  std::size_t groups_;
  std::vector<Worker> workers_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;  // [groups][bins]
};

}  // namespace fuseo1
