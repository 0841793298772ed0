#include "base/json_any_text.h"

namespace fuseo1 {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Result<Json> ParseJsonOfAnyText(std::string_view text, JsonLimits limits) {
  // The value of the escape \uXXXX at `at`, or 0.
  const auto escape = [text](std::size_t at) -> unsigned {
    if (text.substr(at, 2) != "\\u" || text.size() - at < 6) return 0;
    unsigned value = 0;
    for (const char c : text.substr(at + 2, 4)) {
      const int digit = HexDigit(c);
      if (digit < 0) return 0;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    return value;
  };
  const auto is_high = [](unsigned c) { return c >= 0xD800 && c < 0xDC00; };
  const auto is_low = [](unsigned c) { return c >= 0xDC00 && c < 0xE000; };
  std::string mended;
  std::size_t copied = 0;
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const unsigned code = escape(at);
    if (is_high(code) && is_low(escape(at + 6))) {
      at += 12;
    } else if (is_high(code) || is_low(code)) {
      mended.append(text.substr(copied, at - copied)).append("\\ufffd");
      at += 6;
      copied = at;
    } else {
      at += 2;
    }
  }
  if (copied == 0) return ParseJson(text, limits);
  return ParseJson(mended.append(text.substr(copied)), limits);
}

}  // namespace fuseo1
