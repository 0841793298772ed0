#include "eval/grade/extract_answer.h"

#include <algorithm>

#include "base/text.h"
#include "eval/extract/boxes.h"
#include "eval/extract/markup.h"
#include "eval/extract/reasoning.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kFullStop = "\xe3\x80\x82";   // 。
constexpr std::string_view kWideColon = "\xef\xbc\x9a";  // ：

// What opens a remark on the answer rather than going on with it.
constexpr std::string_view kRemarks[] = {" because ",
                                         " since ",
                                         ", because ",
                                         ", since ",
                                         ", not ",
                                         " and not ",
                                         ", rather ",
                                         " rather than ",
                                         " instead of ",
                                         ", which ",
                                         ", so ",
                                         ", as ",
                                         ", where ",
                                         ", for ",
                                         ", i.e",
                                         ", using ",
                                         ", by ",
                                         ", giving ",
                                         ", obtained ",
                                         ", and we ",
                                         ", and this ",
                                         ", and that ",
                                         ", and it ",
                                         ", and the ",
                                         ", hence ",
                                         ", thus ",
                                         ", therefore ",
                                         " (in ",
                                         " (the ",
                                         " (since ",
                                         " (because ",
                                         " (approx",
                                         " (about ",
                                         " (using ",
                                         " (after ",
                                         " (see ",
                                         " (which ",
                                         " as required",
                                         " as desired",
                                         " as claimed",
                                         " as follows from ",
                                         "\xef\xbc\x8c\xe6\x89\x80\xe4\xbb\xa5",   // ，所以
                                         "\xef\xbc\x8c\xe5\x9b\xa0",               // ，因
                                         "\xef\xbc\x8c\xe6\x95\x85",               // ，故
                                         "\xef\xbc\x8c\xe5\x85\xb6\xe4\xb8\xad"};  // ，其中
// The same right after a formula, which ends an answer more clearly than a word does.
constexpr std::string_view kRemarksOnFormulas[] = {" is ", " was ", " by ", " when ", " after "};
// A clause of its own, where at least two letters follow: "5; we see", "5 — the rest".
constexpr std::string_view kClauses[] = {"; ", " \xe2\x80\x94 ", " \xe2\x80\x93 ", " -- "};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The end of a proof, which writers put behind the answer.
constexpr std::string_view kProofEnds[] = {"\\blacksquare", "\\square", "\\qed", "\\Box",
                                           "\xe2\x88\x8e",   // ∎
                                           "\xe2\x96\xa0",   // ■
                                           "\xe2\x96\xa1",   // □
                                           "\xe2\x9c\x85",   // ✅
                                           "\xe2\x9c\x93",   // ✓
                                           "\xe2\x9c\x94"};  // ✔

// Past blanks, colons, emphasis marks and tags at the front; the same at the end, with full stops.
std::string_view WithoutMarks(std::string_view text) {
  for (;;) {
    const std::size_t before = text.size();
    text = Trim(text);
    if (StartsWith(text, kWideColon)) text.remove_prefix(kWideColon.size());
    while (!text.empty() && std::string_view(":*=_").find(text.front()) != kNone)
      text.remove_prefix(1);
    text.remove_prefix(TagLength(text));
    if (text.size() == before) return text;
  }
}

std::string_view WithoutProofEnd(std::string_view text) {
  std::string_view shorter = text;
  for (const std::string_view close : {"$", "\\)", "\\]"}) {
    if (EndsWith(shorter, close)) shorter = Trim(shorter.substr(0, shorter.size() - close.size()));
  }
  for (const std::string_view end : kProofEnds) {
    if (!EndsWith(shorter, end)) continue;
    shorter = Trim(shorter.substr(0, shorter.size() - end.size()));
    for (const std::string_view open : {"$", "\\(", "\\["}) {
      if (EndsWith(shorter, open)) shorter = Trim(shorter.substr(0, shorter.size() - open.size()));
    }
    return shorter;
  }
  return text;
}

