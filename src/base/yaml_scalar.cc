// YAML 1.1 meanings of plain scalars, after the type repository at yaml.org/type and the narrower
// floats of PyYAML (an exponent needs a dot and a sign).
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "base/text.h"
#include "base/yaml.h"

namespace fuseo1 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Skips characters that `accept` takes; the count.
template <class Accept>
std::size_t Skip(std::string_view* text, Accept accept) {
  std::size_t n = 0;
  while (n < text->size() && accept((*text)[n])) {
    ++n;
  }
  text->remove_prefix(n);
  return n;
}

bool TakeSign(std::string_view* text) {
  if (!text->empty() && (text->front() == '-' || text->front() == '+')) {
    const bool negative = text->front() == '-';
    text->remove_prefix(1);
    return negative;
  }
  return false;
}

std::string WithoutUnderscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') {
      out += c;
    }
  }
  return out;
}

void SetInteger(YamlNode* node, bool negative, double magnitude,
                std::optional<std::uint64_t> exact) {
  node->kind = YamlKind::kInt;
  node->number = negative ? -magnitude : magnitude;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (exact && *exact <= kMax) {
    node->integer =
        negative ? -static_cast<std::int64_t>(*exact) : static_cast<std::int64_t>(*exact);
  }
}

bool ParseRadix(std::string_view digits, int radix, bool negative, YamlNode* node) {
  const std::string plain = WithoutUnderscores(digits);
  if (plain.empty()) {
    return false;
  }
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), value, radix);
  if (error == std::errc() && end == plain.data() + plain.size()) {
    SetInteger(node, negative, static_cast<double>(value), value);
    return true;
  }
  double wide = 0;  // beyond 64 bits: its nearest double
  for (const char c : plain) {
    const int digit = IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
    wide = wide * radix + digit;
  }
  SetInteger(node, negative, wide, std::nullopt);
  return true;
}

// The parts of 1:30:05 as one number of base 60.
bool ParseSexagesimal(std::string_view text, bool negative, YamlNode* node) {
  std::string_view rest = text;
  double total = 0;
  bool first = true;
  bool fraction = false;
  for (;;) {
    const std::string_view before = rest;
    const std::size_t n = Skip(&rest, [&](char c) { return IsDigit(c) || (c == '_' && first); });
    if (n == 0 || (!first && (n > 2 || (n == 2 && before[0] > '5')))) {
      return false;
    }
    total = total * 60 + std::strtod(WithoutUnderscores(before.substr(0, n)).c_str(), nullptr);
    if (rest.empty()) {
      break;
    }
    if (rest.front() == '.' && !first) {
      const std::string tail = WithoutUnderscores(rest);
      if (rest.find_first_not_of("0123456789_", 1) != std::string_view::npos) {
        return false;
      }
      total += std::strtod(tail.c_str(), nullptr);
      fraction = true;
      break;
    }
    if (rest.front() != ':') {
      return false;
    }
    rest.remove_prefix(1);
    first = false;
  }
  if (first) {
    return false;
  }
  if (fraction) {
    node->kind = YamlKind::kFloat;
    node->number = negative ? -total : total;
  } else {
    const bool fits = total < 9e15;
    SetInteger(node, negative, total,
               fits ? std::optional(static_cast<std::uint64_t>(total)) : std::nullopt);
  }
  return true;
}

bool ParseInteger(std::string_view text, YamlNode* node) {
  std::string_view rest = text;
  const bool negative = TakeSign(&rest);
  if (rest.empty() || !IsDigit(rest.front())) {
    return false;
  }
  if (rest.front() == '0' && rest.size() > 1) {
    const std::string_view digits = rest.substr(2);
    if (rest[1] == 'b') {
      return !digits.empty() && digits.find_first_not_of("01_") == std::string_view::npos &&
             ParseRadix(digits, 2, negative, node);
    }
    if (rest[1] == 'x') {
      return !digits.empty() &&
             digits.find_first_not_of("0123456789abcdefABCDEF_") == std::string_view::npos &&
             ParseRadix(digits, 16, negative, node);
    }
    return rest.find_first_not_of("01234567_") == std::string_view::npos &&
           ParseRadix(rest, 8, negative, node);
  }
  if (rest.find_first_not_of("0123456789_") == std::string_view::npos) {
    return ParseRadix(rest, 10, negative, node);
  }
  return rest.front() != '0' && rest.find('.') == std::string_view::npos &&
         ParseSexagesimal(rest, negative, node);
}

