// Unordered comparison, each item once: a perfect matching by augmenting paths, since a bare value
// may fit several names. Pairs are compared only when a path asks for them. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

class Matching {
 public:
  using Comparison = std::function<Decision(std::size_t, std::size_t)>;

  // compare(i, j): item i of one side against item j of the other; both have `size` items.
  Matching(std::size_t size, Comparison compare)
      : size_(size),
        compare_(std::move(compare)),
        known_(size * size, Fit::kUnknown),
        owner_(size, size) {}

  // Finds item i a partner; the same place first, since most lists come in the same order.
  bool Place(std::size_t i, std::vector<bool>* seen) {
    for (std::size_t step = 0; step < size_; ++step) {
      const std::size_t j = (i + step) % size_;
      if ((*seen)[j] || !Fits(i, j)) continue;
      (*seen)[j] = true;
      if (owner_[j] == size_ || Place(owner_[j], seen)) {
        owner_[j] = i;
        return true;
      }
    }
    return false;
  }
  bool undecided() const { return undecided_; }

 private:
  enum class Fit : std::uint8_t { kUnknown, kYes, kNo };

  bool Fits(std::size_t i, std::size_t j) {
    Fit& fit = known_[i * size_ + j];
    if (fit == Fit::kUnknown) {
      const Decision d = compare_(i, j);
      undecided_ = undecided_ || d.verdict == Verdict::kUndecided;
      fit = d.equal() ? Fit::kYes : Fit::kNo;
    }
    return fit == Fit::kYes;
  }

  std::size_t size_;
  Comparison compare_;
  std::vector<Fit> known_;
  std::vector<std::size_t> owner_;
  bool undecided_ = false;
};

}  // namespace fuseo1
