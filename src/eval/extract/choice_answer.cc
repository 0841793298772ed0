#include "eval/extract/choice_answer.h"

#include <algorithm>
#include <array>
#include <vector>

#include "eval/compat/runes.h"
#include "eval/compat/unicode_classes.h"
#include "eval/extract/reasoning.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kNone = RuneView::npos;

// Full-width forms as ASCII, ideographic spaces and full stops as theirs.
Runes PlainForms(std::string_view utf8) {
  Runes text = RunesFromUtf8(utf8);
  for (char32_t& c : text) {
    if (c >= 0xFF01 && c <= 0xFF5E) {
      c -= 0xFEE0;
    } else if (c == 0x3000 || c == 0xA0) {
      c = U' ';
    } else if (c == 0x3002) {
      c = U'.';
    }
  }
  return text;
}

// What may stand around a letter without meaning: markup, brackets, font commands.
std::size_t SkipMarkup(RuneView text, std::size_t at, bool newlines) {
  constexpr std::array<RuneView, 20> kCommands = {
      U"\\text",   U"\\textbf",       U"\\textit",       U"\\textrm", U"\\textsf",
      U"\\mathrm", U"\\mathbf",       U"\\mathit",       U"\\mathsf", U"\\bf",
      U"\\rm",     U"\\boldsymbol",   U"\\operatorname", U"\\left",   U"\\(",
      U"\\[",      U"\\displaystyle", U"\\texttt",       U"\\textsc", U"\\textnormal"};
  while (at < text.size()) {
    const char32_t c = text[at];
    if (RuneView(U" \t*_`$({[~\"'").find(c) != kNone || (newlines && (c == U'\n' || c == U'\r'))) {
      ++at;
      continue;
    }
    if (c != U'\\') {
      break;
    }
    std::size_t longest = 0;
    for (const RuneView command : kCommands) {
      const std::size_t after = at + command.size();
      const bool ends = !IsUnicodeAlphanumeric(command.back()) || after >= text.size() ||
                        !IsUnicodeAlphanumeric(text[after]);
      if (ends && text.substr(at, command.size()) == command) {
        longest = std::max(longest, command.size());
      }
    }
    if (longest == 0 && at + 1 < text.size() && RuneView(U",;:! ").find(text[at + 1]) != kNone) {
      longest = 2;
    }
    if (longest == 0) {
      break;
    }
    at += longest;
  }
  return at;
}

std::size_t SkipClosing(RuneView text, std::size_t at) {
  while (at < text.size()) {
    if (RuneView(U" \t*_`$)}]~\"'").find(text[at]) != kNone) {
      ++at;
    } else if (text.substr(at, 2) == U"\\)" || text.substr(at, 2) == U"\\]") {
      at += 2;
    } else if (text.substr(at, 6) == U"\\right") {
      at += 6;
    } else {
      break;
    }
  }
  return at;
}

// Moves past one of `words` (lower case) and the markup after it.
std::size_t SkipWord(RuneView text, std::size_t at, std::span<const RuneView> words) {
  for (const RuneView word : words) {
    const std::size_t end = at + word.size();
    if (LowerRunes(text.substr(at, word.size())) == word &&
        (end >= text.size() || !IsUnicodeWord(text[end]))) {
      while (end < text.size() && text[at + word.size()] == U':') {
        return SkipMarkup(text, end + 1, false);
      }
      return SkipMarkup(text, end, false);
    }
  }
  return at;
}

// The index of the option that the character names, or kNone. Lower-case letters count.
std::size_t OptionOf(char32_t c, std::size_t options) {
  const char32_t upper = c >= U'a' && c <= U'z' ? c - 32 : c;
  return upper >= U'A' && upper < U'A' + options ? upper - U'A' : kNone;
}

bool IsLatinLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }

// Chinese is written without blanks: a letter beside it stands alone.
bool JoinsLetters(char32_t c) { return IsUnicodeWord(c) && (c < 0x2E80 || c > 0x9FFF); }

bool LetterAt(RuneView text, std::size_t at) {
  if (at >= text.size() || !IsLatinLetter(text[at])) return false;
  if (at > 0 && JoinsLetters(text[at - 1]) && text[at - 1] != U'_') return false;
  if (at + 1 >= text.size()) return true;
  const char32_t next = text[at + 1];
  const bool name = next == U'+' || (next == U'-' && at + 2 < text.size() && text[at + 2] >= U'0' &&
                                     text[at + 2] <= U'9');  // C++, B-12
  return !JoinsLetters(next) && !name;
}

