// Short phrases and typed notations over several tokens: "all real numbers", "2 to 3", "]2, 5[",
// "<1, 2>", "3 x 10^5", and remarks that say nothing about the value.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "eval/grade/strict/lexer_edit.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

// 5'4'' alone: feet and inches.
void SpellFeet(std::vector<Token>* in) {
  const bool number = in->size() >= 4 && (*in)[0].kind == TokenKind::kNumber && (*in)[1].Is("'") &&
                      (*in)[2].kind == TokenKind::kNumber;
  if (!number || !(in->size() == 6 && (*in)[3].Is("'") && (*in)[4].Is("'"))) return;
  in->erase(in->begin() + 4);
  (*in)[1] = Made((*in)[1], TokenKind::kWord, "ft");
  (*in)[3] = Made((*in)[3], TokenKind::kWord, "in");
}

// "Option B" is B.
void DropOption(std::vector<Token>* in) {
  const std::size_t used = std::max(Phrase(*in, 0, {"option"}), Phrase(*in, 0, {"choice"}));
  const Token& letter = (*in)[used];
  const bool one = letter.text.size() == 1 && letter.text[0] >= 'A' && letter.text[0] <= 'H';
  if (one && in->size() == used + 3 && (*in)[used + 1].Is(")"))  // B)
    in->erase(in->begin() + static_cast<std::ptrdiff_t>(used) + 1);
  if (used == 0 || in->size() != used + 2) return;
  if (one) EraseFront(in, used);
}

// f : x \mapsto 2x defines f(x) = 2x.
void SpellMapping(std::vector<Token>* in) {
  if (in->size() < 6 || (*in)[0].kind != TokenKind::kLetter || !(*in)[1].Is(":") ||
      (*in)[2].kind != TokenKind::kLetter || !(*in)[3].IsCommand("mapsto")) {
    return;
  }
  (*in)[1] = Made((*in)[1], TokenKind::kSymbol, "(");
  (*in)[1].space = Space::kNone;
  (*in)[3] = Made((*in)[3], TokenKind::kSymbol, "=");
  in->insert(in->begin() + 3, Made((*in)[3], TokenKind::kSymbol, ")"));
}

// "(a) 3 (b) 5": each part under its own name.
void NameParts(std::vector<Token>* in) {
  const auto marks = [in](std::size_t at, char letter) {
    return at + 2 < in->size() && (*in)[at].Is("(") &&
           (*in)[at + 1].text == std::string(1, letter) && (*in)[at + 2].Is(")");
  };
  const bool numbered = marks(0, '1') && (*in)[3].space != Space::kNone;  // (1) 3 (2) 5
  if (in->size() < 9 || !(marks(0, 'a') || numbered)) return;
  std::vector<Token> out;
  const char first = numbered ? '1' : 'a';
  char letter = first;
  for (std::size_t i = 0; i < in->size(); ++i) {
    const bool apart = !numbered || (i + 3 < in->size() && (*in)[i].space != Space::kNone &&
                                     (*in)[i + 3].space != Space::kNone &&
                                     !(i > 0 && ((*in)[i - 1].Is("+") || (*in)[i - 1].Is("-"))));
    const bool new_part = marks(i, letter) && (i == 0 || (i > 3 && apart));
    if (!new_part) {
      out.push_back((*in)[i]);
      continue;
    }
    if (!out.empty() && !out.back().Is(",") && !out.back().Is(";"))
      out.push_back(Made((*in)[i], TokenKind::kSymbol, ";"));
    const char name = static_cast<char>('a' + (letter - first));
    out.push_back(Made((*in)[i], TokenKind::kWord, "part" + std::string(1, name)));
    out.push_back(Made((*in)[i], TokenKind::kSymbol, "="));
    ++letter;
    i += 2;
  }
  if (letter > first + 1) *in = std::move(out);
}

