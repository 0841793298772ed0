// Conditions on the elements of a block that a loop of vectors writes, walked without a branch for
// each. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fuseo1 {

// The loop writes words()[i]: all bits where the condition holds, else none. A Word is as wide as
// what the condition compares: with narrower ones compilers take several vectors of everything at
// once, and run out of registers.
template <class Word>
struct Flags {
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kBitsOfWord = 8 * sizeof(Word);
  static constexpr std::size_t kElems = kLanes * kBitsOfWord;

  Word* words() { return words_.data(); }

  // Calls body(i) for every i < count that was flagged, in no order; once.
  template <class Body>
  void ForEach(std::size_t count, Body body) {
    if (count < kElems) {
      std::fill(words_.begin() + static_cast<std::ptrdiff_t>(count), words_.end(), Word{0});
    }
    Word* const word = words();
    const Word* const bits = kBits.data();
    for (std::size_t i = 0; i < kElems; ++i) {
      word[i] = static_cast<Word>(word[i] & bits[i]);
    }
    Unite();
    constexpr std::size_t kTogether = 64 / kBitsOfWord;
    for (std::size_t lane = 0; lane < kLanes; lane += kTogether) {
      std::uint64_t together;
      std::memcpy(&together, words_.data() + lane, sizeof(together));
      for (; together != 0; together &= together - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(together));
        body(bit % kBitsOfWord * kLanes + lane + bit / kBitsOfWord);
      }
    }
  }

 private:
  // Elements i, i + kLanes, i + 2 kLanes … are the bits of one word.
  static constexpr std::array<Word, kElems> kBits = [] {
    std::array<Word, kElems> bits{};
    for (std::size_t i = 0; i < kElems; ++i) {
      bits[i] = static_cast<Word>(Word{1} << i / kLanes);
    }
    return bits;
  }();

  // The first kLanes words become the union of all.
  template <std::size_t kHalf = kElems / 2>
  void Unite() {
    Word* const word = words();
    for (std::size_t i = 0; i < kHalf; ++i) {
      word[i] = static_cast<Word>(word[i] | word[kHalf + i]);
    }
    if constexpr (kHalf > kLanes) {
      Unite<kHalf / 2>();
    }
  }

  std::array<Word, kElems> words_;
};

}  // namespace fuseo1
