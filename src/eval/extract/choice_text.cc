#include "eval/extract/choice_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "eval/extract/markup.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Commands that change how a letter looks, or leave room beside it.
constexpr std::string_view kCommands[] = {
    "text",       "textbf",       "textit",     "textrm", "textsf", "texttt",       "textsc",
    "textnormal", "textup",       "textmd",     "emph",   "mathrm", "mathbf",       "mathit",
    "mathsf",     "mathtt",       "mathcal",    "mathbb", "bf",     "rm",           "it",
    "sf",         "tt",           "boldsymbol", "bm",     "pmb",    "operatorname", "left",
    "right",      "displaystyle", "textstyle",  "mbox",   "hbox",   "underline",    "tiny",
    "small",      "normalsize",   "large",      "Large",  "LARGE",  "huge",         "Huge",
    "quad",       "qquad"};
constexpr std::string_view kColours[] = {"color", "textcolor", "colorbox"};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The bytes of a command without meaning at the front: a font with what separates it from its
// text, a colour with its name, a blank; 0 for any other.
std::size_t CommandLength(std::string_view text) {
  if (text.size() < 2 || text[0] != '\\') return 0;
  if (std::string_view(",;:! ()[]").find(text[1]) != kNone) return 2;
  std::size_t end = 1;
  while (end < text.size() && IsLetter(text[end])) ++end;
  const std::string_view name = text.substr(1, end - 1);
  if (std::find(std::begin(kCommands), std::end(kCommands), name) != std::end(kCommands))
    return end;
  if (std::find(std::begin(kColours), std::end(kColours), name) == std::end(kColours)) return 0;
  if (end >= text.size() || text[end] != '{') return 0;
  const std::size_t close = text.find('}', end);
  return close == kNone ? 0 : close + 1;
}

// One code point of valid or broken UTF-8.
struct Rune {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
};

Rune RuneAt(std::string_view text, std::size_t at) {
  const auto byte = [text](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : '\0'));
  };
  const std::uint32_t first = byte(at);
  if (first < 0xC0) return {first, 1};
  if (first < 0xE0) return {(first & 31U) << 6U | (byte(at + 1) & 63U), 2};
  if (first < 0xF0)
    return {(first & 15U) << 12U | (byte(at + 1) & 63U) << 6U | (byte(at + 2) & 63U), 3};
  return {(first & 7U) << 18U, 4};
}

std::uint32_t RuneBefore(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
  return RuneAt(text, at).value;
}

// A letter or digit of a script that is written with blanks between words.
bool JoinsLetters(std::uint32_t c) {
  if (c < 0x80) return IsLetter(static_cast<char>(c)) || IsDigit(static_cast<char>(c));
  return c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7;
}

char Lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }

// Walks over the letters, digits, dots and signs of a text, in lower case.
class Essence {
 public:
  explicit Essence(std::string_view text) : text_(text) {}

  // The next character that counts; 0 at the end.
  char Next() {
    while (!text_.empty()) {
      if (const std::size_t command = CommandLength(text_)) {
        text_.remove_prefix(command);
        continue;
      }
      const char c = text_.front();
      text_.remove_prefix(1);
      const bool counts = IsLetter(c) || IsDigit(c) || c == '.' || c == '-' || c == '+' ||
                          static_cast<unsigned char>(c) >= 0x80;
      // A dot or a dash between a letter and its text is no part of it.
      if (counts && (begun_ || (c != '.' && c != '-'))) {
        begun_ = true;
        return Lower(c);
      }
    }
    return '\0';
  }

  std::size_t size() const { return text_.size(); }

  // Whether nothing but dots is left.
  bool Ends() {
    for (char c = Next(); c != '\0'; c = Next()) {
      if (c != '.') return false;
    }
    return true;
  }

 private:
  std::string_view text_;
  bool begun_ = false;
};

// Where `text` goes on after the option's text, or nothing where it does not begin with it.
std::optional<Essence> AfterOption(std::string_view text, std::string_view option) {
  const std::string plain = PlainForms(option);
  Essence wanted(plain);
  Essence found(text);
  std::size_t count = 0;
  for (char c = wanted.Next(); c != '\0'; c = wanted.Next(), ++count) {
    const Essence rest = found;
    if (found.Next() == c) continue;
    if (c != '.' || !wanted.Ends()) return std::nullopt;  // the option's own full stop
    return count > 0 ? std::optional(rest) : std::nullopt;
  }
  return count > 0 ? std::optional(found) : std::nullopt;
}

}  // namespace

