#include "eval/compat/number_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

// Longer digit strings are not converted: the reference's integer type refuses them too.
constexpr std::size_t kMaxIntegerDigits = 4300;
constexpr int kPoint = -1;
constexpr std::int64_t kThousand = 1'000;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kBillion = 1'000'000'000;

constexpr std::array<std::pair<RuneView, std::int64_t>, 33> kWords = {{
    {U"zero", 0},
    {U"one", 1},
    {U"two", 2},
    {U"three", 3},
    {U"four", 4},
    {U"five", 5},
    {U"six", 6},
    {U"seven", 7},
    {U"eight", 8},
    {U"nine", 9},
    {U"ten", 10},
    {U"eleven", 11},
    {U"twelve", 12},
    {U"thirteen", 13},
    {U"fourteen", 14},
    {U"fifteen", 15},
    {U"sixteen", 16},
    {U"seventeen", 17},
    {U"eighteen", 18},
    {U"nineteen", 19},
    {U"twenty", 20},
    {U"thirty", 30},
    {U"forty", 40},
    {U"fifty", 50},
    {U"sixty", 60},
    {U"seventy", 70},
    {U"eighty", 80},
    {U"ninety", 90},
    {U"hundred", 100},
    {U"thousand", kThousand},
    {U"million", kMillion},
    {U"billion", kBillion},
    {U"point", kPoint},
}};

using Numbers = std::vector<std::int64_t>;

Numbers KnownWords(RuneView text) {
  Numbers numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (IsUnicodeSpace(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !IsUnicodeSpace(text[end])) {
      ++end;
    }
    const RuneView word = text.substr(i, end - i);
    for (const auto& [name, value] : kWords) {
      if (word == name) {
        numbers.push_back(value);
      }
    }
    i = end;
  }
  return numbers;
}

// A part below one thousand; the odd cases (five words and more: the first alone) are the published
// ones.
std::optional<std::int64_t> Part(const Numbers& n, std::ptrdiff_t first, std::ptrdiff_t last) {
  if (first >= last) {
    return std::nullopt;
  }
  const auto at = [&](std::ptrdiff_t i) { return n[static_cast<std::size_t>(first + i)]; };
  switch (last - first) {
    case 4:
      return at(0) * at(1) + at(2) + at(3);
    case 3:
      return at(0) * at(1) + at(2);
    case 2:
      return at(0) == 100 || at(1) == 100 ? at(0) * at(1) : at(0) + at(1);
    default:
      return at(0);
  }
}

// The value of the words before "point"; nothing where a part between the scales is missing.
std::optional<std::int64_t> WholePart(const Numbers& n) {
  const auto size = static_cast<std::ptrdiff_t>(n.size());
  if (size == 0) {
    return 0;
  }
  if (size == 1) {
    return n[0];
  }
  std::int64_t sum = 0;
  std::ptrdiff_t begin = 0;
  for (const std::int64_t scale : {kBillion, kMillion, kThousand}) {
    const std::ptrdiff_t at = std::find(n.begin(), n.end(), scale) - n.begin();
    if (at == size) {
      continue;
    }
    const std::optional<std::int64_t> part = Part(n, begin, at);
    if (!part) {
      return std::nullopt;
    }
    sum += *part * scale;
    begin = at + 1;
  }
  return begin < size ? sum + *Part(n, begin, size) : sum;
}

// 0.d1d2… read digit by digit; words that are no digits make it nothing.
std::optional<double> Fraction(const Numbers& digits) {
  std::string text = "0.";
  for (const std::int64_t digit : digits) {
    if (digit < 0 || digit > 9) {
      return std::nullopt;
    }
    text += static_cast<char>('0' + digit);
  }
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Runes Decimal(double value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  Runes text = RunesFromUtf8({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
  if (!ContainsRunes(text, U".") && !ContainsRunes(text, U"e")) {
    text += U".0";
  }
  return text;
}

std::optional<Runes> IntegerText(RuneView digits) {
  if (digits.size() > kMaxIntegerDigits) {
    return std::nullopt;
  }
  Runes text;
  for (const char32_t c : digits) {
    const char32_t digit = U'0' + static_cast<char32_t>(UnicodeDigitValue(c));
    if (!text.empty() || digit != U'0') {
      text += digit;
    }
  }
  return text.empty() ? U"0" : text;
}

}  // namespace

std::optional<Runes> NumberFromWords(RuneView text) {
  Runes clean = LowerRunes(text);
  std::replace(clean.begin(), clean.end(), U'-', U' ');
  if (!clean.empty() && std::all_of(clean.begin(), clean.end(),
                                    [](char32_t c) { return UnicodeDigitValue(c) >= 0; })) {
    return IntegerText(clean);
  }
  Numbers numbers = KnownWords(clean);
  if (numbers.empty()) {
    return std::nullopt;
  }
  const auto place = [&](std::int64_t value) {
    const auto at = std::find(numbers.begin(), numbers.end(), value);
    return at == numbers.end() ? std::ptrdiff_t{-1} : at - numbers.begin();
  };
  for (const std::int64_t once : {kThousand, kMillion, kBillion, std::int64_t{kPoint}}) {
    if (std::count(numbers.begin(), numbers.end(), once) > 1) {
      return std::nullopt;
    }
  }
  Numbers decimals;
  if (const std::ptrdiff_t point = place(kPoint); point >= 0) {
    decimals.assign(numbers.begin() + point + 1, numbers.end());
    numbers.resize(static_cast<std::size_t>(point));
  }
  const std::ptrdiff_t thousand = place(kThousand);
  const std::ptrdiff_t million = place(kMillion);
  const std::ptrdiff_t billion = place(kBillion);
  if ((thousand >= 0 && (thousand < million || thousand < billion)) ||
      (million >= 0 && million < billion)) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> whole = WholePart(numbers);
  if (!whole) {
    return std::nullopt;
  }
  if (!decimals.empty()) {
    if (const std::optional<double> fraction = Fraction(decimals)) {
      return Decimal(static_cast<double>(*whole) + *fraction);
    }
  }
  return RunesFromUtf8(std::to_string(*whole));
}

}  // namespace fuseo1
