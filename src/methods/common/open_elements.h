// Elements whose selection a survey leaves open, each with a number a model: what they add to sums
// over the selected ones once the cut is known.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "methods/common/bit_masks.h"
#include "methods/common/cut.h"
#include "methods/common/keys.h"
#include "methods/method.h"

namespace fuseo1 {

class OpenElements {
 public:
  OpenElements(std::size_t models, std::uint64_t elems)
      : models_(models),
        most_(std::clamp<std::uint64_t>(elems / 16, std::min(elems, kFew), kMost)),
        segments_((elems + kSegmentElems - 1) / kSegmentElems) {}

  // At most: the lists may have grown to twice what they hold.
  std::uint64_t bytes() const { return 2 * most_ * (sizeof(Entry) + models_ * sizeof(double)); }

  // Any thread, as TensorMerge::Survey: blocks of a segment one after the other. number_of(j):
  // model j's. Then Count, once for a block: how many it had.
  template <class NumberOf>
  void Add(const Block& block, std::size_t i, std::uint32_t key, NumberOf number_of) {
    if (!complete()) {
      return;
    }
    Segment& segment = segments_[block.segment()];
    if (segment.entries.empty()) {
      segment.entries.reserve(kSegmentElems / 128);
      segment.numbers.reserve(kSegmentElems / 128 * models_);
    }
    segment.entries.push_back({static_cast<std::uint32_t>(block.first % kSegmentElems + i), key});
    const std::size_t before = segment.numbers.size();
    segment.numbers.resize(before + models_);
    double* const numbers = segment.numbers.data() + before;
    for (std::size_t j = 0; j < models_; ++j) {
      numbers[j] = number_of(j);
    }
  }
  void Count(std::uint64_t elements) { count_.fetch_add(elements, std::memory_order_relaxed); }

  // False: there were too many to keep. At the end it does not depend on the threads.
  bool complete() const { return count() <= most_; }
  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

  // The element at `rank` among them (1 has the largest key; of equal ones the lower index).
  Cut CutAt(std::uint64_t rank) const {
    struct Found {
      std::uint32_t key;
      std::uint64_t element;
    };
    std::vector<Found> all;
    all.reserve(count());
    ForEach([&](const Segment& segment, std::size_t at, std::uint64_t element) {
      all.push_back({segment.entries[at].key, element});
    });
    const auto wanted = all.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(all.begin(), wanted, all.end(), [](const Found& a, const Found& b) {
      return a.key != b.key ? a.key > b.key : a.element < b.element;
    });
    const auto rank_in_cell = std::count_if(all.begin(), wanted + 1, [&](const Found& found) {
      return found.key == wanted->key && CellOf(found.element) == CellOf(wanted->element);
    });
    return Cut::At(wanted->key, CellOf(wanted->element), static_cast<std::size_t>(rank_in_cell));
  }

  // The sum of each model's numbers over the elements that `cut` selects, in the elements' order.
  std::vector<double> SumOfSelected(const Cut& cut) const {
    std::vector<double> sums(models_);
    struct Open {
      std::uint64_t element;
      std::uint32_t key;
      const double* numbers;
    };
    std::vector<Open> cell;
    const auto end_cell = [&] {
      std::sort(cell.begin(), cell.end(),
                [](const Open& a, const Open& b) { return a.element < b.element; });
      Masks keys;
      Masks keep;
      std::transform(cell.begin(), cell.end(), keys.begin(),
                     [](const Open& open) { return open.key; });
      cut.Mask(cell.front().element / kBlockElems * kBlockElems, keys.data(), cell.size(),
               keep.data());
      for (std::size_t i = 0; i < cell.size(); ++i) {
        for (std::size_t j = 0; j < models_; ++j) {
          sums[j] += Masked(keep[i], cell[i].numbers[j]);
        }
      }
      cell.clear();
    };
    ForEach([&](const Segment& segment, std::size_t at, std::uint64_t element) {
      if (!cell.empty() && CellOf(element) != CellOf(cell.front().element)) {
        end_cell();
      }
      cell.push_back({element, segment.entries[at].key, segment.numbers.data() + at * models_});
    });
    if (!cell.empty()) {
      end_cell();
    }
    return sums;
  }

  void Clear() {
    std::fill(segments_.begin(), segments_.end(), Segment{});
    count_ = 0;
  }

 private:
  static constexpr std::uint64_t kMost = 1 << 20;
  static constexpr std::uint64_t kFew = 4096;
  struct Entry {
    std::uint32_t offset;  // in the segment
    std::uint32_t key;
  };
  struct Segment {
    std::vector<Entry> entries;
    std::vector<double> numbers;  // [entries][models]
  };

  // Cell by cell, in no order within one.
  template <class Body>
  void ForEach(Body body) const {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      for (std::size_t at = 0; at < segments_[s].entries.size(); ++at) {
        body(segments_[s], at, s * kSegmentElems + segments_[s].entries[at].offset);
      }
    }
  }

  std::size_t models_;
  std::uint64_t most_;
  std::vector<Segment> segments_;
  std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace fuseo1
