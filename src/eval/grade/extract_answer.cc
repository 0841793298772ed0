#include "eval/grade/extract_answer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// match[i] = the place of the brace that closes the one at i. Escaped braces are text. Linear.
std::vector<std::uint32_t> MatchBraces(std::string_view text) {
  std::vector<std::uint32_t> match(text.size(), 0);
  std::vector<std::uint32_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      open.push_back(static_cast<std::uint32_t>(i));
    } else if (text[i] == '}' && !open.empty()) {
      match[open.back()] = static_cast<std::uint32_t>(i);
      open.pop_back();
    }
  }
  return match;
}

std::optional<std::string> LastBox(std::string_view text) {
  if (text.size() >= UINT32_MAX || (text.find("\\boxed") == kNone && text.find("\\fbox") == kNone))
    return std::nullopt;
  const std::vector<std::uint32_t> match = MatchBraces(text);
  std::optional<std::string> last;
  for (std::size_t at = text.find('\\'); at != kNone; at = text.find('\\', at)) {
    const std::string_view rest = text.substr(at);
    std::size_t open = at + (rest.starts_with("\\boxed") ? 6 : rest.starts_with("\\fbox") ? 5 : 0);
    if (open == at) {
      ++at;
      continue;
    }
    while (open < text.size() &&
           (text[open] == ' ' || text[open] == '\n' || text[open] == '\t' || text[open] == '\r'))
      ++open;
    if (open >= text.size() || text[open] != '{' || match[open] == 0) {
      ++at;
      continue;
    }
    last = std::string(Trim(text.substr(open + 1, match[open] - open - 1)));
    at = match[open];  // a box inside this one is part of its answer
  }
  return last;
}

bool SameLetter(char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); }

bool StartsWith(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(),
                                                   [](char p, char t) { return SameLetter(t, p); });
}

// Past `:` or its wide form, which bold marks and blanks may precede; 0 where there is none.
std::size_t PastColon(std::string_view text) {
  constexpr std::string_view kWideColon = "\xef\xbc\x9a";  // ：
  std::size_t at = 0;
  while (at < text.size() && at < 8 && (text[at] == '*' || text[at] == ' ')) ++at;
  if (text.substr(at).starts_with(':')) return at + 1;
  return text.substr(at).starts_with(kWideColon) ? at + kWideColon.size() : 0;
}

// Where an answer begins if an anchored phrase stands at the start of `text`; 0: none does.
std::size_t AnchorEnd(std::string_view text) {
  constexpr std::string_view kAnswer = "\xe7\xad\x94\xe6\xa1\x88";  // 答案
  constexpr std::string_view kIs = "\xe6\x98\xaf";                  // 是
  if (text.starts_with(kAnswer)) {
    const std::string_view rest = text.substr(kAnswer.size());
    if (rest.starts_with(kIs)) return kAnswer.size() + kIs.size();
    const std::size_t colon = PastColon(rest);
    return colon == 0 ? 0 : kAnswer.size() + colon;
  }
  if (!StartsWith(text, "answer")) return 0;
  if (StartsWith(text, "answer is")) return 9;
  const std::size_t colon = PastColon(text.substr(6));
  return colon == 0 ? 0 : 6 + colon;
}

// What opens a remark on the answer rather than going on with it.
constexpr std::string_view kRemarks[] = {" because ",
                                         " since ",
                                         ", because ",
                                         ", since ",
                                         ", not ",
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
                                         " (in ",
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
                                         "\xef\xbc\x8c\xe6\x89\x80\xe4\xbb\xa5",   // ，所以
                                         "\xef\xbc\x8c\xe5\x9b\xa0",               // ，因
                                         "\xef\xbc\x8c\xe6\x95\x85",               // ，故
                                         "\xef\xbc\x8c\xe5\x85\xb6\xe4\xb8\xad"};  // ，其中

// The first sentence of what follows an anchor.
std::string Sentence(std::string_view text) {
  constexpr std::string_view kFullStop = "\xe3\x80\x82";   // 。
  constexpr std::string_view kWideColon = "\xef\xbc\x9a";  // ：
  for (;;) {
    const std::string_view before = text;
    text = Trim(text);
    if (text.starts_with(kWideColon)) text.remove_prefix(kWideColon.size());
    while (!text.empty() && (text.front() == ':' || text.front() == '*' || text.front() == '='))
      text.remove_prefix(1);
    if (text.size() == before.size()) break;
  }
  if (text.starts_with("$$") || text.starts_with("$") || text.starts_with("\\(") ||
      text.starts_with("\\[")) {
    const std::string_view close = text[0] == '\\'          ? (text[1] == '(' ? "\\)" : "\\]")
                                   : text.starts_with("$$") ? "$$"
                                                            : "$";
    const std::size_t end = text.find(close, 2);
    if (end != kNone) {
      std::size_t after = end + close.size();
      // A unit or a second formula may follow in the same sentence.
      const std::size_t line = text.find('\n', after);
      std::string_view rest = text.substr(after, line == kNone ? kNone : line - after);
      rest = Trim(rest);
      if (rest.empty() || rest.front() == '.' || rest.front() == '*' ||
          rest.starts_with("\xe3\x80\x82"))
        return std::string(text.substr(0, after));
    }
  }
  std::size_t end = text.find('\n');
  if (end == kNone) end = text.size();
  end = std::min(end, text.find(kFullStop));
  for (std::size_t i = 0; i + 1 < end; ++i) {
    if (text[i] == '.' && text[i + 1] == ' ' && i > 0) {
      end = i;
      break;
    }
  }
  for (const std::string_view remark : kRemarks)
    end = std::min(end, text.substr(0, end).find(remark));
  std::string_view sentence = Trim(text.substr(0, end));
  while (!sentence.empty() && (sentence.back() == '*' || sentence.back() == '.'))
    sentence.remove_suffix(1);
  return std::string(Trim(sentence));
}

}  // namespace

std::string_view WithoutReasoning(std::string_view response) {
  constexpr std::array<std::string_view, 2> kCloses = {"</think>", "<|end_of_thought|>"};
  constexpr std::array<std::string_view, 2> kOpens = {"<think>", "<|begin_of_thought|>"};
  std::size_t start = 0;
  for (const std::string_view close : kCloses) {
    const std::size_t at = response.rfind(close);
    if (at != kNone) start = std::max(start, at + close.size());
  }
  response.remove_prefix(start);
  for (const std::string_view open : kOpens) response = response.substr(0, response.find(open));
  return response;
}

std::optional<std::string> ExtractAnswer(std::string_view response) {
  const std::string_view text = WithoutReasoning(response);
  if (auto box = LastBox(text)) return box;
  // The last phrase that an answer follows; "what the answer is." introduces none.
  int tries = 0;
  for (std::size_t at = text.size(); at-- > 0 && tries < 32;) {
    const std::size_t end = AnchorEnd(text.substr(at));
    if (end == 0) continue;
    ++tries;
    const std::string_view rest = Trim(text.substr(at + end));
    const bool ends_there =
        !rest.empty() &&
        (rest[0] == ',' || rest[0] == '?' || rest[0] == '!' ||
         (rest[0] == '.' && !(rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9')));
    std::string answer = ends_there ? std::string() : Sentence(rest);
    if (!answer.empty()) return answer;
  }
  return std::nullopt;
}

}  // namespace fuseo1
