#include "eval/compat/normalise.h"

#include <algorithm>
#include <array>
#include <optional>

#include "eval/compat/fractions.h"
#include "eval/compat/number_words.h"
#include "eval/compat/unicode_classes.h"
#include "eval/compat/unit_words.h"

namespace fuseo1 {
namespace {

// No gold is near this long, so a longer text is left as it is: it equals nothing, and 264 passes
// over a megabyte of prose would cost a second.
constexpr std::size_t kMaxNormalisedRunes = 20'000;

void Delete(Runes& text, RuneView part) { ReplaceAll(text, part, U""); }

// Deletes or rewrites each `open` … (shortest) … `close`; `keep` leaves the inside in place.
void ReplaceGroups(Runes& text, RuneView open, RuneView close, RuneView with, bool keep_inside) {
  Runes out;
  std::size_t at = 0;
  while (true) {
    const std::size_t begin = RuneView(text).find(open, at);
    const std::size_t end =
        begin == RuneView::npos ? begin : RuneView(text).find(close, begin + open.size());
    if (end == RuneView::npos) {
      break;
    }
    out.append(text, at, begin - at);
    out.append(with);
    if (keep_inside) {
      out.append(text, begin + open.size(), end - begin - open.size());
    }
    at = end + close.size();
  }
  out.append(text, at, Runes::npos);
  text = std::move(out);
}

void RenameCommands(Runes& text) {
  ReplaceGroups(text, U"\\begin{array}{", U"}", U"\\begin{pmatrix}", false);
  ReplaceAll(text, U"\\end{array}", U"\\end{pmatrix}");
  ReplaceAll(text, U"bmatrix", U"pmatrix");
  ReplaceAll(text, U"tfrac", U"frac");
  ReplaceAll(text, U"dfrac", U"frac");
  ReplaceAll(text, U"\\neq", U"\\ne");
  ReplaceAll(text, U"\\leq", U"\\le");
  ReplaceAll(text, U"\\geq", U"\\ge");
  Delete(text, U"\\left");
  Delete(text, U"\\right");
  ReplaceAll(text, U"\\{", U"{");
  ReplaceAll(text, U"\\}", U"}");
}

void DropTrailingTextUnit(Runes& text) {
  constexpr RuneView kOpen = U"\\text{";
  const std::size_t at = RuneView(text).find(kOpen);
  if (at == RuneView::npos || text.back() != U'}' || at + kOpen.size() >= text.size()) {
    return;
  }
  const RuneView rest = TrimSpace(RuneView(text).substr(0, at));
  if (!rest.empty()) {
    text = Runes(rest);
  }
}

// True where word[i] of the list, with dots as wildcards, stands at text[at].
bool WordAt(RuneView text, std::size_t at, RuneView word, bool plural) {
  const std::size_t size = word.size() + (plural ? 1 : 0);
  if (at + size > text.size()) {
    return false;
  }
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != U'.' && word[i] != text[at + i]) {
      return false;
    }
  }
  return !plural || text[at + word.size()] == U's';
}

// Deletes every bounded occurrence of one unit word. The bounding characters stay, but a match uses
// them up: "m m m" loses the first and the third m only.
void DeleteUnit(Runes& text, RuneView word, bool plural) {
  if (word.front() != U'.' && !ContainsRunes(text, word.substr(0, 1))) {
    return;
  }
  const std::size_t size = word.size() + (plural ? 1 : 0);
  const auto bound = [&](std::size_t i) { return !IsUnicodeWord(text[i]); };
  Runes out;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t word_at = std::string::npos;
    if (at == 0 && WordAt(text, 0, word, plural) && (size == text.size() || bound(size))) {
      word_at = 0;
    } else if (bound(at) && WordAt(text, at + 1, word, plural) &&
               (at + 1 + size == text.size() || bound(at + 1 + size))) {
      word_at = at + 1;
    }
    if (word_at == std::string::npos) {
      out += text[at++];
      continue;
    }
    changed = true;
    out.append(text, at, word_at - at);
    at = word_at + size;
    if (at < text.size()) {
      out += text[at++];
    }
  }
  if (changed && !out.empty()) {
    text = std::move(out);
  }
}

void DeleteUnits(Runes& text) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const bool plural : {false, true}) {
      for (const RuneView word : UnitWords()) {
        DeleteUnit(text, word, plural);
      }
    }
  }
}

