// The elements among the `rank` largest of a tensor, as a test of a block of keys. Immutable; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace fuseo1 {

class Cut {
 public:
  static Cut None() { return Cut(Kind::kNone); }
  static Cut All() { return Cut(Kind::kAll); }
  // Keys above `key` stay; of the equal ones all in cells before `cell`, and the first
  // `rank_in_cell` in that cell.
  static Cut At(std::uint32_t key, std::uint64_t cell, std::size_t rank_in_cell);

  // What stays in the cell of element `first` are the keys above this number; nullopt: there, some
  // of the equal ones stay too, and Mask says which.
  std::optional<std::int32_t> KeysAbove(std::uint64_t first) const;

  // keep[i] = all bits where element first + i stays, else 0. `first` is a multiple of kBlockElems,
  // count at most that many.
  void Mask(std::uint64_t first, const std::uint32_t* keys, std::size_t count,
            std::uint32_t* keep) const;

  bool keeps_all() const { return kind_ == Kind::kAll; }
  bool keeps_none() const { return kind_ == Kind::kNone; }

 private:
  enum class Kind : std::uint8_t { kNone, kAll, kKey };
  explicit Cut(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::uint32_t key_ = 0;
  std::uint64_t cell_ = 0;
  std::size_t rank_in_cell_ = 0;
};

}  // namespace fuseo1
