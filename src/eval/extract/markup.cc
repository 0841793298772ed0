#include "eval/extract/markup.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kTags[] = {"b",  "strong", "i",    "em",   "u",   "p",      "br",
                                      "hr", "span",   "code", "mark", "div", "answer", "center"};
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kWideColon = "\xef\xbc\x9a";           // ：
constexpr std::string_view kAnswer = "\xe7\xad\x94\xe6\xa1\x88";  // 答案
constexpr std::size_t kLongestTag = 40;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }

std::size_t SkipAny(std::string_view text, std::size_t at, std::string_view characters) {
  return std::min(text.find_first_not_of(characters, at), text.size());
}

// Emphasis marks around a word of an anchor: "**Answer**:", "answer **is**".
constexpr std::string_view kMarks = "*_";

std::size_t FirstWord(std::string_view text, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (const std::size_t length = WordLength(text, word)) return length;
  }
  return 0;
}

// " to the problem" behind "answer"; 0 where it does not stand there.
std::size_t ToWhatLength(std::string_view text) {
  const std::size_t blank = SkipAny(text, 0, kBlanks);
  if (blank == 0) return 0;
  constexpr std::string_view kWhat[] = {
      "to the problem",   "to the question",      "to this problem",
      "to this question", "to the given problem", "to the given question",
      "to our problem",   "to your question",     "to the original problem"};
  const std::size_t what = FirstWord(text.substr(blank), kWhat);
  return what == 0 ? 0 : blank + what;
}

std::size_t ChineseAnchor(std::string_view text, Anchors anchors) {
  constexpr std::string_view kIs = "\xe6\x98\xaf";                    // 是
  constexpr std::string_view kBe = "\xe4\xb8\xba";                    // 为
  constexpr std::string_view kShouldBe = "\xe5\xba\x94\xe4\xb8\xba";  // 应为
  constexpr std::string_view kChoose = "\xe9\x80\x89\xe6\x8b\xa9";    // 选择
  const bool choice = anchors == Anchors::kChoice;
  if (choice && StartsWith(text, kChoose)) return kChoose.size();
  if (!StartsWith(text, kAnswer)) return 0;
  const std::size_t after = SkipAny(text, kAnswer.size(), "*_ ");
  const std::string_view rest = text.substr(after);
  if (StartsWith(rest, kIs)) return after + kIs.size();
  if (choice && StartsWith(rest, kBe)) return after + kBe.size();
  if (choice && StartsWith(rest, kShouldBe)) return after + kShouldBe.size();
  const std::size_t colon = ColonLength(rest);
  return colon == 0 ? 0 : after + colon;
}

std::size_t EnglishAnchor(std::string_view text, char before, Anchors anchors) {
  const bool choice = anchors == Anchors::kChoice;
  std::size_t at = WordLength(text, "answer");
  if (choice) {
    constexpr std::string_view kNouns[] = {"choice", "option"};
    if (at == 0 && !IsLetter(before)) at = FirstWord(text, kNouns);
    const std::size_t next = SkipAny(text, at, kBlanks);
    const std::size_t noun = at != 0 && next > at ? FirstWord(text.substr(next), kNouns) : 0;
    if (noun != 0) at = next + noun;  // "answer option is"
  }
  if (at == 0) return 0;
  at += ToWhatLength(text.substr(at));
  if (const std::size_t colon = ColonLength(text.substr(at))) return at + colon;
  at = SkipAny(text, at, kMarks);
  const std::size_t blank = SkipAny(text, at, kBlanks);
  if (blank == at) return 0;
  const std::size_t verb = SkipAny(text, blank, kMarks);
  constexpr std::string_view kMaths[] = {"is"};
  constexpr std::string_view kChoice[] = {"is", "would be", "must be", "should be"};
  const std::string_view rest = text.substr(verb);
  const std::size_t length = choice ? FirstWord(rest, kChoice) : FirstWord(rest, kMaths);
  if (length != 0) return verb + length;
  return choice && StartsWith(rest, "= ") ? verb + 1 : 0;
}

}  // namespace

std::size_t TagLength(std::string_view text) {
  if (text.empty() || text[0] != '<') return 0;
  const std::size_t end = text.substr(0, kLongestTag).find('>');
  if (end == std::string_view::npos) return 0;
  std::string_view inside = text.substr(1, end - 1);
  if (StartsWith(inside, "/")) inside.remove_prefix(1);
  const std::string_view name = inside.substr(0, inside.find_first_of(" /"));
  return std::any_of(std::begin(kTags), std::end(kTags),
                     [name](std::string_view tag) {
                       return name.size() == tag.size() && WordLength(name, tag) == tag.size();
                     })
             ? end + 1
             : 0;
}

std::size_t ColonLength(std::string_view text) {
  constexpr std::size_t kMostMarks = 8;
  const std::size_t at = SkipAny(text.substr(0, kMostMarks), 0, "*_ ");
  const std::string_view rest = text.substr(at);
  if (StartsWith(rest, ":")) return at + 1;
  return StartsWith(rest, kWideColon) ? at + kWideColon.size() : 0;
}

std::size_t WordLength(std::string_view text, std::string_view word) {
  std::size_t at = 0;
  for (const char c : word) {
    if (c == ' ') {
      const std::size_t next = SkipAny(text, at, kBlanks);
      if (next == at) return 0;
      at = next;
    } else if (at < text.size() && Lower(text[at]) == c) {
      ++at;
    } else {
      return 0;
    }
  }
  const bool goes_on = at < text.size() &&
                       (IsLetter(text[at]) || std::isdigit(static_cast<unsigned char>(text[at])) ||
                        (text[at] == '\'' && at + 1 < text.size() && IsLetter(text[at + 1])));
  return goes_on ? 0 : at;
}

std::size_t FillersLength(std::string_view text) {
  constexpr std::string_view kFillers[] = {
      "therefore",  "thus",          "hence",     "then",       "indeed",    "simply",
      "just",       "clearly",       "exactly",   "precisely",  "obviously", "certainly",
      "definitely", "actually",      "of course", "in fact",    "still",     "now",
      "also",       "equal to",      "given by",  "as follows", "evidently", "consequently",
      "ultimately", "approximately", "about",     "roughly",    "around"};
  std::size_t end = 0;
  for (;;) {
    std::size_t at = SkipAny(text, end, " \t\r\n*_");
    const std::size_t word = FirstWord(text.substr(at), kFillers);
    if (word == 0) return end;
    at += word;
    if (at < text.size() && (text[at] == ',' || text[at] == ':')) ++at;
    const std::size_t next = SkipAny(text, at, " \t\r\n*_");
    if (next == at || next == text.size()) return end;  // "exactly." says nothing
    end = next;
  }
}

std::size_t AnchorLength(std::string_view text, char before, Anchors anchors) {
  if (text.empty()) return 0;
  std::size_t length = 0;
  if (static_cast<unsigned char>(text[0]) >= 0x80) {
    length = ChineseAnchor(text, anchors);
  } else if (Lower(text[0]) == 'a' || Lower(text[0]) == 'c' || Lower(text[0]) == 'o') {
    length = EnglishAnchor(text, before, anchors);
  }
  return length == 0 ? 0 : length + FillersLength(text.substr(length));
}

}  // namespace fuseo1
