#include "eval/compat/runes.h"

#include <algorithm>

#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Reads one code point at text[at]; returns its length in bytes, 1 with U+FFFD for a damaged
// sequence.
std::size_t DecodeOne(std::string_view text, std::size_t at, char32_t& out) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) {
    out = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  out = kReplacement;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) {
    return 1;
  }
  char32_t value = lead & (length == 2 ? 0x1FU : length == 3 ? 0x0FU : 0x07U);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) {
      return 1;
    }
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    return 1;
  }
  out = value;
  return length;
}

}  // namespace

Runes RunesFromUtf8(std::string_view text) {
  Runes runes;
  runes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t rune = 0;
    at += DecodeOne(text, at, rune);
    runes.push_back(rune);
  }
  return runes;
}

std::string Utf8FromRunes(RuneView text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (const char32_t c : text) {
    if (c < 0x80) {
      bytes += static_cast<char>(c);
    } else if (c < 0x800) {
      bytes += static_cast<char>(0xC0U | (c >> 6U));
      bytes += static_cast<char>(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
      bytes += static_cast<char>(0xE0U | (c >> 12U));
      bytes += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
      bytes += static_cast<char>(0x80U | (c & 0x3FU));
    } else {
      bytes += static_cast<char>(0xF0U | (c >> 18U));
      bytes += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
      bytes += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
      bytes += static_cast<char>(0x80U | (c & 0x3FU));
    }
  }
  return bytes;
}

void ReplaceAll(Runes& text, RuneView from, RuneView to) {
  std::size_t at = RuneView(text).find(from);
  if (at == RuneView::npos) {
    return;
  }
  Runes out;
  out.reserve(text.size());
  std::size_t copied = 0;
  while (at != RuneView::npos) {
    out.append(text, copied, at - copied);
    out.append(to);
    copied = at + from.size();
    at = RuneView(text).find(from, copied);
  }
  out.append(text, copied, Runes::npos);
  text = std::move(out);
}

bool ContainsRunes(RuneView text, RuneView part) { return text.find(part) != RuneView::npos; }

std::size_t CountRunes(RuneView text, RuneView part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != RuneView::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

RuneView TrimSpace(RuneView text) {
  while (!text.empty() && IsUnicodeSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsUnicodeSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

RuneView TrimLeft(RuneView text, RuneView characters) {
  const std::size_t first = text.find_first_not_of(characters);
  return first == RuneView::npos ? RuneView() : text.substr(first);
}

RuneView TrimRight(RuneView text, RuneView characters) {
  return text.substr(0, text.find_last_not_of(characters) + 1);
}

RuneView TrimAny(RuneView text, RuneView characters) {
  return TrimRight(TrimLeft(text, characters), characters);
}

std::vector<RuneView> SplitRunes(RuneView text, RuneView separator) {
  std::vector<RuneView> parts;
  std::size_t begin = 0;
  for (std::size_t at = text.find(separator); at != RuneView::npos;
       at = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

Runes LowerRunes(RuneView text) {
  Runes out(text);
  std::transform(out.begin(), out.end(), out.begin(), UnicodeLower);
  return out;
}

Runes UpperRunes(RuneView text) {
  Runes out(text);
  std::transform(out.begin(), out.end(), out.begin(), UnicodeUpper);
  return out;
}

}  // namespace fuseo1
