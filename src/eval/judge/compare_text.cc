#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"
#include "eval/judge/compare.h"
#include "eval/judge/decimal.h"
#include "eval/judge/python_number.h"

namespace fuseo1 {
namespace {

using Lines = std::vector<std::string_view>;

// The length of the white space character (as str.isspace of Python knows them) at the front, or 0.
std::size_t SpaceAt(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = static_cast<unsigned char>(text[0]);
  if ((byte >= 9 && byte <= 13) || (byte >= 0x1c && byte <= 0x20)) return 1;
  if (byte < 0x80) return 0;
  for (const std::string_view space :
       {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
        "\xe2\x81\x9f", "\xe3\x80\x80"}) {
    if (StartsWith(text, space)) return space.size();
  }
  if (text.size() >= 3 && StartsWith(text, "\xe2\x80") &&
      static_cast<unsigned char>(text[2]) >= 0x80 && static_cast<unsigned char>(text[2]) <= 0x8a) {
    return 3;
  }
  return 0;
}

std::string_view Strip(std::string_view text) {
  while (const std::size_t size = SpaceAt(text)) text.remove_prefix(size);
  for (bool again = true; again && !text.empty();) {
    again = false;
    for (std::size_t size = 1; size <= 3 && size <= text.size() && !again; ++size) {
      if (SpaceAt(text.substr(text.size() - size)) == size) {
        text.remove_suffix(size);
        again = true;
      }
    }
  }
  return text;
}

Lines SplitAtNewlines(std::string_view text) {
  Lines lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Python's str.splitlines.
Lines SplitLines(std::string_view text) {
  Lines lines;
  std::size_t begin = 0, i = 0;
  while (i < text.size()) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t size = 0;
    if (text.substr(i, 2) == "\r\n") {
      size = 2;
    } else if ((byte >= 10 && byte <= 13) || (byte >= 0x1c && byte <= 0x1e)) {
      size = 1;
    } else if (text.substr(i, 2) == "\xc2\x85") {
      size = 2;
    } else if (text.substr(i, 3) == "\xe2\x80\xa8" || text.substr(i, 3) == "\xe2\x80\xa9") {
      size = 3;
    }
    if (size == 0) {
      ++i;
      continue;
    }
    lines.push_back(text.substr(begin, i - begin));
    begin = i += size;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

Lines Tokens(std::string_view line) {
  Lines tokens;
  while (true) {
    while (const std::size_t size = SpaceAt(line)) line.remove_prefix(size);
    if (line.empty()) return tokens;
    std::size_t end = 0;
    while (end < line.size() && SpaceAt(line.substr(end)) == 0) ++end;
    tokens.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool SameNumber(std::string_view a, std::string_view b) {
  const std::optional<std::string> left = CanonicalDecimal(a);
  return left && left == CanonicalDecimal(b);
}

void DropEmptyTail(Lines& lines) {
  while (!lines.empty() && Strip(lines.back()).empty()) lines.pop_back();
}

bool StrictOutput(std::string_view output, std::string_view expected) {
  Lines left = SplitAtNewlines(output), right = SplitAtNewlines(expected);
  DropEmptyTail(left);
  DropEmptyTail(right);
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    const Lines a = Tokens(left[i]), b = Tokens(right[i]);
    if (a.size() != b.size()) return false;
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (a[k] != b[k] && !SameNumber(a[k], b[k])) return false;
    }
  }
  return true;
}

bool SamePythonDecimal(std::string_view a, std::string_view b) {
  const std::optional<std::string> left = PythonDecimal(a);
  return left && left == PythonDecimal(b);
}

// Whole text and lines stripped; a line is equal as text, or all its tokens are decimals and equal
// ones.
bool Lcb2025Output(std::string_view output, std::string_view expected) {
  const Lines left = SplitAtNewlines(Strip(output)), right = SplitAtNewlines(Strip(expected));
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (Strip(left[i]) == Strip(right[i])) continue;
    const Lines a = Tokens(left[i]), b = Tokens(right[i]);
    if (a.size() != b.size()) return false;
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (!SamePythonDecimal(a[k], b[k])) return false;
    }
  }
  return true;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string Joined(const Lines& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text.append(i == 0 ? "" : "\n").append(lines[i]);
  return text;
}

// eval-spec 5.5, rules (a) to (e).
bool LcbForkOutput(std::string_view output, std::string_view expected) {
  Lines lines = SplitLines(output);
  const std::string_view wanted_text = Strip(expected);
  if (Strip(Joined(lines)) == wanted_text) return true;
  for (std::string_view& line : lines) line = Strip(line);
  if (Strip(Joined(lines)) == wanted_text) return true;
  Lines wanted;
  for (const std::string_view line : SplitAtNewlines(expected)) {
    if (!Strip(line).empty()) wanted.push_back(Strip(line));
  }
  if (lines == wanted) return true;
  std::erase_if(lines, [](std::string_view line) { return line.empty(); });
  if (lines == wanted) return true;
  if (lines.size() != wanted.size()) return false;
  bool all_integers = true, all_close = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::optional<double> x = PythonFloat(lines[i]), y = PythonFloat(wanted[i]);
    if (!x || !y) return false;
    all_integers = all_integers && IsDigits(lines[i]) && IsDigits(wanted[i]);
    all_close = all_close && (*x == *y || std::abs(*x - *y) <= 1e-8 + 1e-5 * std::abs(*y));
  }
  return all_close && !all_integers;
}

}  // namespace

std::string_view ComparatorName(Comparator comparator) {
  switch (comparator) {
    case Comparator::kStrict:
      return "strict";
    case Comparator::kLcb2025:
      return "lcb-2025";
    case Comparator::kLcbFork:
      return "lcb-fork";
  }
  return "";
}

std::optional<Comparator> FindComparator(std::string_view name) {
  for (const Comparator comparator :
       {Comparator::kStrict, Comparator::kLcb2025, Comparator::kLcbFork}) {
    if (name == ComparatorName(comparator)) return comparator;
  }
  return std::nullopt;
}

bool SameOutput(std::string_view output, std::string_view expected, Comparator comparator) {
  switch (comparator) {
    case Comparator::kStrict:
      return StrictOutput(output, expected);
    case Comparator::kLcb2025:
      return Lcb2025Output(output, expected);
    case Comparator::kLcbFork:
      return LcbForkOutput(output, expected);
  }
  return false;
}

}  // namespace fuseo1
