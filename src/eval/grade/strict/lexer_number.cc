// Numbers: separators, decimals, exponents and recurring parts.
#include <algorithm>
#include <optional>

#include "eval/grade/strict/lexer.h"

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char At(std::string_view text, std::size_t i) { return i < text.size() ? text[i] : '\0'; }

std::string_view Digits(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (IsDigit(At(text, end))) ++end;
  return text.substr(at, end - at);
}

enum class Separator { kNone, kComma, kMarkedComma, kSpace };

// The separator at `at` when exactly three digits follow it; *next is where they begin.
Separator GroupSeparator(std::string_view text, std::size_t at, std::size_t* next) {
  Separator kind = Separator::kNone;
  const std::string_view rest = text.substr(std::min(at, text.size()));
  if (rest.starts_with("{,}")) {
    kind = Separator::kMarkedComma;
    *next = at + 3;
  } else if (rest.starts_with(",\\!")) {
    kind = Separator::kMarkedComma;
    *next = at + 3;
    while (At(text, *next) == ' ') ++*next;
  } else if (rest.starts_with(",")) {
    kind = Separator::kComma;
    *next = at + 1;
  } else if (rest.starts_with("\\,") || rest.starts_with("\\;") || rest.starts_with("\\:") ||
             rest.starts_with("\\ ")) {
    kind = Separator::kSpace;
    *next = at + 2;
  } else if (rest.starts_with(" ") || rest.starts_with("~")) {
    kind = Separator::kSpace;
    *next = at + 1;
  }
  if (kind == Separator::kNone || Digits(text, *next).size() != 3) return Separator::kNone;
  return kind;
}

// Reads the groups after the first digits. Returns where they end; appends their digits.
std::size_t ReadGroups(std::string_view text, std::size_t start, std::size_t at, bool commas_join,
                       std::string* digits, bool* used_comma) {
  std::string joined = *digits;
  std::size_t end = at;
  Separator style = Separator::kNone;
  for (;;) {
    std::size_t next = 0;
    const Separator kind = GroupSeparator(text, end, &next);
    if (kind == Separator::kNone || (style != Separator::kNone && kind != style)) break;
    style = kind;
    joined.append(text.substr(next, 3));
    end = next + 3;
  }
  if (style == Separator::kNone) return at;
  if (style == Separator::kComma) {
    const bool follows_number = start >= 2 && text[start - 1] == ',' && IsDigit(text[start - 2]);
    const bool goes_on = At(text, end) == ',' && IsDigit(At(text, end + 1));
    if (!commas_join || follows_number || goes_on) return at;
    // "1,000" is never the list 1, 000; "12,345" may be 12, 345.
    bool zero_leads = false;
    for (std::size_t i = at; i < end; i += 4) zero_leads = zero_leads || At(text, i + 1) == '0';
    *used_comma = !zero_leads;
  }
  if (style == Separator::kSpace && At(text, end) == '/') return at;  // 1 123/456
  *digits = joined;
  return end;
}