// "A because", "C since": a word that may follow a chosen letter. Other lower-case words after A or
// I make these the article and the pronoun.
bool ReadsAsWord(RuneView text, std::size_t at) {
  const char32_t c = text[at];
  const bool lower = c >= U'a' && c <= U'z';
  if (!lower && c != U'A' && c != U'I') {
    return false;
  }
  std::size_t i = at + 1;
  if (i >= text.size() || (text[i] != U' ' && text[i] != U'\'' && text[i] != U'\t')) {
    return false;
  }
  if (text[i] == U'\'') {
    return true;  // I'm
  }
  while (i < text.size() && (text[i] == U' ' || text[i] == U'\t')) {
    ++i;
  }
  std::size_t end = i;
  while (end < text.size() && IsUnicodeWord(text[end])) {
    ++end;
  }
  const RuneView word = text.substr(i, end - i);
  constexpr std::array<RuneView, 19> kFollowers = {
      U"because", U"since", U"as",    U"which",   U"for", U"due", U"so",
      U"with",    U"but",   U"given", U"based",   U"by",  U"and", U"or",
      U"where",   U"not",   U"from",  U"however", U"here"};
  const bool is_word = !word.empty() && word[0] >= U'a' && word[0] <= U'z';
  return is_word && std::find(kFollowers.begin(), kFollowers.end(), word) == kFollowers.end();
}

// Another option named right after the one that ends at `at`: "A or B", "A, C", "A/B".
bool SecondLetterFollows(RuneView text, std::size_t at, std::size_t options) {
  std::size_t i = SkipClosing(text, at);
  bool joined = false;
  const bool clause = i < text.size() && text[i] == U';';  // "C; A and B fail" names one
  for (int part = 0; part < 2; ++part) {
    const std::size_t before = i;
    if (i < text.size() && RuneView(U",/&+;、").find(text[i]) != kNone) {
      i = SkipMarkup(text, i + 1, false);
    }
    constexpr std::array<RuneView, 5> kJoins = {U"and", U"or", U"&", U"\\&", U"\\text{ and }"};
    i = SkipWord(text, i, kJoins);
    if (i < text.size() && (text[i] == U'和' || text[i] == U'或' || text[i] == U'与')) {
      i = SkipMarkup(text, i + 1, false);
    }
    if (i == before) {
      break;
    }
    joined = true;
  }
  constexpr std::array<RuneView, 3> kNouns = {U"option", U"choice", U"answer"};
  i = SkipWord(text, i, kNouns);
  if (clause && i + 1 < text.size() && text[SkipClosing(text, i + 1) - 1] == U' ') return false;
  return joined && LetterAt(text, i) && OptionOf(text[i], options) != kNone &&
         !ReadsAsWord(text, i) && !(text[i] >= U'a' && text[i] <= U'z');
}

// Letters, digits and dots of a text, lower case: how option texts are compared.
Runes Essence(RuneView text) {
  Runes out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const RuneView font :
         {RuneView(U"\\textbf"), RuneView(U"\\text"), RuneView(U"\\mathrm")}) {
      if (text.substr(i, font.size()) == font) i += font.size();
    }
    if (i >= text.size()) break;
    const char32_t c = text[i];
    if (IsUnicodeAlphanumeric(c) || c == U'.' || c == U'-' || c == U'+') {
      out += UnicodeLower(c);
    }
  }
  return out;
}

struct Found {
  std::size_t option = kNone;
  std::string_view why;
};

constexpr std::array<RuneView, 6> kLeads = {U"option",        U"choice",    U"answer",
                                            U"the answer is", U"answer is", U"the"};

// The inside of a box: a letter, bare or with its option's text.
Found ReadBox(RuneView box, std::span<const std::string> options) {
  std::size_t at = SkipMarkup(box, 0, true);
  for (int lead = 0; lead < 3; ++lead) {
    const std::size_t after = SkipWord(box, at, kLeads);
    if (after != at) at = SkipMarkup(box, SkipClosing(box, after), true);
  }
  if (!LetterAt(box, at)) {
    return {kNone, "no letter in the box"};
  }
  const std::size_t option = OptionOf(box[at], options.size());
  if (option == kNone) {
    return {kNone, "the letter is no option"};
  }
  const std::size_t after = SkipClosing(box, at + 1);
  RuneView rest = TrimSpace(box.substr(after));
  const bool closed = box.substr(at + 1, after - at - 1).find_first_of(U")]") != kNone;
  const bool pointed = !rest.empty() && RuneView(U".:,;-–—=)").find(rest.front()) != kNone;
  const Runes text = Essence(rest);
  if (TrimAny(rest, U" .})$*").empty()) {
    return {option, "box"};
  }
  const Runes own = Essence(PlainForms(options[option]));
  if (!own.empty() && (text == own || TrimLeft(text, U".-") == TrimLeft(own, U".-"))) {
    return {option, "box"};
  }
  if (SecondLetterFollows(box, at + 1, options.size())) {
    return {kNone, "two letters in the box"};
  }
  if (!closed && !pointed) {
    return {kNone, "no lone letter in the box"};
  }
  // "(A) (C)", "A. B. C.": another label.
  for (std::size_t i = after; i < box.size(); ++i) {
    const bool label = LetterAt(box, i) && box[i] >= U'A' && box[i] <= U'Z' &&
                       OptionOf(box[i], options.size()) != kNone &&
                       ((i + 1 < box.size() && RuneView(U").]").find(box[i + 1]) != kNone) ||
                        (i > 0 && box[i - 1] == U'(') || i == after);
    if (label) {
      return {kNone, "two letters in the box"};
    }
  }
  return {option, "box"};
}

