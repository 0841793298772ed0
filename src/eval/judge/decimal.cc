#include "eval/judge/decimal.h"

#include <charconv>
#include <cstdint>

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::string> CanonicalDecimal(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::string digits;
  std::int64_t exponent = 0;
  bool point = false, any = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (IsDigit(text[i])) {
      any = true;
      if (!digits.empty() || text[i] != '0') digits.push_back(text[i]);
      if (point) --exponent;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    std::string_view power = text.substr(i + 1);
    const bool plus = !power.empty() && power[0] == '+';
    if (plus) power.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), value);
    constexpr std::int64_t kMost = 1'000'000'000'000'000'000;
    if (power.empty() || !IsDigit(power.back()) || error != std::errc() ||
        end != power.data() + power.size() || value > kMost || value < -kMost ||
        (plus && power[0] == '-')) {
      return std::nullopt;
    }
    exponent += value;
  }
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  if (digits.empty()) return "0";
  return (negative ? "-" : "") + digits + "e" + std::to_string(exponent);
}

}  // namespace fuseo1