// "Alice: 5, Bob: 7": a word names the value after its colon.
void NameByColons(std::vector<Token>* in) {
  for (std::size_t i = 0; i + 2 < in->size(); ++i) {
    const bool starts =
        i == 0 || (*in)[i - 1].Is(",") || (*in)[i - 1].Is(";") || (*in)[i - 1].IsWord("and");
    if (!starts || (*in)[i].kind != TokenKind::kWord || !(*in)[i + 1].Is(":")) continue;
    const TokenKind value = (*in)[i + 2].kind;
    if (value == TokenKind::kNumber || (*in)[i + 2].Is("-") || (*in)[i + 2].Is("$"))
      (*in)[i + 1].text = "=";
  }
}

// "for all real x", "\forall x \in R": how many tokens; 0 where it is not said.
std::size_t ForAll(const std::vector<Token>& in, std::size_t at) {
  std::size_t head = in[at].IsCommand("forall") ? 1 : 0;
  for (const std::string_view word : {"all", "any", "every", "each"})
    if (head == 0) head = Phrase(in, at, {"for", word});
  if (head == 0) return 0;
  for (const auto& kind : {std::initializer_list<std::string_view>{"real", "numbers"},
                           {"positive", "integers"},
                           {"natural", "numbers"},
                           {"real"},
                           {"reals"},
                           {"integer"},
                           {"integers"}}) {
    if (const std::size_t used = Phrase(in, at + head, kind); used > 0) {
      head += used;
      break;
    }
  }
  if (at + head + 1 >= in.size() || in[at + head].kind != TokenKind::kLetter) return 0;
  ++head;
  if (!in[at + head].IsCommand("in") || at + head + 2 >= in.size()) return head;
  const Token& set = in[at + head + 1];
  if (set.kind != TokenKind::kCommand || !set.text.starts_with("bb") || set.text == "bbZ") return 0;
  head += 2;
  if ((in[at + head].Is("^") || in[at + head].Is("_")) && at + head + 2 < in.size() &&
      (in[at + head + 1].Is("+") || in[at + head + 1].Is("*"))) {
    head += 2;
  }
  return head;
}

// "where C is an arbitrary constant", likewise.
std::size_t WhereConstant(const std::vector<Token>& in, std::size_t at) {
  const std::size_t head = Phrase(in, at, {"where"});
  if (head == 0 || in[at + head].kind != TokenKind::kLetter) return 0;
  std::size_t k = head + 1;
  while (in[at + k].Is("_") && at + k + 2 < in.size()) k += 2;
  const std::size_t is = Phrase(in, at + k, {"is"});
  k += is;
  k += std::max(Phrase(in, at + k, {"a"}), Phrase(in, at + k, {"an"}));
  k += Phrase(in, at + k, {"arbitrary"});
  k += Phrase(in, at + k, {"real"});
  const std::size_t constant = Phrase(in, at + k, {"constant"});
  return is > 0 && constant > 0 ? k + constant : 0;
}

// "for some constants a and b", "a, b \in R" at the end, likewise.
std::size_t ForConstants(const std::vector<Token>& in, std::size_t at) {
  std::size_t i = at + Phrase(in, at, {"for"});
  if (i > at) {
    for (const std::string_view word : {"some", "any", "all", "arbitrary", "real"})
      i += Phrase(in, i, {word});
    const std::size_t noun = std::max(Phrase(in, i, {"constant"}), Phrase(in, i, {"constants"}));
    if (noun == 0) return 0;
    i += noun;
  }
  std::size_t letters = 0;
  while (in[i].kind == TokenKind::kLetter) {
    ++letters;
    ++i;
    if (in[i].Is(",") || in[i].IsWord("and")) ++i;
  }
  const bool real = in[i].IsCommand("in") && in[i + 1].IsCommand("bbR");
  const bool ends = in[real ? i + 2 : i].kind == TokenKind::kEnd;
  const bool remark = Phrase(in, at, {"for"}) > 0 ? letters > 0 : letters > 1 && real;
  return remark && ends ? i + (real ? 2 : 0) - at : 0;
}

// Such remarks after a value.
void DropRemarks(std::vector<Token>* in) {
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    std::size_t at = i;
    if ((*in)[at].Is(",")) ++at;
    const std::size_t used =
        std::max({ForAll(*in, at), WhereConstant(*in, at),
                  at > i || (*in)[at].IsWord("for") ? ForConstants(*in, at) : 0});
    if (used == 0) continue;
    const Token& next = (*in)[at + used];
    if (next.kind == TokenKind::kEnd || next.IsWord("or") || next.IsWord("and") || next.Is(",") ||
        next.Is(";")) {
      in->erase(in->begin() + static_cast<std::ptrdiff_t>(i),
                in->begin() + static_cast<std::ptrdiff_t>(at + used));
    }
  }
}