// 1.5, 1., 1_0.5e+3, .5, 1:30.5
bool ParseFloat(std::string_view text, YamlNode* node) {
  std::string_view rest = text;
  const bool negative = TakeSign(&rest);
  const bool is_signed = rest.size() != text.size();
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF") {
    node->kind = YamlKind::kFloat;
    node->number = negative ? -std::numeric_limits<double>::infinity()
                            : std::numeric_limits<double>::infinity();
    return true;
  }
  if (!is_signed && (rest == ".nan" || rest == ".NaN" || rest == ".NAN")) {
    node->kind = YamlKind::kFloat;
    node->number = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (rest.empty() || (!IsDigit(rest.front()) && (rest.front() != '.' || is_signed))) {
    return false;
  }
  if (rest.find(':') != std::string_view::npos) {
    return rest.find('.') != std::string_view::npos && ParseSexagesimal(rest, negative, node);
  }
  const std::string_view number = rest;
  const bool leading_dot = rest.front() == '.';
  Skip(&rest, [](char c) { return IsDigit(c) || c == '_'; });
  if (rest.empty() || rest.front() != '.') {
    return false;
  }
  rest.remove_prefix(1);
  if (leading_dot && (rest.empty() || !IsDigit(rest.front()))) {
    return false;
  }
  Skip(&rest, [](char c) { return IsDigit(c) || c == '_'; });
  if (!rest.empty()) {
    if (rest.size() < 3 || (rest[0] | 0x20) != 'e' || (rest[1] != '+' && rest[1] != '-') ||
        rest.find_first_not_of("0123456789", 2) != std::string_view::npos) {
      return false;
    }
  }
  const std::string plain = WithoutUnderscores(number);
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(plain.c_str(), nullptr);  // infinity, or the nearest to zero
  }
  node->kind = YamlKind::kFloat;
  node->number = negative ? -value : value;
  return true;
}

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text == word) {
      return true;
    }
  }
  return false;
}

}  // namespace

YamlNode ResolveYamlScalar(std::string text) {
  static constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
  static constexpr std::array<std::string_view, 9> kTrue = {"yes",  "Yes", "YES", "true", "True",
                                                            "TRUE", "on",  "On",  "ON"};
  static constexpr std::array<std::string_view, 9> kFalse = {
      "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  YamlNode node;
  node.kind = YamlKind::kText;
  if (IsOneOf(text, kNull)) {
    node.kind = YamlKind::kNull;
  } else if (IsOneOf(text, kTrue) || IsOneOf(text, kFalse)) {
    node.kind = YamlKind::kBool;
    node.boolean = IsOneOf(text, kTrue);
    node.number = node.boolean ? 1 : 0;
  } else if (text.size() <= 400 && !ParseInteger(text, &node)) {
    // Longer than any number that is not infinite: text.
    ParseFloat(text, &node);
  }
  node.text = std::move(text);
  return node;
}

std::string YamlPlace(std::string_view file, int line, int column) {
  return Printable(file) + ": line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string DescribeYaml(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::kNull:
      return "nothing";
    case YamlKind::kBool:
      return "the boolean " + Quoted(node.text);
    case YamlKind::kInt:
    case YamlKind::kFloat:
      return "the number " + Quoted(node.text, 60);
    case YamlKind::kText:
      return "the text " + Quoted(node.text, 60);
    case YamlKind::kList:
      return "a list";
    case YamlKind::kMap:
      return "a mapping";
  }
  return "";
}

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlMember& member : members) {
    if (member.key == key) {
      return &member.value;
    }
  }
  return nullptr;
}

}  // namespace fuseo1
