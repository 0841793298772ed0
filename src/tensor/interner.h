// Names and shapes of tensors, each kept once: checkpoints of one family have the same ones, and a
// plan refers to them again. A Name or a Shape is one pointer into its Interner, which must outlive
// it. Reading is any thread's, adding one thread's at a time.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "tensor/dtype.h"

namespace fuseo1 {

class Name {
 public:
  Name() = default;  // ""

  std::string_view view() const {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, text_ - sizeof(bytes), sizeof(bytes));
    return {text_, bytes};
  }
  operator std::string_view() const { return view(); }  // NOLINT: a name is a text

  // Equal and of one interner: the same place.
  const void* place() const { return text_; }

  friend bool operator==(Name a, Name b) { return a.text_ == b.text_ || a.view() == b.view(); }
  friend bool operator==(Name a, std::string_view b) { return a.view() == b; }
  friend auto operator<=>(Name a, Name b) { return a.view() <=> b.view(); }
  friend auto operator<=>(Name a, std::string_view b) { return a.view() <=> b; }
  friend std::ostream& operator<<(std::ostream& out, Name name);

 private:
  friend class Interner;
  explicit Name(const char* text) : text_(text) {}

  static constexpr char kEmpty[sizeof(std::uint32_t) + 1] = {};
  const char* text_ = kEmpty + sizeof(std::uint32_t);
};

// The product, which whoever gives the extents has checked.
inline std::uint64_t ElemsOf(std::span<const std::uint64_t> extents) {
  std::uint64_t elems = 1;
  for (const std::uint64_t extent : extents) {
    elems *= extent;
  }
  return elems;
}

// The extents of a tensor, outermost first; none: a scalar.
class Shape {
 public:
  using value_type = std::uint64_t;
  using const_iterator = const std::uint64_t*;
  using iterator = const_iterator;

  Shape() = default;

  std::size_t size() const { return static_cast<std::size_t>(extents_[-1]); }
  bool empty() const { return size() == 0; }
  const_iterator begin() const { return extents_; }
  const_iterator end() const { return extents_ + size(); }
  std::uint64_t operator[](std::size_t i) const { return extents_[i]; }
  std::uint64_t back() const { return extents_[size() - 1]; }
  std::span<const std::uint64_t> span() const { return {begin(), size()}; }

  std::uint64_t Elems() const { return ElemsOf(span()); }

  friend bool operator==(Shape a, Shape b) { return a.extents_ == b.extents_ || a == b.span(); }
  friend bool operator==(Shape a, std::span<const std::uint64_t> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend std::ostream& operator<<(std::ostream& out, Shape shape);

 private:
  friend class Interner;
  explicit Shape(const std::uint64_t* extents) : extents_(extents) {}

  static constexpr std::uint64_t kScalar[2] = {};
  const std::uint64_t* extents_ = kScalar + 1;  // their number stands before them
};

// Of a tensor, which ends at a whole byte; the caller has checked that it does not overflow.
inline std::uint64_t BytesOf(DType dtype, std::uint64_t elems) {
  const auto bits = static_cast<std::uint64_t>(DTypeBits(dtype));
  return bits % 8 == 0 ? elems * (bits / 8) : elems * bits / 8;
}

class Interner {
 public:
  Name Intern(std::string_view text);
  Shape Intern(std::span<const std::uint64_t> extents);

  // For what belongs to the same tensors and lives as long.
  Arena& arena() { return arena_; }
  std::uint64_t total_bytes() const;

 private:
  // A hash set of pointers behind a length.
  struct Table {
    std::vector<const std::byte*> slots;  // a power of two
    std::size_t count = 0;
  };
  // `length`: of what precedes the bytes, in its own width.
  template <class Length>
  const std::byte* Find(Table& table, std::span<const std::byte> bytes, Length length);

  Arena arena_;
  Table names_;
  Table shapes_;
};

}  // namespace fuseo1
