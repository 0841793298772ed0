// Conditions on the elements of a block that a loop of vectors writes, walked without a branch for
// each. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tensor/lanes.h"

namespace fuseo1 {

// The loop writes words()[i]: all bits where the condition holds, else none. A Word is as wide as
// what the condition compares: with narrower ones compilers take several vectors of everything at
// once, and run out of registers.
template <class Word>
struct Flags {
  // Of a vector: elements i, i + kLanes, i + 2 kLanes … are the bits of one word.
  static constexpr std::size_t kLanes = std::max<std::size_t>(16, kLaneBytes / sizeof(Word));
  static constexpr std::size_t kBitsOfWord = 8 * sizeof(Word);
  static constexpr std::size_t kElems = kLanes * kBitsOfWord;

  Word* words() { return words_.data(); }

  // Calls body(i) for every i < count that was flagged, in no order; once.
  template <class Body>
  void ForEach(std::size_t count, Body body) {
    if (count < kElems) {
      std::fill(words_.begin() + static_cast<std::ptrdiff_t>(count), words_.end(), Word{0});
    }
    const auto* from = reinterpret_cast<const std::byte*>(words());
    Lanes united{};
    for (std::size_t bit = 0; bit < kBitsOfWord; ++bit, from += sizeof(Lanes)) {
      united |= LoadLanes<Lanes>(from) & static_cast<Word>(Word{1} << bit);
    }
    constexpr std::size_t kTogether = 64 / kBitsOfWord;
    std::array<std::uint64_t, kLanes / kTogether> parts;
    std::memcpy(parts.data(), &united, sizeof(united));
    for (std::size_t lane = 0; lane < kLanes; lane += kTogether) {
      for (std::uint64_t together = parts[lane / kTogether]; together != 0;
           together &= together - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(together));
        body(bit % kBitsOfWord * kLanes + lane + bit / kBitsOfWord);
      }
    }
  }

 private:
  using Lanes [[gnu::vector_size(kLanes * sizeof(Word))]] = Word;

  std::array<Word, kElems> words_;
};

}  // namespace fuseo1
