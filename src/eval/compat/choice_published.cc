#include "eval/compat/choice_published.h"

#include "eval/compat/runes.h"
#include "eval/compat/unicode_classes.h"

namespace fuseo1 {
namespace {

bool StandsAlone(RuneView text, std::size_t at) {
  const bool before = at > 0 && IsUnicodeWord(text[at - 1]);
  const bool after = at + 1 < text.size() && IsUnicodeWord(text[at + 1]);
  return !before && !after;
}

bool InRange(char32_t c, char32_t last) { return c >= U'A' && c <= last; }

std::size_t LastStandAlone(RuneView text, char32_t last) {
  for (std::size_t i = text.size(); i-- > 0;) {
    if (InRange(text[i], last) && StandsAlone(text, i)) {
      return i;
    }
  }
  return RuneView::npos;
}

std::string Letter(char32_t c) { return {static_cast<char>(c)}; }

// "answer is", one space, an optional bracket, a capital: the first in the text.
char32_t AfterAnswerIs(RuneView text) {
  constexpr RuneView kPhrase = U"answer is ";
  for (std::size_t at = text.find(kPhrase); at != RuneView::npos; at = text.find(kPhrase, at + 1)) {
    std::size_t i = at + kPhrase.size();
    i += i < text.size() && text[i] == U'(' ? 1 : 0;
    if (i < text.size() && InRange(text[i], U'J')) {
      return text[i];
    }
  }
  return 0;
}

// On one line: anything, "answer:" or "Answer:", white space, a capital; the last such place of the
// first line that has one. The white space may run over line ends.
char32_t AfterAnswerColon(RuneView text) {
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t newline = text.find(U'\n', begin);
    const std::size_t end = newline == RuneView::npos ? text.size() : newline;
    for (std::size_t at = end; at-- > begin;) {
      constexpr RuneView kTail = U"nswer:";
      const bool word = (text[at] == U'a' || text[at] == U'A') &&
                        text.substr(at + 1, kTail.size()) == kTail && at + 1 + kTail.size() <= end;
      if (!word) {
        continue;
      }
      std::size_t i = at + 1 + kTail.size();
      while (i < text.size() && IsUnicodeSpace(text[i])) {
        ++i;
      }
      if (i < text.size() && InRange(text[i], U'J')) {
        return text[i];
      }
    }
    begin = end + 1;
  }
  return 0;
}

}  // namespace

std::string PublishedChoice(std::string_view response) {
  const Runes text = RunesFromUtf8(response);
  const Runes upper = UpperRunes(text);
  const std::size_t at = LastStandAlone(upper, U'D');
  if (at != RuneView::npos) {
    return Letter(upper[at]);
  }
  return Utf8FromRunes(TrimAny(TrimSpace(text), U"."));
}

std::optional<std::string> PublishedChoiceOfTen(std::string_view response) {
  const Runes text = RunesFromUtf8(response);
  if (const char32_t letter = AfterAnswerIs(text)) {
    return Letter(letter);
  }
  if (const char32_t letter = AfterAnswerColon(text)) {
    return Letter(letter);
  }
  const std::size_t at = LastStandAlone(text, U'J');
  return at == RuneView::npos ? std::nullopt : std::optional<std::string>(Letter(text[at]));
}

}  // namespace fuseo1
