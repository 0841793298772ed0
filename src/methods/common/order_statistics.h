// Numbers at given ranks of a tensor's values, exactly, without sorting them. Values are >= 0; NaN
// ranks above all. For each rank a survey counts what lies below a window and in bins of it, and
// lists what lies inside; where the list is complete, that was the last survey. A window is
// everything, or as narrow as a sample allows, and shrinks to a bin where the list overflowed.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "methods/method.h"
#include "tensor/flags.h"

namespace fuseo1 {

class OrderStatistics {
 public:
  // `ranks`: 0 is the smallest value. most_listed: values that are kept, over all workers.
  OrderStatistics(std::span<const std::uint64_t> ranks, int workers, std::uint64_t most_listed);

  // Before a survey: `sample` holds some of the `elems` values, in groups of `group_elems` that
  // stand together in the tensor, and may be more alike than others.
  void Guess(std::span<const double> sample, std::size_t group_elems, std::uint64_t elems);

  // Counts the values value_of(i), i < count <= kBlockElems; any thread, one at a time for each
  // worker. T: float or double. nearly[i] * scale is such a value to 2^-22 of itself, before it is
  // rounded: most are not asked for.
  template <class T, class ValueOf>
  void Add(const T* nearly, double scale, std::size_t count, int worker, ValueOf value_of);
  // Ends a survey; one thread.
  void FinishSurvey();
  bool done() const;

  // The value at ranks[i]; once done.
  double value(std::size_t i) const { return std::bit_cast<double>(targets_[i].first); }

 private:
  static constexpr std::size_t kBins = 4096;
  static constexpr std::int64_t kLastKey = 0x7FF8000000000000;  // of NaN

  // Ordered like the values; every NaN is one key above infinity.
  static std::int64_t KeyOf(double value) {
    return value != value ? kLastKey : std::bit_cast<std::int64_t>(std::fabs(value));
  }

  struct Target {
    std::uint64_t rank = 0;
    // The window: keys from `first` to `last`, 2^bits of them in a bin; once found, they are one.
    std::int64_t first = 0;
    std::int64_t last = kLastKey;
    unsigned bits = 0;

    bool found() const { return first == last; }
    void SetWindow(std::int64_t from, std::int64_t to);
  };
  // Of a target and a worker.
  struct alignas(64) Tally {
    std::uint64_t below = 0;
    std::vector<std::uint64_t> bins;  // [kBins], once something was counted
    std::unique_ptr<std::int64_t[]> listed;
    std::size_t listed_count = 0;
    bool overflow = false;
  };
  // What is surely below a window, and surely above.
  template <class T>
  struct Bounds {
    T low;
    T high;
  };

  template <class T>
  static Bounds<T> BoundsOf(const Target& target, double scale);
  Tally& TallyFor(std::size_t target, int worker);
  std::span<Tally> TalliesOf(std::size_t target);
  // False: it is not in the window.
  bool FindBin(std::size_t target);
  std::int64_t SelectListed(std::size_t target, std::uint64_t rank);

  std::vector<Target> targets_;
  std::size_t workers_;
  std::size_t most_listed_;     // of a target, by a worker
  std::vector<Tally> tallies_;  // [targets][workers]
};

template <class T>
OrderStatistics::Bounds<T> OrderStatistics::BoundsOf(const Target& target, double scale) {
  constexpr double kSlack = 0x1p-20;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool scalable = scale > 0 && scale < kInfinity;
  const auto first = std::bit_cast<double>(target.first);
  const auto last = std::bit_cast<double>(target.last);
  // Numbers below the normal ones are rounded by more than the slack.
  return {.low = scalable && std::isnormal(first) ? static_cast<T>(first / scale * (1 - kSlack))
                                                  : T{-1},
          .high = static_cast<T>(scalable && std::isnormal(last) ? last / scale * (1 + kSlack)
                                                                 : kInfinity)};
}

template <class T, class ValueOf>
void OrderStatistics::Add(const T* __restrict nearly, double scale, std::size_t count, int worker,
                          ValueOf value_of) {
  using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    if (target.found()) {
      continue;
    }
    const Bounds<T> bounds = BoundsOf<T>(target, scale);
    Flags<Word> flags;
    Word* __restrict const open = flags.words();
    Word below = 0;
    for (std::size_t i = 0; i < count; ++i) {
      below += nearly[i] < bounds.low ? Word{1} : Word{0};
      open[i] = (nearly[i] < bounds.low ? Word{0} : ~Word{0}) &
                (nearly[i] > bounds.high ? Word{0} : ~Word{0});
    }
    Tally& tally = TallyFor(t, worker);
    tally.below += below;
    flags.ForEach(count, [&](std::size_t i) {
      const std::int64_t key = KeyOf(value_of(i));
      if (key < target.first) {
        ++tally.below;
      } else if (key <= target.last) {
        tally.listed[tally.listed_count++] = key;
        ++tally.bins[static_cast<std::size_t>((key - target.first) >> target.bits)];
      }
    });
    if (tally.listed_count > most_listed_) {
      tally.listed_count = 0;
      tally.overflow = true;
    }
  }
}

}  // namespace fuseo1