// The digits of a recurring part at *at: \overline{3}, \bar3, \dot{1}4\dot{2}, (3).
std::optional<std::string> ReadRecurring(std::string_view text, std::size_t* at,
                                         std::string* fraction) {
  std::string_view rest = text.substr(std::min(*at, text.size()));
  const auto braced = [&](std::string_view head, std::size_t from,
                          std::size_t* end) -> std::optional<std::string> {
    if (!text.substr(from).starts_with(head)) return std::nullopt;
    std::size_t i = from + head.size();
    while (At(text, i) == ' ') ++i;
    if (At(text, i) == '{') {
      const std::string_view digits = Digits(text, i + 1);
      if (digits.empty() || At(text, i + 1 + digits.size()) != '}') return std::nullopt;
      *end = i + 2 + digits.size();
      return std::string(digits);
    }
    if (!IsDigit(At(text, i))) return std::nullopt;
    *end = i + 1;
    return std::string(1, text[i]);
  };
  for (const std::string_view head : {"\\overline", "\\bar"}) {
    std::size_t end = 0;
    if (auto digits = braced(head, *at, &end)) {
      *at = end;
      return digits;
    }
  }
  std::size_t end = 0;
  if (auto first = braced("\\dot", *at, &end)) {
    const std::string_view middle = Digits(text, end);
    std::size_t last_end = 0;
    if (auto last = braced("\\dot", end + middle.size(), &last_end)) {
      *at = last_end;
      return *first + std::string(middle) + *last;
    }
    *at = end;
    return first;
  }
  if (rest.starts_with("(")) {
    const std::string_view digits = Digits(text, *at + 1);
    if (!digits.empty() && At(text, *at + 1 + digits.size()) == ')') {
      *at += digits.size() + 2;
      return std::string(digits);
    }
  }
  // 0.333... : the shortest block that ends the digits three times (twice where it is longer than
  // one).
  std::size_t dots = *at;
  while (At(text, dots) == ' ') ++dots;
  for (const std::string_view mark : {"\\ldots", "\\dots", "\\cdots", "..."}) {
    if (!text.substr(std::min(dots, text.size())).starts_with(mark)) continue;
    const std::string& f = *fraction;
    for (std::size_t period = 1; period <= f.size() / 2 && period <= 64; ++period) {
      const std::size_t times = period == 1 ? 3 : 2;
      if (f.size() < period * times) continue;
      bool repeats = true;
      for (std::size_t i = f.size() - period * (times - 1); i < f.size(); ++i) {
        repeats = repeats && f[i] == f[i - period];
      }
      if (!repeats) continue;
      std::string block = f.substr(f.size() - period);
      *at = dots + mark.size();
      return block;
    }
  }
  return std::nullopt;
}

}  // namespace

bool ScanNumber(std::string_view text, std::size_t* at, bool inside_brackets, bool split_thousands,
                Tokens* tokens, Token* token) {
  const std::size_t start = *at;
  token->kind = TokenKind::kNumber;
  std::string digits(Digits(text, start));
  std::size_t i = start + digits.size();
  if (!digits.empty() && digits.size() <= 3 && digits[0] != '0') {
    i = ReadGroups(text, start, i, !inside_brackets && !split_thousands, &digits,
                   &tokens->has_comma_thousands);
  }
  token->text = digits;
  std::string fraction;
  std::optional<std::string> recurring;
  if (At(text, i) == '.') {
    const std::string_view decimals = Digits(text, i + 1);
    std::size_t after = i + 1 + decimals.size();
    fraction = decimals;
    recurring = ReadRecurring(text, &after, &fraction);
    const char next = At(text, i + 1);
    if (decimals.empty() && (next == '/' || next == '*')) ++i;  // 1./3, as programs print it
    if (!decimals.empty() || recurring) {
      i = after;
      token->text += '.' + fraction;
    }
  }
  if (digits.size() + fraction.size() > kMaxAnswerDigits || (recurring && recurring->size() > 1000))
    return false;
  const auto places = static_cast<std::int64_t>(fraction.size());
  token->is_decimal = !fraction.empty() && !recurring;
  token->last_digit = static_cast<std::int32_t>(-places);
  const std::string all = digits + fraction;
  token->value = Rational::FromDigits(all.empty() ? "0" : all);
  if (places > 0) token->value = token->value / Rational::PowerOfTen(places);
  if (recurring) {  // block / (10^places * (10^length - 1))
    const Rational nines =
        Rational::PowerOfTen(static_cast<std::int64_t>(recurring->size())) - Rational(1);
    token->value =
        token->value + Rational::FromDigits(*recurring) / (Rational::PowerOfTen(places) * nines);
    token->text += '(' + *recurring + ')';
  } else if (At(text, i) == 'e' || At(text, i) == 'E') {
    const char sign = At(text, i + 1);
    const bool has_sign = sign == '-' || sign == '+';
    const std::string_view exponent = Digits(text, i + (has_sign ? 2 : 1));
    const std::size_t end = i + (has_sign ? 2 : 1) + exponent.size();
    if (!exponent.empty() && exponent.size() <= 4 && !IsLetter(At(text, end)) &&
        !(At(text, end) == '.' && IsDigit(At(text, end + 1)))) {
      std::int64_t power = 0;
      for (const char c : exponent) power = power * 10 + (c - '0');
      if (sign == '-') power = -power;
      token->value = token->value * Rational::PowerOfTen(power);
      token->is_decimal = true;
      token->last_digit += static_cast<std::int32_t>(power);
      token->text += text.substr(i, end - i);
      i = end;
    }
  }
  *at = i;
  return true;
}

}  // namespace fuseo1
