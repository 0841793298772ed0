#include "eval/compat/fractions.h"

#include <algorithm>
#include <optional>

#include "eval/compat/number_words.h"
#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxIntegerRunes = 4300;

// An integer exactly as it would be printed: no plus, no leading zero, no "-0".
bool IsCanonicalInteger(RuneView text) {
  const bool negative = !text.empty() && text.front() == U'-';
  const RuneView digits = negative ? text.substr(1) : text;
  if (digits.empty() || digits.size() > kMaxIntegerRunes ||
      digits.find_first_not_of(U"0123456789") != RuneView::npos) {
    return false;
  }
  return digits.front() != U'0' || (digits.size() == 1 && !negative);
}

}  // namespace

Runes BraceRoots(RuneView text) {
  constexpr RuneView kRoot = U"\\sqrt";
  Runes out;
  std::size_t at = 0;
  for (std::size_t root = text.find(kRoot); root != RuneView::npos; root = text.find(kRoot, at)) {
    const std::size_t begin = root + kRoot.size();
    std::size_t end = begin;
    while (end < text.size() && IsUnicodeWord(text[end])) {
      ++end;
    }
    out.append(text, at, begin - at);
    if (end > begin) {
      out += U'{';
      out.append(text, begin, end - begin);
      out += U'}';
    }
    at = end;
  }
  out.append(text, at, RuneView::npos);
  return out;
}

Runes BraceFractions(RuneView text) {
  const std::vector<RuneView> parts = SplitRunes(text, U"\\frac");
  Runes out(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const RuneView part = parts[i];
    out += U"\\frac";
    if (!part.empty() && part[0] == U'{') {
      out += part;
      continue;
    }
    if (part.size() < 2) {
      return Runes(text);
    }
    out += U'{';
    out += part[0];
    out += U'}';
    if (part[1] == U'{') {
      out += part.substr(1);
    } else {
      out += U'{';
      out += part[1];
      out += U'}';
      out += part.substr(2);
    }
  }
  return out;
}

Runes SlashToFraction(RuneView text) {
  const std::vector<RuneView> sides = SplitRunes(text, U"/");
  const auto fits = [](RuneView side) {
    return ContainsRunes(side, U"sqrt") || IsCanonicalInteger(side);
  };
  if (sides.size() != 2 || !fits(sides[0]) || !fits(sides[1])) {
    return Runes(text);
  }
  return U"\\frac{" + Runes(sides[0]) + U"}{" + Runes(sides[1]) + U"}";
}

Runes SingleWordNumbers(RuneView text) {
  constexpr RuneView kOpen = U"\\text{";
  Runes out;
  std::size_t at = 0;
  for (std::size_t open = text.find(kOpen); open != RuneView::npos; open = text.find(kOpen, at)) {
    const std::size_t begin = open + kOpen.size();
    std::size_t end = begin;
    while (end < text.size() && IsUnicodeWord(text[end])) {
      ++end;
    }
    std::optional<Runes> number;
    if (end > begin && end < text.size() && text[end] == U'}') {
      number = NumberFromWords(text.substr(begin, end - begin));
    }
    out.append(text, at, open - at);
    if (number) {
      out += *number;
      at = end + 1;
    } else {
      out += kOpen;
      at = begin;
    }
  }
  out.append(text, at, RuneView::npos);
  return out;
}

Runes BareIntegers(RuneView text) {
  Runes out(text);
  if (out.size() > 1 && out[0] == U'\\' && std::all_of(out.begin() + 1, out.end(), [](char32_t c) {
        return UnicodeDigitValue(c) >= 0;
      })) {
    out.erase(out.begin());
  }
  constexpr RuneView kGrade = U"thgrade";
  if (out.size() >= kGrade.size() && RuneView(out).substr(out.size() - kGrade.size()) == kGrade) {
    out.resize(out.size() - kGrade.size());
  }
  return out;
}

Runes SortIntegerList(RuneView text) {
  std::vector<RuneView> parts = SplitRunes(text, U",");
  if (parts.size() < 2) {
    return Runes(text);
  }
  for (RuneView& part : parts) {
    part = TrimSpace(part);
    if (!IsCanonicalInteger(part)) {
      return Runes(text);
    }
  }
  std::stable_sort(parts.begin(), parts.end(), [](RuneView a, RuneView b) {
    const bool a_negative = a.front() == U'-';
    const bool b_negative = b.front() == U'-';
    if (a_negative != b_negative) {
      return a_negative;
    }
    const bool smaller = a.size() != b.size() ? a.size() < b.size() : a < b;
    return a_negative ? (a != b && !smaller) : smaller;
  });
  Runes out;
  for (const RuneView part : parts) {
    out += out.empty() ? U"" : U",";
    out += part;
  }
  return out;
}

}  // namespace fuseo1