// ]2, 5[ opens where others write (2, 5): only where the text starts or ends so.
void TurnOutwardBrackets(std::vector<Token>* in) {
  const Token& last = (*in)[in->size() - 2];
  const bool turned = in->front().Is("]") || last.Is("[");
  if (!turned) return;
  bool open = false;
  int inner = 0;
  for (Token& token : *in) {
    if (token.Is("(")) {
      if (open) ++inner;
      open = true;
    } else if (token.Is(")")) {
      if (inner > 0) {
        --inner;
      } else {
        open = false;
      }
    } else if (inner == 0 && (token.Is("[") || token.Is("]"))) {
      const bool outward = token.Is(open ? "[" : "]");
      if (outward) token.text = open ? ")" : "(";
      open = !open;
    }
  }
}

}  // namespace

void FinishPhrases(std::vector<Token>* in) {
  if (in->size() < 2) return;
  if (in->size() == 2 && in->front().kind == TokenKind::kWord) {
    if (const std::int64_t n = OrdinalWord(in->front().text); n > 0) {
      in->front().kind = TokenKind::kNumber;
      in->front().value = Rational(n);
      in->front().text = std::to_string(n);
      return;
    }
  }
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    const bool after_number = (*in)[i - 1].kind == TokenKind::kNumber || (*in)[i - 1].Is("}");
    if (!after_number) continue;
    if (const std::size_t to = Phrase(*in, i, {"to"}); to > 0 && (*in)[i].space != Space::kNone &&
                                                       i + to < in->size() &&
                                                       (*in)[i + to].kind == TokenKind::kNumber) {
      Replace(in, i, to, TokenKind::kSymbol, ":");
    } else if (IsPlainWord((*in)[i], "x") && (*in)[i - 1].kind == TokenKind::kNumber &&
               (*in)[i].space != Space::kNone && (*in)[i + 1].text == "10" &&
               (*in)[i + 1].space != Space::kNone && i + 2 < in->size() && (*in)[i + 2].Is("^")) {
      Replace(in, i, 1, TokenKind::kSymbol, "*");  // 3 x 10^5
    } else if (const std::size_t of =
                   std::max({Phrase(*in, i, {"of", "a"}), Phrase(*in, i, {"of", "an"}),
                             Phrase(*in, i, {"of", "the"})});
               of > 0 && i + of < in->size() && (*in)[i + of].kind == TokenKind::kWord) {
      in->erase(in->begin() + static_cast<std::ptrdiff_t>(i),
                in->begin() + static_cast<std::ptrdiff_t>(i + of));  // 3/4 of a cup
    } else if (const std::size_t volts = std::max(Phrase(*in, i, {"electron", "volts"}),
                                                  Phrase(*in, i, {"electron", "volt"}));
               volts > 0) {
      Replace(in, i, volts, TokenKind::kWord, "eV");
    } else if (const std::size_t percent = Phrase(*in, i, {"per", "cent"}); percent > 0) {
      Replace(in, i, percent, TokenKind::kSymbol, "%");
    } else if (const std::size_t out_of = Phrase(*in, i, {"out", "of"});
               out_of > 0 && (*in)[i + out_of].kind == TokenKind::kNumber) {
      Replace(in, i, out_of, TokenKind::kSymbol, "/");  // 3 out of 5
    }
  }
  DropNoise(in);
  SpellFeet(in);
  SpellMapping(in);
  DropOption(in);
  NameParts(in);
  NameByColons(in);
  FinishSets(in);
  DropRemarks(in);
  FinishConditions(in);
  if (in->size() > 3 && in->front().Is("<") && (*in)[in->size() - 2].Is(">")) {
    Replace(in, 0, 1, TokenKind::kCommand, "langle");
    Replace(in, in->size() - 2, 1, TokenKind::kCommand, "rangle");
  }
  TurnOutwardBrackets(in);
}

}  // namespace fuseo1
