#include "eval/compat/extract.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

constexpr RuneView kChoiceLetters = U"ABCDE";

RuneView AfterLast(RuneView text, RuneView marker) {
  return text.substr(text.rfind(marker) + marker.size());
}

// After the last "boxed": a brace group with its matching end (or all of it), or the text up to a
// dollar.
RuneView AfterBox(RuneView rest) {
  if (rest.front() != U'{') {
    return TrimSpace(rest.substr(0, rest.find(U'$')));
  }
  std::size_t depth = 1;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == U'{') {
      ++depth;
    } else if (rest[i] == U'}' && --depth == 0) {
      return rest.substr(1, i - 1);
    }
  }
  return rest.substr(1);
}

// The last number: optional minus, digits, optional point and digits, once the commas are gone.
Runes LastNumber(RuneView response) {
  Runes text(response);
  ReplaceAll(text, U",", U"");
  const auto digit = [&](std::size_t i) {
    return i < text.size() && UnicodeDigitValue(text[i]) >= 0;
  };
  Runes last;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + (text[i] == U'-' ? 1 : 0);
    const std::size_t digits_begin = end;
    while (digit(end)) {
      ++end;
    }
    bool found = end > digits_begin;
    if (end < text.size() && text[end] == U'.' && digit(end + 1)) {
      found = true;
      for (++end; digit(end); ++end) {
      }
    }
    if (!found) {
      ++i;
      continue;
    }
    last = text.substr(i, end - i);
    i = end;
  }
  return last;
}

// "\n" and the white space after it go: an answer is one line.
Runes JoinLines(RuneView text) {
  Runes out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != U'\n') {
      out += text[i++];
      continue;
    }
    while (i < text.size() && IsUnicodeSpace(text[i])) {
      ++i;
    }
  }
  return out;
}

// The rules of 3.2 before normalising; nothing for "a box word with nothing after it".
std::optional<Runes> RawAnswer(RuneView text) {
  constexpr RuneView kHopeOpen = U"final answer is $";
  constexpr RuneView kHopeClose = U"$. I hope";
  if (ContainsRunes(text, kHopeOpen) && ContainsRunes(text, kHopeClose)) {
    const RuneView rest = text.substr(text.find(kHopeOpen) + kHopeOpen.size());
    return Runes(TrimSpace(rest.substr(0, rest.find(kHopeClose))));
  }
  if (ContainsRunes(text, U"boxed")) {
    const RuneView rest = AfterLast(text, U"boxed");
    return rest.empty() ? std::nullopt : std::optional<Runes>(AfterBox(rest));
  }
  for (const RuneView phrase : {RuneView(U"he answer is"), RuneView(U"final answer is")}) {
    if (ContainsRunes(text, phrase)) {
      return Runes(TrimSpace(AfterLast(text, phrase)));
    }
  }
  constexpr RuneView kChinese = U"答案是";
  if (ContainsRunes(text, kChinese)) {
    RuneView rest = text.substr(text.find(kChinese) + kChinese.size());
    rest = TrimSpace(rest.substr(0, rest.find(kChinese)));
    return Runes(TrimSpace(rest.substr(0, rest.find(U"\n\n"))));
  }
  return LastNumber(text);
}

// Letters A..E that stand alone (word boundaries on both sides) in `text`.
Runes StandAloneLetters(RuneView text) {
  Runes letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before = i > 0 && IsUnicodeWord(text[i - 1]);
    const bool after = i + 1 < text.size() && IsUnicodeWord(text[i + 1]);
    if (kChoiceLetters.find(text[i]) != RuneView::npos && !before && !after) {
      letters += text[i];
    }
  }
  return letters;
}

// Where the last of the two choice phrases ends, or npos.
std::size_t AfterLastPhrase(RuneView text) {
  std::size_t after = RuneView::npos;
  for (const RuneView phrase : {RuneView(U"choice is"), RuneView(U"answer is")}) {
    const std::size_t at = text.rfind(phrase);
    if (at != RuneView::npos && (after == RuneView::npos || at + phrase.size() > after)) {
      after = at + phrase.size();
    }
  }
  return after;
}

RuneView TrimChoice(RuneView text) {
  text = TrimRight(TrimRight(TrimAny(text, U"\n"), U"."), U"/");
  return TrimLeft(TrimAny(text, U" "), U":");
}

Runes LetterOrText(RuneView text, bool first) {
  const Runes letters = StandAloneLetters(UpperRunes(text));
  if (!letters.empty()) {
    return {first ? letters.front() : letters.back()};
  }
  return Runes(TrimRight(TrimRight(TrimAny(TrimSpace(text), U"."), U"."), U"/"));
}

bool AllChoiceLetters(RuneView text) {
  return text.find_first_not_of(kChoiceLetters) == RuneView::npos;
}

bool IsOneChoice(RuneView text) { return text.size() == 1 && AllChoiceLetters(text); }

}  // namespace

Runes ExtractPublished(RuneView response, UnitStep units) {
  Runes text(response);
  ReplaceAll(text, U"ки", U"");
  const std::optional<Runes> raw = RawAnswer(text);
  if (!raw) {
    return {};
  }
  Runes answer = JoinLines(*raw);
  if (!answer.empty() && answer.front() == U':') {
    answer.erase(answer.begin());
  }
  for (const char32_t tail : {U'.', U'/'}) {
    if (!answer.empty() && answer.back() == tail) {
      answer.pop_back();
    }
  }
  return NormaliseAnswer(answer, units);
}

Runes CleanChoice(RuneView text) {
  text = TrimAny(text, U"\n");
  if (CountRunes(text, U"choice is") > 1 || CountRunes(text, U"answer is") > 1) {
    text = text.substr(0, text.find(U"\n\n"));
  }
  const std::size_t after = AfterLastPhrase(text);
  const bool phrased = after != RuneView::npos;
  return LetterOrText(TrimChoice(phrased ? text.substr(after) : text), phrased);
}

Runes CleanChoiceSimple(RuneView text) { return LetterOrText(TrimChoice(text), false); }

Runes PublishedPrediction(RuneView response, RuneView gold, UnitStep units) {
  Runes answer =
      response.empty() ? Runes() : NormaliseAnswer(ExtractPublished(response, units), units);
  if (IsOneChoice(gold)) {
    return IsOneChoice(answer) ? answer : CleanChoice(response);
  }
  if (AllChoiceLetters(gold) && !AllChoiceLetters(answer)) {
    Runes letters;
    for (const char32_t c : answer) {
      if (kChoiceLetters.find(c) != RuneView::npos) {
        letters += c;
      }
    }
    return letters;
  }
  return answer;
}

Runes PublishedGold(std::string_view raw, GoldRule rule) {
  Runes text = RunesFromUtf8(raw);
  switch (rule) {
    case GoldRule::kTwicePassed:
      return NormaliseAnswer(NormaliseAnswer(text));
    case GoldRule::kFromSolution:
      return ExtractPublished(text);
    case GoldRule::kMinerva:
      text = ExtractPublished(text, UnitStep::kSkip);
      ReplaceAll(text, U"\\neq", U"\\ne");
      ReplaceAll(text, U"\\leq", U"\\le");
      ReplaceAll(text, U"\\geq", U"\\ge");
      return text;
  }
  return text;
}

}  // namespace fuseo1
