#include "eval/grade/strict/canonical_text.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "eval/grade/strict/canonical_table.h"
#include "eval/grade/strict/chinese_number.h"

namespace fuseo1 {
namespace {

// Decodes one code point at *at and moves past it; 0xFFFFFFFF for invalid UTF-8 (also surrogates,
// overlong).
char32_t Decode(std::string_view text, std::size_t* at) {
  constexpr char32_t kBad = 0xFFFFFFFF;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(*at);
  if (first < 0x80) return static_cast<char32_t>(text[(*at)++]);
  const int size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || *at + static_cast<std::size_t>(size) > text.size())
    return kBad;
  char32_t code = static_cast<char32_t>(first & (0xFFU >> (size + 1)));
  for (int i = 1; i < size; ++i) {
    const unsigned char next = byte(*at + static_cast<std::size_t>(i));
    if ((next & 0xC0U) != 0x80U) return kBad;
    code = (code << 6U) | (next & 0x3FU);
  }
  if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10FFFF)) ||
      (code >= 0xD800 && code <= 0xDFFF)) {
    return kBad;
  }
  *at += static_cast<std::size_t>(size);
  return code;
}

// Letters and digits of the mathematical alphanumeric block (bold, italic, script, ...), 0 for
// others.
char MathAlphanumeric(char32_t code) {
  if (code >= 0x1D400 && code <= 0x1D6A3) {
    const char32_t index = (code - 0x1D400) % 52;
    return static_cast<char>(index < 26 ? U'A' + index : U'a' + index - 26);
  }
  if (code >= 0x1D7CE && code <= 0x1D7FF) return static_cast<char>(U'0' + (code - 0x1D7CE) % 10);
  return '\0';
}

// Greek of the same block as its plain letter: five alphabets of 58 characters from U+1D6A8.
char32_t MathGreek(char32_t code) {
  if (code < 0x1D6A8 || code > 0x1D7C9) return code;
  const char32_t index = (code - 0x1D6A8) % 58;
  constexpr char32_t kVariants[] = {0x2202, 0x3F5, 0x3D1, 0x3F0, 0x3D5, 0x3F1, 0x3D6};
  if (index < 25) return index == 17 ? 0x3F4 : 0x391 + index;
  if (index == 25) return 0x2207;
  return index < 51 ? 0x3B1 + index - 26 : kVariants[index - 51];
}

bool IsForbidden(char32_t code) {
  if (code < 0x20) return code != '\t' && code != '\n' && code != '\r';
  return code == 0x7F || (code >= 0x80 && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x2028 ||
         code == 0x2029;
}

// Joins "^2^3" made from raised characters into "^{23}".
class ScriptJoiner {
 public:
  explicit ScriptJoiner(std::string* out) : out_(out) {}

  void Script(char mark, std::string_view text) {
    if (mark != mark_) {
      Close();
      out_->push_back(mark);
      out_->push_back('{');
      mark_ = mark;
    }
    out_->append(text);
  }
  void Close() {
    if (mark_ != '\0') out_->push_back('}');
    mark_ = '\0';
  }

 private:
  std::string* out_;
  char mark_ = '\0';
};

// Markdown around the whole answer: **7**, `7`, **7.**
std::string_view WithoutMarkdown(std::string_view text) {
  // **Answer:** 42: a heading in bold that ends with its colon.
  text = Trim(text);
  if (text.starts_with("**")) {
    const std::size_t close = text.find("**", 2);
    const std::string_view head = close < 32 ? text.substr(2, close - 2) : std::string_view();
    const bool colon =
        head.ends_with(':') || (!head.empty() && text.substr(close + 2).starts_with(':'));
    const bool words = std::all_of(head.begin(), head.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == ':';
    });
    const bool answer = head.find("nswer") != std::string_view::npos ||
                        head.find("olution") != std::string_view::npos;
    if (colon && words && answer) {
      text.remove_prefix(close + 2);
      if (text.starts_with(':')) text.remove_prefix(1);
    }
  }
  for (const std::string_view mark : {"**", "`"}) {
    text = Trim(text);
    std::string_view inner = text;
    if (inner.ends_with('.')) inner.remove_suffix(1);
    if (inner.size() > 2 * mark.size() && inner.starts_with(mark) && inner.ends_with(mark)) {
      inner.remove_prefix(mark.size());
      inner.remove_suffix(mark.size());
      if (inner.find(mark) == std::string_view::npos) text = inner;
    }
  }
  return text;
}

}  // namespace

std::string_view CanonicalText(std::string_view text, std::string* out) {
  text = WithoutMarkdown(text);
  if (text.size() > 1 && text.ends_with('\\') && text[text.size() - 2] != '\\')
    text.remove_suffix(1);  // what is left of a control space
  out->clear();
  out->reserve(text.size() + 16);
  ScriptJoiner scripts(out);
  std::size_t circled = std::string_view::npos;  // where the last circled number ended
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) >= 0x80) {
      std::string number;
      if (const std::size_t used = ReadChineseNumber(text.substr(at, 256), &number); used > 0) {
        scripts.Close();
        out->append(number);
        at += used;
        continue;
      }
      const auto* chinese = std::find_if(
          std::begin(kChinese), std::end(kChinese),
          [&](const ChineseRow& row) { return text.substr(at).starts_with(row.word); });
      if (chinese != std::end(kChinese)) {
        scripts.Close();
        out->append(chinese->text);
        at += chinese->word.size();
        continue;
      }
    }
    const std::size_t start = at;
    const bool after_circled = circled == start;
    const char32_t code = MathGreek(Decode(text, &at));
    if (code == 0xFFFFFFFF) return "invalid-utf8";
    if (IsForbidden(code)) return "control-character";
    if (code >= 0x2460 && code <= 0x2473) {  // circled 1 to 20 name statements: a list of names
      scripts.Close();
      out->append(after_circled ? ",\\text{statement" : "\\text{statement");
      out->push_back(static_cast<char>('a' + (code - 0x2460)));
      out->push_back('}');
      circled = at;
      while (circled < text.size() && text[circled] == ' ') ++circled;
      if (circled < text.size() && static_cast<unsigned char>(text[circled]) >= 0x80) at = circled;
      continue;
    }
    if (code < 0x80) {
      scripts.Close();
      const char c = text[start];
      out->push_back(c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
      continue;
    }
    const auto* row =
        std::lower_bound(std::begin(kCharacters), std::end(kCharacters), code,
                         [](const CharacterRow& a, char32_t b) { return a.code < b; });
    if (row != std::end(kCharacters) && row->code == code) {
      const std::string_view mapped = row->text;
      const bool is_script = mapped.size() == 2 && (mapped[0] == '^' || mapped[0] == '_');
      if (is_script) {
        scripts.Script(mapped[0], mapped.substr(1));
      } else if (!mapped.empty()) {
        scripts.Close();
        out->append(mapped);
      }
      continue;
    }
    scripts.Close();
    if (code >= 0xFF01 && code <= 0xFF5E) {  // full-width ASCII
      out->push_back(static_cast<char>(code - 0xFF01 + 0x21));
    } else if (const char plain = MathAlphanumeric(code); plain != '\0') {
      out->push_back(plain);
    } else {
      out->append(text.substr(start, at - start));
    }
  }
  scripts.Close();
  return {};
}

}  // namespace fuseo1
