// Numbers at given ranks of a tensor's values, exactly, without sorting them. Values are >= 0; NaN
// ranks above all. A survey counts what lies below and in bins of a window around each rank, and
// lists what lies in the windows; where the list is complete, that was the last survey. A window is
// everything, or as narrow as a sample allows, and shrinks to a bin where the list overflowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace fuseo1 {

class OrderStatistics {
 public:
  // `ranks`: 0 is the smallest value. most_listed: values that are kept, over all workers.
  OrderStatistics(std::span<const std::uint64_t> ranks, int workers, std::uint64_t most_listed);

  // Before a survey: `sample` holds some of the `elems` values, in groups of `group_elems` that
  // stand together in the tensor, and may be more alike than others.
  void Guess(std::span<const double> sample, std::size_t group_elems, std::uint64_t elems);

  // Counts at most kBlockElems values; any thread, one at a time for each worker.
  void Add(const double* values, std::size_t count, int worker);
  // Ends a survey; one thread.
  void FinishSurvey();
  bool done() const { return open_.empty(); }

  // The value at ranks[i]; once done.
  double value(std::size_t i) const;

 private:
  static constexpr std::size_t kBins = 4096;
  static constexpr std::int64_t kLastKey = 0x7FF8000000000000;  // of NaN

  struct Target {
    std::uint64_t rank = 0;
    // The window: keys from `first` to `last`, 2^bits of them in a bin; once found, `first` is it.
    std::int64_t first = 0;
    std::int64_t last = kLastKey;
    unsigned bits = 0;

    void SetWindow(std::int64_t from, std::int64_t to);
  };
  struct alignas(64) Worker {
    std::vector<std::uint64_t> below;  // [open]
    std::vector<std::uint64_t> bins;   // [open][kBins]
    std::unique_ptr<std::int64_t[]> listed;
    std::size_t listed_count = 0;
    bool overflow = false;
  };

  void StartSurvey();
  // False: it is not in the window.
  bool FindBin(std::size_t open);
  std::int64_t SelectListed(const Target& target, std::uint64_t rank) const;

  std::vector<Target> targets_;
  std::vector<std::size_t> open_;  // targets that are not found
  std::size_t listed_per_worker_;
  std::vector<Worker> workers_;
};

}  // namespace fuseo1
