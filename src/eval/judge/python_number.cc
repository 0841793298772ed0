#include "eval/judge/python_number.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "eval/compat/runes.h"
#include "eval/compat/unicode_classes.h"
#include "eval/judge/decimal.h"

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Trimmed, in ASCII and lower case; nothing where another character is in it.
std::optional<std::string> AsciiNumber(std::string_view text) {
  std::string out;
  const Runes runes = RunesFromUtf8(text);
  for (const char32_t c : TrimSpace(runes)) {
    const int digit = UnicodeDigitValue(c);
    if (digit >= 0) {
      out.push_back(static_cast<char>('0' + digit));
    } else if (c < 0x80) {
      out.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string_view WithoutSign(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return text;
}

bool IsInfinity(std::string_view text) {
  return WithoutSign(text) == "inf" || WithoutSign(text) == "infinity";
}

// Removes underscores that stand between digits; nothing where one stands elsewhere.
std::optional<std::string> WithoutUnderscores(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out.push_back(text[i]);
    } else if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1]) || !IsDigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> PythonDecimal(std::string_view text) {
  std::optional<std::string> number = AsciiNumber(text);
  if (!number) return std::nullopt;
  std::erase(*number, '_');
  if (IsInfinity(*number)) return number->front() == '-' ? "-Infinity" : "Infinity";
  return CanonicalDecimal(*number);
}

std::optional<double> PythonFloat(std::string_view text) {
  std::optional<std::string> number = AsciiNumber(text);
  if (number) number = WithoutUnderscores(*number);
  if (!number || number->empty()) return std::nullopt;
  const double sign = number->front() == '-' ? -1 : 1;
  if (IsInfinity(*number)) return sign * std::numeric_limits<double>::infinity();
  if (WithoutSign(*number) == "nan") return std::numeric_limits<double>::quiet_NaN();
  // What else strtod knows (hexadecimal, nan(…)) has other characters.
  if (number->find_first_not_of("0123456789.e+-") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(number->c_str(), &end);
  return end == number->c_str() + number->size() ? std::optional(value) : std::nullopt;
}

}  // namespace fuseo1