void DropMarkup(Runes& text) {
  for (const RuneView mark : {U"^{\\circ}", U"^\\circ", U"\\$", U"$", U"\\(", U"\\)"}) {
    Delete(text, mark);
  }
  if (std::optional<Runes> number = NumberFromWords(text)) {
    text = *std::move(number);
  }
  ReplaceGroups(text, U"\\text{", U"}", U"", true);
  for (const RuneView name :
       {U"x=", U"y=", U"z=", U"x\\in", U"y\\in", U"z\\in", U"x\\to", U"y\\to", U"z\\to"}) {
    Delete(text, name);
  }
  ReplaceAll(text, U"\\emptyset", U"{}");
  ReplaceAll(text, U"(-\\infty,\\infty)", U"\\mathbb{R}");
  Delete(text, U"\\%");
  Delete(text, U"%");
  ReplaceAll(text, U" .", U" 0.");
  ReplaceAll(text, U"{.", U"{0.");
  ReplaceAll(text, U"infinity", U"\\infty");
  if (!ContainsRunes(text, U"\\infty")) {
    ReplaceAll(text, U"inf", U"\\infty");
  }
  Delete(text, U"and");
  Delete(text, U"\\mathbf");
  ReplaceGroups(text, U"\\mbox{", U"}", U"", false);
  if (ContainsRunes(text, U"j") && !ContainsRunes(text, U"i")) {
    ReplaceAll(text, U"j", U"i");
  }
}

// 2.000 -> 2 and 1.0x -> 1x: a point and zeros after digits go where no other digit follows. The
// reference needs a following character in its first pass and the end of the text in its second.
Runes DropZeroDecimals(RuneView text, bool at_end) {
  Runes out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t j = i;
    while (j < text.size() && UnicodeDigitValue(text[j]) >= 0) {
      ++j;
    }
    out.append(text, i, j - i);
    if (j == i) {
      out += text[i++];
      continue;
    }
    i = j;
    if (j == text.size() || text[j] != U'.') {
      continue;
    }
    std::size_t after = j + 1;
    while (after < text.size() && text[after] == U'0') {
      ++after;
    }
    if (at_end && after == text.size()) {
      return out;
    }
    if (!at_end && after < text.size() && UnicodeDigitValue(text[after]) < 0) {
      out += text[after];
      i = after + 1;
    }
  }
  return out;
}

Runes FinishText(Runes text) {
  text = DropZeroDecimals(text, false);
  text = DropZeroDecimals(text, true);
  if (text.empty()) {
    return text;
  }
  if (text.front() == U'.') {
    text.insert(text.begin(), U'0');
  }
  const std::vector<RuneView> sides = SplitRunes(text, U"=");
  if (sides.size() == 2 && sides[0].size() <= 2) {
    text = Runes(sides[1]);
  }
  text = BraceRoots(text);
  Delete(text, U" ");
  text = BraceFractions(text);
  return SlashToFraction(text);
}

// Trim, join the lines, drop trailing stops and negative space: step 1 of both normalisers.
Runes FirstSteps(RuneView text) {
  Runes out(TrimSpace(text));
  Delete(out, U"\n");
  out = Runes(TrimRight(out, U"."));
  Delete(out, U"\\!");
  return out;
}

}  // namespace

Runes NormaliseAnswer(RuneView text, UnitStep units) {
  Runes out = FirstSteps(text);
  if (out.size() > kMaxNormalisedRunes) {
    return out;
  }
  RenameCommands(out);
  DropTrailingTextUnit(out);
  if (units == UnitStep::kDelete) {
    DeleteUnits(out);
  }
  DropMarkup(out);
  return FinishText(std::move(out));
}

Runes NormaliseAnswerSecond(RuneView text) {
  Runes out = FirstSteps(text);
  if (out.size() > kMaxNormalisedRunes) {
    return out;
  }
  RenameCommands(out);
  out = SingleWordNumbers(out);
  ReplaceAll(out, U"cm}^2", U"cm}");
  ReplaceAll(out, U"inches}^2", U"inches}");
  DropTrailingTextUnit(out);
  DropMarkup(out);
  out = BareIntegers(FinishText(std::move(out)));
  return SortIntegerList(out);
}

}  // namespace fuseo1
