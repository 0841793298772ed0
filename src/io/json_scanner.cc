#include "io/json_scanner.h"

#include <fmt/format.h>

#include "base/checked.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

void AppendUtf8(std::uint32_t code, std::string* out) {
  const auto put = [out](std::uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

Error JsonScanner::ErrorAt(std::size_t position, std::string_view message) const {
  return InputError(fmt::format("byte {}: {}", base_offset_ + position, message));
}

Error JsonScanner::Unexpected(std::string_view what) {
  Peek();
  const std::string_view rest = text_.substr(position_);
  return ErrorAt(position_, fmt::format("expected {}, found {}", what,
                                        rest.empty() ? "the end" : Quoted(rest, 24)));
}

char JsonScanner::Peek() {
  while (position_ < text_.size() && IsSpace(text_[position_])) {
    ++position_;
  }
  return position_ < text_.size() ? text_[position_] : '\0';
}

bool JsonScanner::TakeIf(char c) {
  if (Peek() != c || position_ >= text_.size()) {
    return false;
  }
  ++position_;
  return true;
}

Status JsonScanner::Expect(char c, std::string_view what) {
  return TakeIf(c) ? Status() : Unexpected(what);
}

Result<std::uint32_t> JsonScanner::HexDigits() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++position_) {
    const char c = position_ < text_.size() ? text_[position_] : '\0';
    if (IsDigit(c)) {
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      value = value * 16 + static_cast<std::uint32_t>((c | 0x20) - 'a') + 10;
    } else {
      return ErrorAt(position_, "expected four hexadecimal digits after \\u");
    }
  }
  return value;
}

// After the backslash.
Status JsonScanner::Escape(std::string* out) {
  const std::size_t begin = position_;
  const char c = position_ < text_.size() ? text_[position_++] : '\0';
  switch (c) {
    case '"':
    case '\\':
    case '/':
      out->push_back(c);
      return {};
    case 'b':
      out->push_back('\b');
      return {};
    case 'f':
      out->push_back('\f');
      return {};
    case 'n':
      out->push_back('\n');
      return {};
    case 'r':
      out->push_back('\r');
      return {};
    case 't':
      out->push_back('\t');
      return {};
    case 'u':
      break;
    default:
      return ErrorAt(begin, "a backslash that begins no escape of JSON");
  }
  FUSEO1_TRY(std::uint32_t code, HexDigits());
  if (code >= 0xd800 && code < 0xdc00 && text_.substr(position_, 2) == "\\u") {
    position_ += 2;
    FUSEO1_TRY(const std::uint32_t low, HexDigits());
    if (low < 0xdc00 || low > 0xdfff) {
      return ErrorAt(begin, "half of a surrogate pair");
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xd800 && code <= 0xdfff) {
    return ErrorAt(begin, "half of a surrogate pair");
  }
  AppendUtf8(code, out);
  return {};
}

Result<std::string> JsonScanner::String(std::string_view what) {
  const std::size_t begin = position_;
  FUSEO1_TRY_VOID(Expect('"', what));
  std::string out;
  while (true) {
    const std::size_t run = position_;
    while (position_ < text_.size() && text_[position_] != '"' && text_[position_] != '\\' &&
           static_cast<unsigned char>(text_[position_]) >= 0x20) {
      ++position_;
    }
    out.append(text_, run, position_ - run);
    if (position_ >= text_.size()) {
      return ErrorAt(begin, "a string that does not end");
    }
    const char c = text_[position_];
    if (c == '"') {
      ++position_;
      return out;
    }
    if (c != '\\') {
      return ErrorAt(position_, "a control character inside a string");
    }
    ++position_;
    FUSEO1_TRY_VOID(Escape(&out));
  }
}

Result<std::uint64_t> JsonScanner::Unsigned(std::string_view what) {
  if (!IsDigit(Peek())) {
    return Unexpected(what);
  }
  const std::size_t begin = position_;
  std::uint64_t value = 0;
  for (; position_ < text_.size() && IsDigit(text_[position_]); ++position_) {
    const auto shifted = CheckedMul(value, 10);
    const auto next = shifted
                          ? CheckedAdd(*shifted, static_cast<std::uint64_t>(text_[position_] - '0'))
                          : std::nullopt;
    if (!next) {
      position_ = begin;
      return Unexpected(fmt::format("{} below 2^64", what));
    }
    value = *next;
  }
  const bool goes_on =
      position_ < text_.size() && (text_[position_] == '.' || (text_[position_] | 0x20) == 'e');
  if (goes_on || (text_[begin] == '0' && position_ - begin > 1)) {
    position_ = begin;
    return Unexpected(what);
  }
  return value;
}

Status JsonScanner::SkipString() {
  const std::size_t begin = position_;
  ++position_;
  std::string escaped;
  while (position_ < text_.size()) {
    const char c = text_[position_++];
    if (c == '"') {
      return {};
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return ErrorAt(position_ - 1, "a control character inside a string");
    }
    if (c == '\\') {
      escaped.clear();
      FUSEO1_TRY_VOID(Escape(&escaped));
    }
  }
  return ErrorAt(begin, "a string that does not end");
}

Status JsonScanner::SkipNumber() {
  const std::size_t begin = position_;
  const auto digits = [this] {
    const std::size_t first = position_;
    while (position_ < text_.size() && IsDigit(text_[position_])) {
      ++position_;
    }
    return position_ - first;
  };
  const auto next_is = [this](std::string_view set) {
    return position_ < text_.size() && set.find(text_[position_]) != std::string_view::npos;
  };
  if (next_is("-")) {
    ++position_;
  }
  const bool leads_with_zero = next_is("0");
  const std::size_t whole = digits();
  bool good = whole > 0 && !(leads_with_zero && whole > 1);
  if (good && next_is(".")) {
    ++position_;
    good = digits() > 0;
  }
  if (good && next_is("eE")) {
    ++position_;
    if (next_is("+-")) {
      ++position_;
    }
    good = digits() > 0;
  }
  if (!good) {
    position_ = begin;
    return Unexpected("a number");
  }
  return {};
}

Status JsonScanner::SkipWord() {
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(position_, word.size()) == word) {
      position_ += word.size();
      return {};
    }
  }
  return Unexpected("a value");
}

Status JsonScanner::SkipScalar() {
  const char c = Peek();
  if (c == '"') {
    return SkipString();
  }
  return c == '-' || IsDigit(c) ? SkipNumber() : SkipWord();
}

Status JsonScanner::Skip(int depth) {
  // The open brackets, innermost last; a value follows unless a container was just closed.
  std::string open;
  while (true) {
    const char c = Peek();
    bool is_complete = true;
    if (c == '{' || c == '[') {
      if (depth + static_cast<int>(open.size()) >= max_depth_) {
        return ErrorAt(position_, fmt::format("nested deeper than {} levels", max_depth_));
      }
      ++position_;
      const char close = c == '{' ? '}' : ']';
      if (!TakeIf(close)) {
        open.push_back(close);
        is_complete = false;
      }
    } else {
      FUSEO1_TRY_VOID(SkipScalar());
    }
    while (is_complete && !open.empty() && !TakeIf(',')) {
      FUSEO1_TRY_VOID(Expect(open.back(), open.back() == '}' ? "',' or '}'" : "',' or ']'"));
      open.pop_back();
    }
    if (open.empty()) {
      return {};
    }
    if (open.back() == '}') {
      if (Peek() != '"') {
        return Unexpected("a key");
      }
      FUSEO1_TRY_VOID(SkipString());
      FUSEO1_TRY_VOID(Expect(':', "':' after a key"));
    }
  }
}

}  // namespace fuseo1
