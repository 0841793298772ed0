// The sorted order of a sample of keys, as finely as windows around a rank need: keys are counted
// in bins from the largest one down, where sorting would take ten times as long. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace fuseo1 {

// Key: an unsigned integer.
template <class Key>
class SampleBins {
 public:
  // A bin takes 2^bits keys; what lies 2^14 bins below the largest key shares one. keys: not empty.
  SampleBins(std::span<const Key> keys, unsigned bits) : bits_(bits), up_to_(kCount) {
    const Key last_bin = *std::max_element(keys.begin(), keys.end()) >> bits;
    before_ = std::max<Key>(last_bin, kCount - 1) - (kCount - 1);
    for (const Key key : keys) {
      ++up_to_[std::max(key >> bits, before_) - before_];
    }
    std::partial_sum(up_to_.begin(), up_to_.end(), up_to_.begin());
  }

  // The first and the last key of the bin of what stands at `place` of the sorted keys, 0 being
  // that of the smallest.
  Key FirstAt(double place) const {
    const std::size_t bin = BinAt(place);
    return place < 0 || bin == 0 ? 0 : static_cast<Key>(before_ + bin) << bits_;
  }
  Key LastAt(double place) const {
    const std::size_t bin = BinAt(place);
    return bin == kCount ? std::numeric_limits<Key>::max()
                         : (static_cast<Key>(before_ + bin + 1) << bits_) - 1;
  }

 private:
  static constexpr std::uint32_t kCount = 1 << 14;

  std::size_t BinAt(double place) const {
    const auto at = std::upper_bound(
        up_to_.begin(), up_to_.end(), place,
        [](double wanted, std::uint32_t up_to) { return wanted < static_cast<double>(up_to); });
    return static_cast<std::size_t>(at - up_to_.begin());
  }

  unsigned bits_;
  std::vector<std::uint32_t> up_to_;  // [kCount]: keys in a bin and those before it
  Key before_ = 0;                    // bins that share the first counter
};

}  // namespace fuseo1