// For each opening brace the place of its closing one, 0 where there is none. One pass.
std::vector<std::size_t> MatchingBraces(RuneView text) {
  std::vector<std::size_t> matches(text.size(), 0);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == U'\\') {
      ++i;
    } else if (text[i] == U'{') {
      open.push_back(i);
    } else if (text[i] == U'}' && !open.empty()) {
      matches[open.back()] = i;
      open.pop_back();
    }
  }
  return matches;
}

struct Span {
  std::size_t begin = kNone;
  std::size_t end = 0;
};

// The inside of the last box whose braces match.
Span LastBox(RuneView text) {
  constexpr std::array<RuneView, 2> kBoxes = {U"\\boxed", U"\\fbox"};
  const std::vector<std::size_t> matches = MatchingBraces(text);
  for (std::size_t at = text.rfind(U'\\'); at != kNone;
       at = at == 0 ? kNone : text.rfind(U'\\', at - 1)) {
    for (const RuneView box : kBoxes) {
      if (text.substr(at, box.size()) != box) {
        continue;
      }
      std::size_t open = at + box.size();
      while (open < text.size() && IsUnicodeSpace(text[open])) {
        ++open;
      }
      if (open >= text.size() || text[open] != U'{') {
        continue;
      }
      const std::size_t close = matches[open];
      if (close != 0) {
        return {open + 1, close};
      }
    }
  }
  return {};
}

// The letter after an anchored phrase that ends at `at`.
Found AfterPhrase(RuneView text, std::size_t at, std::size_t options) {
  at = SkipMarkup(text, SkipClosing(text, at), true);
  if (at < text.size() && text[at] == U':') {
    at = SkipMarkup(text, SkipClosing(text, at + 1), true);
  }
  constexpr std::array<RuneView, 4> kNouns = {U"option", U"choice", U"letter", U"the letter"};
  at = SkipWord(text, at, kNouns);
  if (!LetterAt(text, at) || OptionOf(text[at], options) == kNone || ReadsAsWord(text, at)) {
    return {};
  }
  if (SecondLetterFollows(text, at + 1, options)) {
    return {kNone, "two letters after the phrase"};
  }
  return {OptionOf(text[at], options), "phrase"};
}

Found LastPhrase(RuneView text, std::size_t options) {
  constexpr std::array<RuneView, 16> kPhrases = {
      U"answer is", U"answer:",         U"answer**:",      U"choice is",        U"choice:",
      U"option is", U"answer would be", U"answer must be", U"answer should be", U"answer option is",
      U"answer =",  U"答案是",          U"答案:",          U"答案为",           U"选择",
      U"答案应为"};
  const Runes lower = LowerRunes(text);
  Found best;
  std::size_t best_end = 0;
  for (const RuneView phrase : kPhrases) {
    for (std::size_t at = lower.rfind(phrase); at != kNone;
         at = at == 0 ? kNone : lower.rfind(phrase, at - 1)) {
      const std::size_t end = at + phrase.size();
      if (end <= best_end) {
        break;
      }
      const Found found = AfterPhrase(text, end, options);
      if (!found.why.empty()) {
        best = found;
        best_end = end;
        break;
      }
    }
  }
  return best;
}

Found LastLine(RuneView text, std::size_t options) {
  text = TrimSpace(text);
  const std::size_t newline = text.rfind(U'\n');
  const RuneView line = TrimSpace(newline == kNone ? text : text.substr(newline + 1));
  const std::size_t at = SkipMarkup(line, 0, false);
  if (!LetterAt(line, at) || OptionOf(line[at], options) == kNone) {
    return {};
  }
  const RuneView rest = line.substr(SkipClosing(line, at + 1));
  return TrimAny(rest, U" .*$").empty() ? Found{OptionOf(line[at], options), "last line"} : Found{};
}

}  // namespace

ChoiceAnswer ExtractChoice(std::string_view response, std::span<const std::string> options) {
  const Runes text = PlainForms(AnswerPart(response));
  Found found;
  if (const Span box = LastBox(text); box.begin != kNone) {
    found = ReadBox(RuneView(text).substr(box.begin, box.end - box.begin), options);
  } else {
    found = LastPhrase(text, options.size());
    if (found.why.empty()) {
      found = LastLine(text, options.size());
    }
  }
  if (found.option == kNone) {
    return {std::nullopt,
            found.why.empty() ? "no box, phrase or last line with a letter" : found.why};
  }
  return {static_cast<char>('A' + found.option), found.why};
}

}  // namespace fuseo1