// "(Answer: 9)": without a bracket that opened before the answer.
std::string_view WithoutOuterBracket(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest || (!EndsWith(text, ")") && !EndsWith(text, "]"))) return text;
  const auto is_open = [](char c) { return c == '(' || c == '['; };
  const auto is_close = [](char c) { return c == ')' || c == ']'; };
  return std::count_if(text.begin(), text.end(), is_close) >
                 std::count_if(text.begin(), text.end(), is_open)
             ? Trim(text.substr(0, text.size() - 1))
             : text;
}

std::string_view WithoutEndMarks(std::string_view text) {
  for (;;) {
    const std::size_t before = text.size();
    text = Trim(text);
    while (!text.empty() && std::string_view("*._#,;").find(text.back()) != kNone)
      text.remove_suffix(1);
    const std::size_t tag = text.rfind('<');
    if (tag != kNone && TagLength(text.substr(tag)) == text.size() - tag)
      text = text.substr(0, tag);
    text = WithoutOuterBracket(text);
    if (text.size() == before) return WithoutProofEnd(text);
  }
}

// The end of the formula in dollars or brackets that `text` begins with, or 0.
std::size_t FormulaEnd(std::string_view text) {
  std::string_view close;
  for (const auto& [open, end] : {std::pair<std::string_view, std::string_view>{"$$", "$$"},
                                  {"$", "$"},
                                  {"\\(", "\\)"},
                                  {"\\[", "\\]"}}) {
    if (close.empty() && StartsWith(text, open)) close = end;
  }
  const std::size_t end = close.empty() ? kNone : text.find(close, 2);
  return end == kNone ? 0 : end + close.size();
}

// The inside of a code fence that `text` begins with, or nothing.
std::optional<std::string_view> Fenced(std::string_view text) {
  constexpr std::string_view kFence = "```";
  if (!StartsWith(text, kFence)) return std::nullopt;
  const std::size_t line = text.find('\n');
  const std::size_t end = line == kNone ? kNone : text.find(kFence, line);
  return end == kNone ? std::nullopt : std::optional(Trim(text.substr(line, end - line)));
}

std::size_t ClauseAt(std::string_view text) {
  std::size_t end = text.size();
  for (const std::string_view mark : kClauses) {
    for (std::size_t at = text.find(mark); at < end; at = text.find(mark, at + 1)) {
      const std::size_t word = at + mark.size();
      if (word + 1 < text.size() && IsLetter(text[word]) && IsLetter(text[word + 1])) end = at;
    }
  }
  constexpr std::string_view kWideSemicolon = "\xef\xbc\x9b";  // ；
  for (std::size_t at = text.find(kWideSemicolon); at < end;
       at = text.find(kWideSemicolon, at + 1)) {
    const std::size_t word = at + kWideSemicolon.size();
    const auto lead = static_cast<unsigned char>(word < text.size() ? text[word] : '\0');
    if (lead >= 0xE4 && lead <= 0xE9) end = at;  // an ideograph
  }
  return end;
}

// "The area is 12" says 12: one subject, one "is", a number or formula after it.
std::string_view WithoutSubject(std::string_view sentence) {
  constexpr std::string_view kIs = " is ";
  if (WordLength(sentence, "the") == 0 && WordLength(sentence, "it") == 0 &&
      WordLength(sentence, "this") == 0 && WordLength(sentence, "its") == 0) {
    return sentence;
  }
  const std::size_t at = sentence.find(kIs);
  if (at == kNone || sentence.find(kIs, at + 1) != kNone) return sentence;
  std::string_view value = WithoutMarks(sentence.substr(at + kIs.size()));
  value.remove_prefix(FillersLength(value));
  const bool is_number =
      !value.empty() && std::string_view("0123456789$\\-(+.[{").find(value[0]) != kNone;
  return is_number ? value : sentence;
}

