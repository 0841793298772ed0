// Numbers in words over several tokens: "one hundred and five", "two-thirds", "2 and a half".
#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsPureNumberWord(const Token& token) {
  return token.kind == TokenKind::kWord && IsNumberWord(token.text);
}

bool IsArticle(const Token& token) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kLetter) &&
         (token.text == "a" || token.text == "A" || token.IsWord("an"));
}

bool TakesAnd(const Token& token) {
  const std::string w = ToLowerAscii(token.text);
  return w == "hundred" || w == "thousand" || w == "million";
}

// A whole number from `from`; returns how many tokens it takes (0: none).
std::size_t WholeRun(const std::vector<Token>& in, std::size_t from, Rational* value) {
  std::vector<std::string> words;
  std::size_t i = from;
  std::size_t used = 0;
  while (i < in.size() && words.size() < 40) {
    if (IsPureNumberWord(in[i])) {
      words.push_back(in[i].text);
      ++i;
      if (!NumberFromWords(words, value)) break;  // what follows cannot mend it
      used = i - from;
    } else if (i > from && i + 1 < in.size() && IsPureNumberWord(in[i + 1]) &&
               (in[i].Is("-") || (in[i].IsWord("and") && TakesAnd(in[i - 1])))) {
      ++i;
    } else {
      break;
    }
  }
  if (used > 0) {  // the value of the longest well-formed prefix
    std::vector<std::string> prefix;
    for (std::size_t k = from; k < from + used; ++k) {
      if (IsPureNumberWord(in[k])) prefix.push_back(in[k].text);
    }
    NumberFromWords(prefix, value);
  }
  return used;
}

const Token& At(const std::vector<Token>& in, std::size_t i) {
  return i < in.size() ? in[i] : in.back();
}

// "a half", "one third", "two-fifths", "half": a fraction below its whole.
std::size_t FractionRun(const std::vector<Token>& in, std::size_t from, Rational* value) {
  Rational above(1);
  std::size_t i = from;
  bool plural = false;
  if (IsArticle(At(in, i))) {
    ++i;
  } else if (const std::size_t used = WholeRun(in, i, &above); used > 0) {
    i += used;
    plural = !(above == Rational(1));
    if (At(in, i).Is("-")) ++i;
  } else if (At(in, i).kind != TokenKind::kWord || ToLowerAscii(At(in, i).text) != "half") {
    return 0;
  }
  if (At(in, i).kind != TokenKind::kWord) return 0;
  const std::int64_t below = FractionWord(At(in, i).text, plural);
  if (below == 0) return 0;
  *value = above / Rational(below);
  ++i;
  if (IsArticle(At(in, i)) && At(in, i + 1).kind == TokenKind::kWord) {
    ++i;  // half a mile
  } else if (At(in, i).text == "a" && At(in, i + 1).text == "n" &&
             At(in, i + 1).space == Space::kNone && At(in, i + 2).kind == TokenKind::kWord) {
    i += 2;  // half an hour
  }
  return i - from;
}

}  // namespace

std::size_t ReadNumberWords(const std::vector<Token>& in, std::size_t from, Rational* value) {
  if (in.empty()) return 0;
  Rational part;
  if (const std::size_t used = FractionRun(in, from, &part); used > 0) {
    *value = part;
    return used;
  }
  std::size_t used = WholeRun(in, from, value);
  if (used == 0 && IsArticle(At(in, from)) && At(in, from + 1).kind == TokenKind::kWord &&
      IsScaleWord(At(in, from + 1).text, value)) {
    return 2;  // a hundred, a dozen
  }
  const bool digits = used == 0 && At(in, from).kind == TokenKind::kNumber &&
                      !At(in, from).is_decimal && At(in, from).value.IsInteger();
  if (digits) *value = At(in, from).value;
  if (used == 0 && !digits) return 0;
  const std::size_t next = from + (digits ? 1 : used);
  if (At(in, next).IsWord("and")) {  // two and a half
    if (const std::size_t more = FractionRun(in, next + 1, &part);
        more > 1 && part.Compare(Rational(1)) < 0) {
      *value = *value + part;
      return next + 1 + more - from;
    }
  }
  return digits ? 0 : used;
}

}  // namespace fuseo1
