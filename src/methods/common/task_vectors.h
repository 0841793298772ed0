// What the methods with a reference point share: which input is the base and which are the models;
// and memory for working on them. Pure; any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "methods/method.h"

namespace fuseo1 {

// The inputs that are not the base, in config order.
inline std::vector<std::size_t> ModelsOf(const TensorTask& task) {
  FUSEO1_CHECK(task.base >= 0);  // the planner's promise for BaseRule::kRequired
  std::vector<std::size_t> models;
  for (std::size_t k = 0; k < task.input_count; ++k) {
    if (k != static_cast<std::size_t>(task.base)) {
      models.push_back(k);
    }
  }
  return models;
}

// Buffers for the threads of one merge, one each; Emit is const and needs somewhere to work.
class WorkerScratch {
 public:
  WorkerScratch(int workers, std::size_t doubles)
      : doubles_(doubles), buffers_(static_cast<std::size_t>(workers)) {}

  // [doubles], allocated on the first call of a worker; contents are whatever was left there.
  double* Of(int worker) const {
    std::vector<double>& buffer = buffers_[static_cast<std::size_t>(worker)];
    if (buffer.empty()) {
      buffer.resize(doubles_);
    }
    return buffer.data();
  }

 private:
  std::size_t doubles_;
  mutable std::vector<std::vector<double>> buffers_;
};

// Sums over a tensor, one slot per segment: any thread adds to the segment it works on, and the
// total is taken in segment order.
class SegmentSums {
 public:
  // `width` sums side by side.
  SegmentSums(std::uint64_t elems, std::size_t width)
      : width_(width), sums_(((elems + kSegmentElems - 1) / kSegmentElems) * width) {}

  void Clear() { std::fill(sums_.begin(), sums_.end(), 0.0); }

  double* At(const Block& block) { return sums_.data() + block.segment() * width_; }

  double Total(std::size_t column) const {
    double total = 0;
    for (std::size_t at = column; at < sums_.size(); at += width_) {
      total += sums_[at];
    }
    return total;
  }

 private:
  std::size_t width_;
  std::vector<double> sums_;
};

}  // namespace fuseo1
