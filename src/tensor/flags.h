// Flags that a loop of vectors wrote, one byte each, walked without a branch per flag. Pure; any
// thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fuseo1 {

// Calls body(i) for every i < count with flags[i] = 1, ascending. Flags are 0 or 1.
template <class Body>
inline void ForEachFlag(const std::uint8_t* flags, std::size_t count, Body body) {
  std::size_t from = 0;
  for (; from + 64 <= count; from += 64) {
    std::uint64_t set = 0;
    for (std::size_t byte = 0; byte < 64; byte += 8) {
      std::uint64_t eight;
      std::memcpy(&eight, flags + from + byte, 8);
      set |= (eight * 0x0102040810204080U >> 56) << byte;  // bit j of the top byte is byte j
    }
    for (; set != 0; set &= set - 1) {
      body(from + static_cast<std::size_t>(std::countr_zero(set)));
    }
  }
  for (; from < count; ++from) {
    if (flags[from] != 0) {
      body(from);
    }
  }
}

}  // namespace fuseo1
