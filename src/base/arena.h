// Memory for many small things that live equally long: no bookkeeping a thing, freed together.
// Addresses stay. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace fuseo1 {

class Arena {
 public:
  // `align`: a power of two, at most that of max_align_t.
  std::byte* Allocate(std::size_t bytes, std::size_t align) {
    std::size_t begin = (used_ + align - 1) / align * align;
    if (chunks_.empty() || begin > size_ || bytes > size_ - begin) {
      size_ = std::max(bytes, kChunkBytes);
      chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size_));
      total_bytes_ += size_;
      begin = 0;
    }
    used_ = begin + bytes;
    return chunks_.back().get() + begin;
  }

  template <class T>
  std::span<const T> Keep(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::byte* const place = Allocate(items.size_bytes(), alignof(T));
    if (!items.empty()) {
      std::memcpy(place, items.data(), items.size_bytes());
    }
    return {reinterpret_cast<const T*>(place), items.size()};
  }

  std::uint64_t total_bytes() const { return total_bytes_; }

 private:
  static constexpr std::size_t kChunkBytes = 64 * 1024;

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t size_ = 0;  // of the last chunk
  std::size_t used_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace fuseo1
