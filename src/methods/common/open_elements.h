// Elements whose selection a survey leaves open, each with a number a model: what they add to sums
// over the selected ones once the cut is known.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "methods/common/bit_masks.h"
#include "methods/common/cut.h"
#include "methods/common/keys.h"
#include "methods/method.h"

namespace fuseo1 {

class OpenElements {
 public:
  OpenElements(std::size_t models, int workers)
      : models_(models), workers_(static_cast<std::size_t>(workers)) {}

  // Any thread, as TensorMerge::Survey. number_of(j): model j's.
  template <class NumberOf>
  void Add(int worker, std::uint64_t element, std::uint32_t key, NumberOf number_of) {
    if (count_.fetch_add(1, std::memory_order_relaxed) >= kMost) {
      return;
    }
    Worker& own = workers_[static_cast<std::size_t>(worker)];
    own.entries.push_back({element, key});
    for (std::size_t j = 0; j < models_; ++j) {
      own.numbers.push_back(number_of(j));
    }
  }

  // False: there were too many to keep. It does not depend on the threads.
  bool complete() const { return count_ <= kMost; }

  // The sum of each model's numbers over the elements that `cut` selects, in the elements' order.
  std::vector<double> SumOfSelected(const Cut& cut) const {
    std::vector<std::pair<Entry, const double*>> open;
    for (const Worker& worker : workers_) {
      for (std::size_t i = 0; i < worker.entries.size(); ++i) {
        open.emplace_back(worker.entries[i], worker.numbers.data() + i * models_);
      }
    }
    std::sort(open.begin(), open.end(),
              [](const auto& a, const auto& b) { return a.first.element < b.first.element; });
    std::vector<double> sums(models_);
    std::array<std::uint32_t, kBlockElems> keys;
    std::array<std::uint32_t, kBlockElems> keep;
    for (std::size_t from = 0, to = 0; from < open.size(); from = to) {
      const std::uint64_t cell = CellOf(open[from].first.element);
      for (; to < open.size() && CellOf(open[to].first.element) == cell; ++to) {
        keys[to - from] = open[to].first.key;
      }
      cut.Mask(cell * kBlockElems, keys.data(), to - from, keep.data());
      for (std::size_t i = from; i < to; ++i) {
        for (std::size_t j = 0; j < models_; ++j) {
          sums[j] += Masked(keep[i - from], open[i].second[j]);
        }
      }
    }
    return sums;
  }

  void Clear() {
    std::fill(workers_.begin(), workers_.end(), Worker{});
    count_ = 0;
  }

 private:
  static constexpr std::uint64_t kMost = 1 << 17;
  struct Entry {
    std::uint64_t element;
    std::uint32_t key;
  };
  struct alignas(64) Worker {
    std::vector<Entry> entries;
    std::vector<double> numbers;  // [entries][models]
  };

  std::size_t models_;
  std::vector<Worker> workers_;
  std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace fuseo1