// The first sentence of what follows an anchor.
std::string_view Sentence(std::string_view text) {
  text = WithoutMarks(text);
  if (const auto fenced = Fenced(text)) text = *fenced;
  const std::size_t formula = FormulaEnd(text);
  if (formula != 0) {
    const std::size_t line = text.find('\n', formula);
    // A unit or a second formula may follow in the same sentence.
    const std::string_view rest = text.substr(formula, line == kNone ? kNone : line - formula);
    const bool remark =
        std::any_of(std::begin(kRemarksOnFormulas), std::end(kRemarksOnFormulas),
                    [rest](std::string_view word) { return StartsWith(rest, word); });
    const std::string_view after = WithoutEndMarks(rest);
    if (remark || after.empty() || StartsWith(Trim(rest), ".") || StartsWith(after, kFullStop))
      return text.substr(0, formula);
  }
  std::size_t end = std::min({text.find('\n'), text.find(kFullStop), text.size()});
  for (std::size_t i = 1; i + 1 < end; ++i) {
    if (text[i] == '.' && text[i + 1] == ' ') {
      end = i;
      break;
    }
  }
  for (const std::string_view remark : kRemarks)
    end = std::min(end, text.substr(0, end).find(remark));
  end = std::min(end, ClauseAt(text.substr(0, end)));
  return WithoutEndMarks(WithoutSubject(WithoutEndMarks(text.substr(0, end))));
}

// "what the answer is." introduces none; "the answer is, 5" does.
bool IntroducesNone(std::string_view rest) {
  if (rest.empty()) return true;
  const bool number = rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9';
  const bool aside = rest.size() > 2 && rest[1] == ' ' &&
                     std::string_view("0123456789$\\-").find(rest[2]) != kNone;
  switch (rest[0]) {
    case '?':
    case '!':
      return true;
    case '.':
      return !number;
    case ',':
      return !aside && FillersLength(rest.substr(1)) == 0;
    default:
      return false;
  }
}

// "**Answer**" or "## Final Answer" alone in its line: to the end of the line, else 0. `at` is
// where "answer" begins.
std::size_t HeadingLength(std::string_view text, std::size_t at) {
  const std::size_t word = WordLength(text.substr(at), "answer");
  if (word == 0) return 0;
  constexpr std::size_t kMostBefore = 40;
  constexpr std::size_t kMostAfter = 16;
  const std::size_t from = at > kMostBefore ? at - kMostBefore : 0;
  std::string_view head = text.substr(from, at - from);
  const std::size_t line = head.rfind('\n');
  if (line == kNone && from > 0) return 0;
  if (line != kNone) head.remove_prefix(line + 1);
  const bool marked = head.find_first_of("#*_") != kNone;
  while (!head.empty() && std::string_view("#*_ \t").find(head.front()) != kNone)
    head.remove_prefix(1);
  for (const std::string_view lead : {"the", "final", "my"}) {
    const std::size_t length = WordLength(head, lead);
    if (length == 0) continue;
    head.remove_prefix(length);
    while (!head.empty() && head.front() == ' ') head.remove_prefix(1);
  }
  const std::string_view rest = text.substr(at + word, kMostAfter);
  const std::string_view tail = rest.substr(0, rest.find('\n'));
  const bool alone = head.empty() && tail.find_first_not_of("*_# \t\r") == kNone;
  return alone && marked ? word + tail.size() : 0;
}

}  // namespace

std::optional<std::string> ExtractAnswer(std::string_view response) {
  constexpr int kMaxAnchors = 32;
  const std::string_view text = AnswerPart(response);
  if (const auto box = LastBox(text)) return std::string(*box);
  // The last phrase that an answer follows.
  int tries = 0;
  for (std::size_t at = text.size(); at-- > 0 && tries < kMaxAnchors;) {
    const std::size_t anchor =
        AnchorLength(text.substr(at), at == 0 ? '\0' : text[at - 1], Anchors::kMaths);
    const std::size_t heading = anchor == 0 ? HeadingLength(text, at) : 0;
    if (anchor + heading == 0) continue;
    ++tries;
    const std::string_view after = text.substr(at + anchor + heading);
    std::string_view rest = Trim(after);
    const std::string_view item = WithoutMarks(rest);
    if (StartsWith(item, "- ") && after.find('\n') < after.find('-'))
      rest = Trim(item.substr(2));  // a bullet
    if (IntroducesNone(rest)) continue;
    if (rest[0] == ',') {
      rest.remove_prefix(1);
      rest.remove_prefix(FillersLength(rest));
    }
    const std::string_view answer = Sentence(rest);
    if (!answer.empty()) return std::string(answer);
  }
  return std::nullopt;
}

}  // namespace fuseo1
