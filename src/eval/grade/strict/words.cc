#include "eval/grade/strict/words.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace fuseo1 {
namespace {

constexpr std::array<std::string_view, 20> kSmall = {
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};

int SmallValue(std::string_view word) {
  for (std::size_t i = 0; i < kSmall.size(); ++i) {
    if (kSmall[i] == word) return static_cast<int>(i);
  }
  return -1;
}
int TensValue(std::string_view word) {
  for (std::size_t i = 2; i < kTens.size(); ++i) {
    if (kTens[i] == word) return static_cast<int>(10 * i);
  }
  return word == "fourty" ? 40 : -1;
}
std::int64_t ScaleValue(std::string_view word) {
  if (word == "thousand") return 1000;
  if (word == "million") return 1'000'000;
  if (word == "billion") return 1'000'000'000;
  if (word == "trillion") return 1'000'000'000'000;
  return 0;
}

}  // namespace

std::string ToLowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool IsNumberWord(std::string_view word) {
  const std::string w = ToLowerAscii(word);
  return SmallValue(w) >= 0 || TensValue(w) >= 0 || w == "hundred" || ScaleValue(w) > 0;
}

bool IsScaleWord(std::string_view word, Rational* scale) {
  std::string w = ToLowerAscii(word);
  if (w.ends_with('s')) w.pop_back();  // 5 hundreds
  std::int64_t value = ScaleValue(w);
  if (w == "hundred") value = 100;
  if (w == "dozen") value = 12;
  if (value == 0) return false;
  *scale = Rational(value);
  return true;
}

std::int64_t FractionWord(std::string_view word, bool plural) {
  constexpr std::pair<std::string_view, std::int64_t> kParts[] = {
      {"third", 3}, {"quarter", 4}, {"fifth", 5}, {"eighth", 8}, {"ninth", 9}, {"twelfth", 12}};
  std::string w = ToLowerAscii(word);
  if (w == "half") return plural ? 0 : 2;
  if (w == "halves") return plural ? 2 : 0;
  if (w.ends_with('s') != plural) return 0;
  if (plural) w.pop_back();
  for (const auto& [name, value] : kParts) {
    if (w == name) return value;
  }
  if (!w.ends_with("th")) return 0;
  w.resize(w.size() - 2);
  if (w.ends_with("ie")) w.replace(w.size() - 2, 2, "y");  // twentieth
  Rational value;
  if (!NumberFromWords({w}, &value) || value.Compare(Rational(4)) < 0) return 0;
  return value.ToInt().value_or(0);
}

std::int64_t OrdinalWord(std::string_view word) {
  constexpr std::string_view kFirst[] = {"first", "second", "third",    "fourth",
                                         "fifth", "sixth",  "seventh",  "eighth",
                                         "ninth", "tenth",  "eleventh", "twelfth"};
  const std::string w = ToLowerAscii(word);
  for (std::size_t i = 0; i < std::size(kFirst); ++i) {
    if (kFirst[i] == w) return static_cast<std::int64_t>(i) + 1;
  }
  return 0;
}

bool NumberFromWords(const std::vector<std::string>& words, Rational* value) {
  std::int64_t total = 0;  // of the finished thousands, millions, ...
  std::int64_t group = 0;  // the part below one thousand that is being read
  std::int64_t last_scale = INT64_MAX;
  int room = 3;  // 3: anything fits, 2: tens fit, 1: units fit, 0: full
  bool any = false;
  for (const std::string& raw : words) {
    const std::string w = ToLowerAscii(raw);
    if (w == "and") {
      if (!any) return false;
      continue;
    }
    if (const int small = SmallValue(w); small >= 0) {
      if (room <= 0 || (small >= 10 && room < 2) || (small == 0 && any)) return false;
      group += small;
      room = 0;
      if (small >= 1 && small <= 9 && group < 10) room = -1;  // only "hundred" may follow
    } else if (const int tens = TensValue(w); tens >= 0) {
      if (room < 2) return false;
      group += tens;
      room = 1;
    } else if (w == "hundred") {
      if (room != -1 && !(room == 0 && group >= 10 && group < 20) && any) return false;
      group = (group == 0 ? 1 : group) * 100;
      room = 2;
    } else if (const std::int64_t scale = ScaleValue(w); scale > 0) {
      if (scale >= last_scale || (any && group == 0)) return false;
      total += (group == 0 ? 1 : group) * scale;
      group = 0;
      last_scale = scale;
      room = 3;
    } else {
      return false;
    }
    if (room == -1 && group >= 10) room = 0;
    any = true;
  }
  if (!any || ToLowerAscii(words.back()) == "and") return false;
  *value = Rational(total + group);
  return true;
}

}  // namespace fuseo1
