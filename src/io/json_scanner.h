// A pull reader of JSON text for headers and indexes too large for documents in memory: it walks
// the text once, keeps positions, and copies only the strings that the caller asks for. The caller
// has checked that the text is UTF-8. One thread at a time; views point into the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

class JsonScanner {
 public:
  // Errors count bytes from base_offset: the text's own place in its file.
  JsonScanner(std::string_view text, int max_depth, std::uint64_t base_offset = 0,
              std::size_t position = 0)
      : text_(text), max_depth_(max_depth), base_offset_(base_offset), position_(position) {}

  std::size_t position() const { return position_; }
  // The next byte that is no whitespace, '\0' at the end.
  char Peek();
  bool AtEnd() { return Peek() == '\0' && position_ >= text_.size(); }

  // Takes `c` or fails with "expected WHAT, found …".
  Status Expect(char c, std::string_view what);
  // Takes `c` where it is next.
  bool TakeIf(char c);

  // A string, escapes decoded. Errors: control characters, bad escapes, lone surrogates.
  Result<std::string> String(std::string_view what);
  // A whole number of 64 bits: no sign, fraction, exponent or leading zero.
  Result<std::uint64_t> Unsigned(std::string_view what);
  // Any one value, checked and dropped. `depth`: containers that are open around it.
  Status Skip(int depth = 0);

  // "byte N: MESSAGE".
  Error ErrorAt(std::size_t position, std::string_view message) const;
  // "byte N: expected WHAT, found …" at the present position.
  Error Unexpected(std::string_view what);

 private:
  Status SkipString();
  Status SkipNumber();
  Status SkipWord();
  Status SkipScalar();
  Result<std::uint32_t> HexDigits();
  Status Escape(std::string* out);

  std::string_view text_;
  int max_depth_;
  std::uint64_t base_offset_;
  std::size_t position_;
};

}  // namespace fuseo1
