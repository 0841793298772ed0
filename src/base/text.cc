#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace fuseo1 {
namespace {

struct Decoded {
  char32_t code_point;
  std::size_t bytes;  // 0: not UTF-8 here
};

Decoded DecodeUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  std::size_t length = 0;
  char32_t value = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    value = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    value = lead & 0x0FU;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    value = lead & 0x07U;
  } else {
    return {0, 0};
  }
  if (text.size() < length) {
    return {0, 0};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return {0, 0};
    }
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return {0, 0};
  }
  return {value, length};
}

// Characters that change how a terminal or a reader shows the rest of a line.
bool IsUnprintable(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0xFEFF ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || (c >= 0xE0000 && c <= 0xE007F);
}

std::string Escape(std::string_view text, std::size_t max_bytes, bool quote) {
  std::string out;
  std::array<char, 16> buffer{};
  const std::size_t total = text.size();
  std::size_t done = 0;
  while (done < total) {
    if (done >= max_bytes) {
      out += "…";
      break;
    }
    const Decoded d = DecodeUtf8(text.substr(done));
    if (d.bytes == 0) {
      std::snprintf(buffer.data(), buffer.size(), "\\x%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(text[done])));
      out += buffer.data();
      done += 1;
      continue;
    }
    if (d.code_point == '\n') {
      out += "\\n";
    } else if (d.code_point == '\t') {
      out += "\\t";
    } else if (quote && (d.code_point == '"' || d.code_point == '\\')) {
      out += '\\';
      out += static_cast<char>(d.code_point);
    } else if (IsUnprintable(d.code_point)) {
      std::snprintf(buffer.data(), buffer.size(), d.code_point < 0x100 ? "\\x%02x" : "\\u%04x",
                    static_cast<unsigned>(d.code_point));
      out += buffer.data();
    } else {
      out.append(text.substr(done, d.bytes));
    }
    done += d.bytes;
  }
  return out;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Capitals are no difference.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const bool equal = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (equal ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::string Quoted(std::string_view text, std::size_t max_bytes) {
  return '"' + Escape(text, max_bytes, true) + '"';
}

std::string Printable(std::string_view text, std::size_t max_bytes) {
  return Escape(text, max_bytes, false);
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded d = DecodeUtf8(text);
    if (d.bytes == 0) {
      return false;
    }
    text.remove_prefix(d.bytes);
  }
  return true;
}

bool HasControlCharacters(std::string_view text) {
  while (!text.empty()) {
    const Decoded d = DecodeUtf8(text);
    if (d.bytes == 0 || IsUnprintable(d.code_point)) {
      return true;
    }
    text.remove_prefix(d.bytes);
  }
  return false;
}

std::string_view NearestWord(std::string_view word, std::span<const std::string_view> candidates) {
  word = word.substr(0, 64);  // the cost is quadratic, and a longer word is near nothing
  std::string_view best;
  std::size_t best_distance = 2 + word.size() / 3;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate.substr(0, 64));
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string HumanBytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, kUnits[unit]);
  return text.data();
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool StartsWith(std::string_view text, std::string_view prefix) { return text.starts_with(prefix); }
bool EndsWith(std::string_view text, std::string_view suffix) { return text.ends_with(suffix); }
bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace fuseo1
