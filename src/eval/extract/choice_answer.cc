#include "eval/extract/choice_answer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "eval/extract/boxes.h"
#include "eval/extract/choice_text.h"
#include "eval/extract/markup.h"
#include "eval/extract/reasoning.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Found {
  std::size_t option = kNone;
  std::string_view why;
};

// What may follow a chosen letter and go on with the sentence. Any other word after a bare letter
// makes it a name or an article: "B cells", "C major", "a mess", "I believe".
bool GoesOn(std::string_view text) {
  constexpr std::string_view kWords[] = {"because",      "since",       "as",
                                         "which",        "for",         "due",
                                         "so",           "with",        "but",
                                         "given",        "based",       "by",
                                         "and",          "or",          "where",
                                         "not",          "from",        "however",
                                         "here",         "if",          "when",
                                         "then",         "while",       "although",
                                         "though",       "in",          "on",
                                         "at",           "under",       "per",
                                         "via",          "after",       "before",
                                         "according",    "rather",      "instead",
                                         "only",         "whereas",     "unless",
                                         "until",        "hence",       "thus",
                                         "therefore",    "clearly",     "obviously",
                                         "indeed",       "too",         "again",
                                         "is correct",   "is right",    "is the correct",
                                         "is the right", "is the best", "is the answer",
                                         "is true",      "vs",          "versus",
                                         "to",           "through",     "possibly",
                                         "maybe",        "perhaps"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [text](std::string_view word) { return WordLength(text, word) != 0; });
}

// Whether the letter that ends at `at` is the beginning of something longer.
bool IsPartOfName(std::string_view text, std::size_t at, std::string_view option) {
  std::size_t next = text.find_first_not_of(" \t", at);
  if (next == at || next == kNone) return false;
  const char c = text[next];
  if (c < 'a' || c > 'z') return false;
  return !GoesOn(text.substr(next)) && OptionLength(text.substr(next), option) == 0;
}

// "A = 5", "B > A": the letter is a quantity, unless its option's text follows.
bool IsPartOfRelation(std::string_view text, std::size_t at, std::string_view option) {
  const std::size_t next = text.find_first_not_of(" \t", at);
  return next != kNone && std::string_view("=<>").find(text[next]) != kNone &&
         TagLength(text.substr(next)) == 0 && OptionLength(text.substr(next), option) == 0;
}

// What stands between two letters that are both named: "A or B", "A, C", "A/B", "A (or B)".
std::size_t SkipJoin(std::string_view text, std::size_t at, bool* joined) {
  // The last four: 和, 或, 与, 及.
  constexpr std::string_view kMarks[] = {
      ",", "/", "&", "+", ";", "|", "\xe5\x92\x8c", "\xe6\x88\x96", "\xe4\xb8\x8e", "\xe5\x8f\x8a"};
  constexpr std::string_view kWords[] = {
      "and",  "or",   "vs",     "versus", "to",     "through",    "possibly", "maybe", "perhaps",
      "even", "also", "option", "choice", "answer", "as well as", "either",   "both"};
  for (bool again = true; again;) {
    again = false;
    at = SkipMarkup(text, at, false);
    for (const std::string_view mark : kMarks) {
      if (!StartsWith(text.substr(at), mark)) continue;
      at += mark.size();
      again = *joined = true;
      break;
    }
    for (const std::string_view word : kWords) {
      const std::size_t length = WordLength(text.substr(at), word);
      if (length == 0) continue;
      at += length;
      if (at < text.size() && text[at] == '.') ++at;  // vs.
      again = *joined = true;
      break;
    }
  }
  return at;
}

// Another option named right after the letter that ends at `at`.
bool SecondLetterFollows(std::string_view text, std::size_t at,
                         std::span<const std::string> options, bool in_box) {
  const bool was_lower = at > 0 && text[at - 1] >= 'a' && text[at - 1] <= 'z';
  const std::string& own = options[OptionOf(text[at - 1], options.size())];
  std::size_t closed = SkipClosing(text, at);
  closed += OptionLength(text.substr(closed), own);
  // "C; A and B fail" is a clause of its own.
  if (!in_box && StartsWith(text.substr(closed), "; ")) return false;
  bool joined = false;
  const std::size_t next = SkipJoin(text, closed, &joined);
  if (next == at || !LetterAt(text, next)) return false;
  const std::size_t option = OptionOf(text[next], options.size());
  const bool is_lower = text[next] >= 'a' && text[next] <= 'z';
  if (option == kNone || (is_lower && !was_lower)) return false;
  if (!joined) {
    return !IsPartOfName(text, next + 1, options[option]) &&
           OptionLength(text.substr(next), own) == 0;
  }
  // After "and", a capital is an option but for the article and the pronoun.
  const bool may_be_word = is_lower || text[next] == 'A' || text[next] == 'I';
  const std::size_t verb = text.find_first_not_of(" \t", next + 1);
  const bool has_verb = verb != kNone && (WordLength(text.substr(verb), "are") != 0 ||
                                          WordLength(text.substr(verb), "is") != 0);
  return !may_be_word || has_verb || !IsPartOfName(text, next + 1, options[option]);
}

