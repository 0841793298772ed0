#include "eval/grade/strict/chinese_number.h"

#include <cstdint>
#include <optional>
#include <utility>

namespace fuseo1 {
namespace {

constexpr std::pair<std::string_view, int> kDigits[] = {{"零", 0}, {"〇", 0}, {"一", 1}, {"二", 2},
                                                        {"两", 2}, {"三", 3}, {"四", 4}, {"五", 5},
                                                        {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}};
constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
    {"十", 10}, {"百", 100}, {"千", 1000}};
constexpr std::pair<std::string_view, std::int64_t> kScales[] = {{"万", 10'000},
                                                                 {"亿", 100'000'000}};

template <class Table>
auto Find(const Table& table, std::string_view text) -> std::optional<decltype(table[0].second)> {
  for (const auto& [name, value] : table) {
    if (text.starts_with(name)) return value;
  }
  return std::nullopt;
}

// Every character above takes three bytes in UTF-8.
constexpr std::size_t kBytes = 3;
constexpr std::size_t kMaxCharacters = 40;

// A whole number at *at; moves past it.
std::optional<std::int64_t> Whole(std::string_view text, std::size_t* at) {
  std::size_t i = *at;
  std::string plain;  // digit after digit, as years are written
  while (plain.size() < 16) {
    const auto digit = Find(kDigits, text.substr(i));
    if (!digit) break;
    plain.push_back(static_cast<char>('0' + *digit));
    i += kBytes;
  }
  const std::string_view after = text.substr(i);
  const bool has_unit = Find(kUnits, after).has_value() || Find(kScales, after).has_value();
  if (!plain.empty() && !has_unit) {
    *at = i;
    return std::stoll(plain);
  }
  std::int64_t total = 0;
  std::int64_t section = 0;  // below the next 万 or 亿
  std::int64_t digit = -1;   // waits for its unit
  std::int64_t last_unit = 10'000;
  std::int64_t last_scale = INT64_MAX;
  i = *at;
  for (std::size_t count = 0; count < kMaxCharacters; ++count) {
    const std::string_view rest = text.substr(i);
    if (const auto d = Find(kDigits, rest)) {
      if (digit > 0) return std::nullopt;
      digit = *d;
    } else if (const auto unit = Find(kUnits, rest)) {
      if (*unit >= last_unit || (digit == -1 && (*unit != 10 || section > 0)) || digit == 0)
        return std::nullopt;
      section += (digit == -1 ? 1 : digit) * *unit;
      last_unit = *unit;
      digit = -1;
    } else if (const auto scale = Find(kScales, rest)) {
      if (*scale >= last_scale) return std::nullopt;
      section += digit > 0 ? digit : 0;
      if (section == 0) return std::nullopt;
      total += section * *scale;
      section = 0;
      digit = -1;
      last_unit = 10'000;
      last_scale = *scale;
    } else {
      break;
    }
    i += kBytes;
  }
  if (i == *at) return std::nullopt;
  *at = i;
  return total + section + (digit > 0 ? digit : 0);
}

bool Take(std::string_view text, std::string_view word, std::size_t* at) {
  if (!text.substr(*at).starts_with(word)) return false;
  *at += word.size();
  return true;
}

// A whole number with digits after 点.
std::optional<std::string> Decimal(std::string_view text, std::size_t* at) {
  const auto whole = Whole(text, at);
  if (!whole) return std::nullopt;
  std::string out = std::to_string(*whole);
  std::size_t i = *at;
  if (!Take(text, "点", &i)) return out;
  std::string digits;
  while (digits.size() < kMaxCharacters) {
    const auto digit = Find(kDigits, text.substr(i));
    if (!digit) break;
    digits.push_back(static_cast<char>('0' + *digit));
    i += kBytes;
  }
  if (digits.empty()) return out;
  *at = i;
  return out + "." + digits;
}

}  // namespace

std::size_t ReadChineseNumber(std::string_view text, std::string* latex) {
  std::size_t at = 0;
  if (Take(text, "百分之", &at)) {
    const auto value = Decimal(text, &at);
    if (!value) return 0;
    *latex = *value + "\\%";
    return at;
  }
  if (Take(text, "一半", &at)) {
    *latex = "\\frac{1}{2}";
    return at;
  }
  const auto first = Decimal(text, &at);
  if (!first) return 0;
  std::size_t end = at;
  std::string whole;
  std::string below = *first;
  if (Take(text, "又", &at)) {
    const auto next = Whole(text, &at);
    if (!next) {
      *latex = *first;
      return end;
    }
    whole = *first;
    below = std::to_string(*next);
  }
  if (Take(text, "分之", &at)) {
    if (const auto above = Whole(text, &at)) {
      *latex = whole + "\\frac{" + std::to_string(*above) + "}{" + below + "}";
      return at;
    }
  }
  *latex = *first;
  return end;
}

}  // namespace fuseo1
