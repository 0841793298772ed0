// Answers as a page shows them: the middle of a long one is left out. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuseo1 {

// A third of what is shown is the beginning, the rest the end, where the result stands.
struct ShownText {
  std::string head;
  std::string tail;  // "" where nothing was left out
  std::uint64_t left_out_bytes = 0;

  std::size_t bytes() const { return head.size() + tail.size(); }
  // Keeps `limit` bytes of what is there, cut between characters.
  void CutTo(std::size_t limit);
};

// The limit L with Σ min(size, L) <= budget, at least 512; SIZE_MAX where all fit.
std::size_t LimitWithin(std::vector<std::size_t> sizes, std::size_t budget);

// The longest prefix of at most `bytes` that does not end within a UTF-8 character.
std::string_view Prefix(std::string_view text, std::size_t bytes);

}  // namespace fuseo1