// The inside of a box: a letter, bare or with its option's text.
Found ReadBox(std::string_view box, std::span<const std::string> options) {
  std::size_t at = SkipMarkup(box, 0, true);
  for (std::size_t lead = 1; lead != 0;) {
    lead = LeadLength(box.substr(at));
    at = lead == 0 ? at : SkipMarkup(box, SkipClosing(box, at + lead), true);
  }
  if (!LetterAt(box, at)) return {kNone, "no letter in the box"};
  const std::size_t option = OptionOf(box[at], options.size());
  if (option == kNone) return {kNone, "the letter is no option"};
  const std::size_t after = SkipClosing(box, at + 1);
  const std::string_view rest = Trim(box.substr(after));
  if (rest.find_first_not_of(" .})$*!\\") == kNone) return {option, "box"};
  if (IsOption(rest, options[option])) return {option, "box"};
  const auto is_other = [rest](const std::string& text) { return IsOption(rest, text); };
  if (std::any_of(options.begin(), options.end(), is_other))
    return {kNone, "the text of another option"};
  if (SecondLetterFollows(box, at + 1, options, true)) return {kNone, "two letters in the box"};
  // "B = 42" where the option says 42 K.
  if (rest.front() == '=' && OptionLength(options[option], rest.substr(1)) != 0)
    return {option, "box"};
  const bool closed = box.substr(at + 1, after - at - 1).find_first_of(")]") != kNone;
  const bool pointed = std::string_view(".:,;-").find(rest.front()) != kNone ||
                       StartsWith(rest, "\xe2\x80\x93") || StartsWith(rest, "\xe2\x80\x94");
  if (!closed && !pointed) return {kNone, "no lone letter in the box"};
  // "(A) (C)", "A. B. C.": another label.
  for (std::size_t i = after; i < box.size(); ++i) {
    const bool capital = box[i] >= 'A' && box[i] <= 'Z';
    const bool marked = i == after || box[i - 1] == '(' ||
                        (i + 1 < box.size() && std::string_view(").]").find(box[i + 1]) != kNone);
    if (capital && marked && LetterAt(box, i) && OptionOf(box[i], options.size()) != kNone)
      return {kNone, "two letters in the box"};
  }
  return {option, "box"};
}

// The letter that stands where an anchored phrase ends.
Found AfterPhrase(std::string_view text, std::size_t at, std::span<const std::string> options) {
  at = SkipMarkup(text, SkipClosing(text, at), true);
  if (const std::size_t colon = ColonLength(text.substr(at)))
    at = SkipMarkup(text, SkipClosing(text, at + colon), true);
  const std::size_t mark = at == 0 ? kNone : text.find_last_not_of(" \t", at - 1);
  if (StartsWith(text.substr(at), "- ") && mark != kNone && text[mark] == '\n')
    at = SkipMarkup(text, at + 2, false);  // a bullet
  for (std::size_t noun = 1; noun != 0;) {
    noun = NounLength(text.substr(at));
    at = noun == 0 ? at : SkipMarkup(text, at + noun, false);
  }
  if (!LetterAt(text, at)) return {};
  const std::size_t option = OptionOf(text[at], options.size());
  if (option == kNone || IsPartOfName(text, at + 1, options[option])) return {};
  if (IsPartOfRelation(text, at + 1, options[option])) return {};
  if (SecondLetterFollows(text, at + 1, options, false))
    return {kNone, "two letters after the phrase"};
  return {option, "phrase"};
}

Found LastPhrase(std::string_view text, std::span<const std::string> options) {
  for (std::size_t at = text.size(); at-- > 0;) {
    const std::size_t length =
        AnchorLength(text.substr(at), at == 0 ? '\0' : text[at - 1], Anchors::kChoice);
    if (length == 0) continue;
    const Found found = AfterPhrase(text, at + length, options);
    if (!found.why.empty()) return found;
  }
  return {};
}

Found LastLine(std::string_view text, std::span<const std::string> options) {
  text = Trim(text);
  std::string_view line;
  while (!text.empty() && (line.empty() || TagLength(line) == line.size())) {  // </answer>
    const std::size_t newline = text.rfind('\n');
    line = Trim(newline == kNone ? text : text.substr(newline + 1));
    text = newline == kNone ? std::string_view() : text.substr(0, newline);
  }
  const std::size_t at = SkipMarkup(line, 0, false);
  if (!LetterAt(line, at) || OptionOf(line[at], options.size()) == kNone) return {};
  const std::string_view rest = line.substr(SkipClosing(line, at + 1));
  return rest.find_first_not_of(" .*$") == kNone
             ? Found{OptionOf(line[at], options.size()), "last line"}
             : Found{};
}

}  // namespace

ChoiceAnswer ExtractChoice(std::string_view response, std::span<const std::string> options) {
  const std::string text = PlainForms(AnswerPart(response));
  Found found;
  if (const std::optional<std::string_view> box = LastBox(text)) {
    found = ReadBox(*box, options);
  } else {
    found = LastPhrase(text, options);
    if (found.why.empty()) found = LastLine(text, options);
  }
  if (found.option == kNone)
    return {std::nullopt,
            found.why.empty() ? "no box, phrase or last line with a letter" : found.why};
  return {static_cast<char>('A' + found.option), found.why};
}

}  // namespace fuseo1