std::string PlainForms(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const Rune rune = RuneAt(utf8, i);
    const std::uint32_t c = rune.value;
    if (c >= 0xFF01 && c <= 0xFF5E) {
      out.push_back(static_cast<char>(c - 0xFEE0));
    } else if (c == 0x3000 || c == 0xA0) {
      out.push_back(' ');
    } else if (c == 0x3001 || c == 0x3002) {
      out.push_back(c == 0x3001 ? ',' : '.');
    } else if (c == 0x2018 || c == 0x2019) {
      out.push_back('\'');
    } else if ((c >= 0x201A && c <= 0x201F) || (c >= 0x300C && c <= 0x300F) || c == 0xAB ||
               c == 0xBB) {
      out.push_back('"');
    } else if (c == 0x3010 || c == 0x3011) {
      out.push_back(c == 0x3010 ? '[' : ']');
    } else {
      out.append(utf8.substr(i, rune.bytes));
    }
    i += rune.bytes;
  }
  return out;
}

std::size_t SkipMarkup(std::string_view text, std::size_t at, bool newlines) {
  while (at < text.size()) {
    const char c = text[at];
    const std::size_t tag = TagLength(text.substr(at));
    if (tag != 0) {
      at += tag;
    } else if (std::string_view(" \t*_`$({[~\"'").find(c) != kNone ||
               (newlines && (c == '\n' || c == '\r'))) {
      ++at;
    } else if (const std::size_t command = CommandLength(text.substr(at))) {
      at += command;
    } else {
      break;
    }
  }
  return at;
}

std::size_t SkipClosing(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    constexpr std::array<std::string_view, 9> kCommands = {"\\)", "\\]", "\\right", "\\,",    "\\ ",
                                                           "\\;", "\\!", "\\quad",  "\\qquad"};
    const auto* const command =
        std::find_if(kCommands.begin(), kCommands.end(),
                     [rest](std::string_view word) { return StartsWith(rest, word); });
    if (const std::size_t tag = TagLength(rest)) {
      at += tag;
    } else if (command != kCommands.end()) {
      at += command->size();
    } else if (std::string_view(" \t*_`$)}]~\"'").find(rest[0]) != kNone) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

bool LetterAt(std::string_view text, std::size_t at) {
  if (at >= text.size() || !IsLetter(text[at])) return false;
  if (at > 0 && JoinsLetters(RuneBefore(text, at))) return false;
  if (at > 1 && text[at - 1] == '_' && JoinsLetters(RuneBefore(text, at - 1))) return false;  // x_B
  if (at + 1 >= text.size()) return true;
  const Rune next = RuneAt(text, at + 1);
  const std::uint32_t second =
      at + 1 + next.bytes < text.size() ? RuneAt(text, at + 1 + next.bytes).value : U' ';
  if (JoinsLetters(next.value)) return false;
  const std::uint32_t n = next.value;  // raised and lowered digits
  if (n == 0xB2 || n == 0xB3 || n == 0xB9 || (n >= 0x2070 && n <= 0x209C)) return false;
  const bool joins_second = JoinsLetters(second) || second == '{';
  switch (next.value) {
    case '+':
    case '#':
    case '^':
      return false;  // C++, C#, B^2
    case 0x2032:
      return false;  // D with a prime
    case '\'':
      return !joins_second && at > 0 && text[at - 1] == '\'';  // 'D', but not D' or I'm
    case '%':
      return false;
    case '.':
      return !IsDigit(static_cast<char>(second < 0x80 ? second : 0));  // D.5
    case '-':
      return second == ' ' && at + 2 < text.size();  // not D- or B-12
    case '_':
    case 0x2010:  // hyphens and the en dash
    case 0x2011:
    case 0x2013:
      return !joins_second;  // B_1
    default:
      return true;
  }
}

std::size_t OptionOf(char c, std::size_t options) {
  if (!IsLetter(c)) return kNone;
  const auto index = static_cast<std::size_t>(Lower(c) - 'a');
  return index < options ? index : kNone;
}

std::size_t NounLength(std::string_view text) {
  for (const std::string_view noun : {"option", "choice", "letter", "the letter", "the option"}) {
    if (const std::size_t length = WordLength(text, noun)) {
      const std::size_t colon = ColonLength(text.substr(length));
      return length + colon;
    }
  }
  constexpr std::string_view kOption = "\xe9\x80\x89\xe9\xa1\xb9";  // 选项
  return StartsWith(text, kOption) ? kOption.size() : 0;
}

std::size_t LeadLength(std::string_view text) {
  for (const std::string_view word : {"the", "correct", "final", "right", "best"}) {
    if (const std::size_t length = WordLength(text, word)) return length;
  }
  if (const std::size_t anchor = AnchorLength(text, '\0', Anchors::kChoice)) return anchor;
  if (const std::size_t noun = NounLength(text)) return noun;
  for (const std::string_view box : {"\\boxed", "\\fbox"}) {
    if (StartsWith(text, box)) return box.size();
  }
  return WordLength(text, "answer");
}

bool IsOption(std::string_view text, std::string_view option) {
  std::optional<Essence> rest = AfterOption(text, option);
  return rest && rest->Ends();
}

std::size_t OptionLength(std::string_view text, std::string_view option) {
  const std::optional<Essence> rest = AfterOption(text, option);
  return rest ? text.size() - rest->size() : 0;
}

}  // namespace fuseo1
