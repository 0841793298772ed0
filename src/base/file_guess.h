// What a file that is not what it should be most likely is, by its first bytes: for messages that
// name the cause (a Git LFS pointer, a web page saved by a failed download) and its remedy. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fuseo1 {

inline constexpr std::size_t kGuessBytes = 256;  // of the start are enough

struct FileGuess {
  std::string_view what;    // "a Git LFS pointer"; empty: nothing that is known
  std::string_view remedy;  // a sentence
  bool is_text = false;

  // "expected JSON, found a web page (HTML). The download failed: fetch it again."
  std::string Message(std::string_view expected) const;
};

FileGuess GuessFile(std::string_view start);

// True where the start is printable ASCII: a message of a server where a binary file belongs.
bool LooksLikeText(std::string_view start);

}  // namespace fuseo1
