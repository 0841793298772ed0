#include <algorithm>
#include <utility>

#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/lexer_tables.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsOrdinalAt(std::string_view text, std::size_t at) {
  const std::string suffix = ToLowerAscii(text.substr(at, 2));
  return (suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th") &&
         (at + 2 >= text.size() || (!IsLetter(text[at + 2]) && !IsDigit(text[at + 2])));
}

// Articles inside a phrase say nothing: "a necessary but not a sufficient condition". A letter that
// names a choice stands before a short word, "and", or nothing.
void DropArticles(std::string* text) {
  if (std::count(text->begin(), text->end(), ' ') < 2) return;
  std::string out;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find(' ', at), text->size());
    const std::string_view word = std::string_view(*text).substr(at, end - at);
    const std::string_view rest = std::string_view(*text).substr(std::min(end + 1, text->size()));
    const std::string_view next = rest.substr(0, rest.find(' '));
    at = end + 1;
    const bool article = word == "a" || word == "an" || word == "the";
    if (article && next.size() > 2 && next != "and" &&
        std::all_of(next.begin(), next.end(), IsLetter))
      continue;
    if (!out.empty()) out.push_back(' ');
    out += word;
  }
  *text = std::move(out);
}

}  // namespace

std::string TextKey(std::string_view canonical) {
  std::string out;
  bool space = false;
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    char c = canonical[i];
    if (c == '\\') {
      std::size_t end = i + 1;
      while (end < canonical.size() && IsLetter(canonical[end])) ++end;
      const std::string_view name = canonical.substr(i + 1, end - i - 1);
      if (const std::string_view plain = Synonym(name); plain != name || name == "ldots") {
        out += plain == "ldots" ? "..." : "\\" + std::string(plain);
        i = end - 1;
        continue;
      }
      if (name.empty() || OneOf(name, kTextFonts) || OneOf(name, kRomanFonts) ||
          OneOf(name, kFonts) || OneOf(name, kSpaces) || OneOf(name, kIgnored) || name == "left" ||
          name == "right") {
        space = space || OneOf(name, kSpaces);
        if (name.empty() && i + 1 < canonical.size()) {
          const char next = canonical[i + 1];
          if (next == '{' || next == '}' || next == '%' || next == '#' || next == '&') {
            out.push_back(next);
          } else if (next == '|') {
            out += "||";
          } else {
            space = true;
          }
          ++i;
        } else {
          i = end - 1;
        }
        continue;
      }
    }
    if (c == '{' || c == '}' || c == '$' || c == '"') continue;
    if (c == ' ' || c == '~') {
      space = true;
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!out.empty() && IsDigit(out.back()) && !space && IsOrdinalAt(canonical, i)) {  // July 4th
      ++i;
      continue;
    }
    const auto wordlike = [](char k) {
      return IsLetter(k) || IsDigit(k) || static_cast<unsigned char>(k) >= 0x80;
    };
    if (space && !out.empty() && wordlike(out.back()) && wordlike(c)) out.push_back(' ');
    space = false;
    out.push_back(c);
  }
  for (const std::string_view lead : {"the ", "final ", "correct "}) {
    if (out.starts_with(lead) && out.find("answer is ") < 18) out.erase(0, lead.size());
  }
  for (const std::string_view lead : {"answer is:", "answer is ", "answer:"}) {
    if (out.starts_with(lead) && out.size() > lead.size()) out.erase(0, lead.size());
  }
  // Articles inside a phrase say nothing: "a necessary but not a sufficient condition".
  DropArticles(&out);
  if (!out.ends_with("..") && out.ends_with('.')) out.pop_back();  // "..." is no full stop
  return out;
}

}  // namespace fuseo1
