// Orders that depend on libstdc++'s algorithms, as torch's CPU sort and top-k do: which of equal
// values comes first. NaN is the largest value. Any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fuseo1 {

template <class T>
struct Indexed {
  T value;
  std::int64_t index;
};

template <class T>
inline bool TorchLess(const Indexed<T>& a, const Indexed<T>& b) {
  return (!std::isnan(a.value) && std::isnan(b.value)) || a.value < b.value;
}

template <class T>
inline bool TorchGreater(const Indexed<T>& a, const Indexed<T>& b) {
  return (std::isnan(a.value) && !std::isnan(b.value)) || a.value > b.value;
}

// The order of torch.sort with stable=False.
template <class T>
inline void TorchSort(std::span<Indexed<T>> items, bool descending) {
  if (descending) {
    std::sort(items.begin(), items.end(), TorchGreater<T>);
  } else {
    std::sort(items.begin(), items.end(), TorchLess<T>);
  }
}

// Moves the items of torch.topk(k, largest=True) to the front, in no particular order.
template <class T>
inline void TorchTopK(std::span<Indexed<T>> items, std::size_t k) {
  const auto last = static_cast<std::ptrdiff_t>(k);
  if (k * 64 <= items.size()) {
    std::partial_sort(items.begin(), items.begin() + last, items.end(), TorchGreater<T>);
  } else if (k > 0) {
    std::nth_element(items.begin(), items.begin() + last - 1, items.end(), TorchGreater<T>);
  }
}

}  // namespace fuseo1
