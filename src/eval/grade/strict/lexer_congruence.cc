// Congruences in all their spellings: "n = 0, 1 (mod 4)", "4 | n", "n is divisible by 4", "n mod 4
// = 1".
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "eval/grade/strict/lexer_edit.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

// "(mod 5)" as \pmod{5}.
void MarkModulus(std::vector<Token>* in) {
  for (std::size_t i = 1; i + 3 < in->size(); ++i) {
    if (!(*in)[i].Is("(") || (!(*in)[i + 1].IsCommand("mod") && !(*in)[i + 1].IsWord("mod")))
      continue;
    std::size_t close = i + 2;
    while (close + 1 < in->size() && !(*in)[close].Is(")")) ++close;
    if (!(*in)[close].Is(")")) return;
    (*in)[close] = Made((*in)[close], TokenKind::kSymbol, "}");
    (*in)[i] = Made((*in)[i], TokenKind::kCommand, "pmod");
    (*in)[i + 1] = Made((*in)[i + 1], TokenKind::kSymbol, "{");
  }
}

// "n = 0, 1 (mod 4)": the modulus holds for each of the residues.
void SpreadModulus(std::vector<Token>* in) {
  std::size_t equiv = 0;
  std::size_t mod = 0;
  for (std::size_t i = 1; i + 1 < in->size(); ++i) {
    if ((*in)[i].IsCommand("equiv")) {
      if (equiv > 0) return;
      equiv = i;
    }
    if ((*in)[i].IsCommand("pmod") || (*in)[i].IsCommand("mod")) {
      if (mod > 0) return;
      mod = i;
    }
  }
  if (equiv == 0 || mod < equiv + 4) return;
  std::vector<Token> out(in->begin(), in->begin() + static_cast<std::ptrdiff_t>(equiv) + 1);
  bool spread = false;
  for (std::size_t i = equiv + 1; i < mod; ++i) {
    const Token& t = (*in)[i];
    const bool separates = t.Is(",") || t.IsWord("or") || t.IsWord("and");
    if (!separates) {
      if (t.kind != TokenKind::kNumber && !t.Is("-") && !t.IsCommand("pm")) return;
      out.push_back(t);
      continue;
    }
    if (out.back().IsCommand("equiv")) return;
    out.insert(out.end(), in->begin() + static_cast<std::ptrdiff_t>(mod), in->end() - 1);
    out.push_back(Made(t, TokenKind::kWord, "or"));
    out.insert(out.end(), in->begin(), in->begin() + static_cast<std::ptrdiff_t>(equiv) + 1);
    spread = true;
    if (t.Is(",") && (*in)[i + 1].kind == TokenKind::kWord) ++i;  // ", or"
  }
  if (!spread) return;
  out.insert(out.end(), in->begin() + static_cast<std::ptrdiff_t>(mod), in->end());
  *in = std::move(out);
}

// Makes the text "what \equiv residue \pmod{modulus}".
void SayCongruence(std::vector<Token> what, const Token& residue, const Token& modulus,
                   std::vector<Token>* in) {
  const Token end = in->back();
  what.push_back(Made(end, TokenKind::kCommand, "equiv"));
  what.push_back(residue);
  what.push_back(Made(end, TokenKind::kCommand, "pmod"));
  what.push_back(Made(end, TokenKind::kSymbol, "{"));
  what.push_back(modulus);
  what.push_back(Made(end, TokenKind::kSymbol, "}"));
  what.push_back(end);
  *in = std::move(what);
}

bool IsWhole(const Token& token) {
  return token.kind == TokenKind::kNumber && !token.is_decimal && token.value.IsInteger();
}

// A number in the place of another token.
Token Whole(const Token& place, std::int64_t value) {
  Token number = Made(place, TokenKind::kNumber, std::to_string(value));
  number.value = Rational(value);
  return number;
}

// 4 | n and 4 \mid n+1: a number, one bar, and letters behind it.
void ReadBar(std::vector<Token>* in) {
  const auto is_bar = [](const Token& t) { return t.Is("|") || t.IsCommand("mid"); };
  if (in->size() < 4 || !IsWhole((*in)[0]) || !is_bar((*in)[1])) return;
  bool letter = false;
  for (std::size_t i = 2; i + 1 < in->size(); ++i) {
    const Token& t = (*in)[i];
    letter = letter || t.kind == TokenKind::kLetter;
    const bool plain = t.kind == TokenKind::kLetter || t.kind == TokenKind::kNumber || t.Is("+") ||
                       t.Is("-") || t.Is("^") || t.Is("{") || t.Is("}") || t.Is("(") || t.Is(")");
    if (!plain) return;
  }
  if (!letter) return;
  const Token modulus = (*in)[0];
  SayCongruence({in->begin() + 2, in->end() - 1}, Whole(modulus, 0), modulus, in);
}

// "n is divisible by 4", "n is a multiple of 4": one letter.
void ReadDivisible(std::vector<Token>* in) {
  if (in->size() < 4 || (*in)[0].kind != TokenKind::kLetter) return;
  std::size_t used = 0;
  for (const auto& words : {std::initializer_list<std::string_view>{"is", "divisible", "by"},
                            {"is", "a", "multiple", "of"},
                            {"divisible", "by"}}) {
    used = std::max(used, Phrase(*in, 1, words));
  }
  if (used == 0 || in->size() != used + 3 || !IsWhole((*in)[used + 1])) return;
  const Token modulus = (*in)[used + 1];
  SayCongruence({(*in)[0]}, Whole(modulus, 0), modulus, in);
}

// n \bmod 4 = 1: a letter, its modulus and its rest.
void ReadRemainder(std::vector<Token>* in) {
  if (in->size() != 6 || (*in)[0].kind != TokenKind::kLetter ||
      !((*in)[1].IsCommand("mod") || (*in)[1].IsWord("mod")) || !IsWhole((*in)[2]) ||
      !((*in)[3].Is("=") || (*in)[3].IsCommand("equiv")) || !IsWhole((*in)[4])) {
    return;
  }
  const Token modulus = (*in)[2];
  const Token residue = (*in)[4];
  SayCongruence({(*in)[0]}, residue, modulus, in);
}

// 17 \bmod 5 is 2: whole numbers, and nothing else. 2 \pmod 5 is a class, not a number.
void ReadModulo(std::vector<Token>* in) {
  const std::size_t sign = (*in)[0].Is("-") ? 1 : 0;
  if (in->size() != sign + 4 || !IsWhole((*in)[sign]) || !IsWhole((*in)[sign + 2]) ||
      !((*in)[sign + 1].IsCommand("mod") || (*in)[sign + 1].IsWord("mod"))) {
    return;
  }
  const std::optional<std::int64_t> number = (*in)[sign].value.ToInt();
  const std::optional<std::int64_t> modulus = (*in)[sign + 2].value.ToInt();
  if (!number || !modulus || *modulus < 1) return;
  const std::int64_t rest = (sign > 0 ? -*number : *number) % *modulus;
  *in = {Whole((*in)[sign], rest < 0 ? rest + *modulus : rest), in->back()};
}

}  // namespace

void FinishCongruences(std::vector<Token>* in) {
  MarkModulus(in);
  SpreadModulus(in);
  ReadBar(in);
  ReadDivisible(in);
  ReadRemainder(in);
  ReadModulo(in);
}

void ReadParity(std::vector<Token>* in) {
  std::size_t i = 0;
  for (const std::string_view word : {"all", "every", "any"}) i += Phrase(*in, i, {word});
  const bool leads = Phrase(*in, i, {"even"}) + Phrase(*in, i, {"odd"}) > 0;
  const bool letter_first = i == 0 && (*in)[0].kind == TokenKind::kLetter;
  bool odd = false;
  Token letter = (*in)[0];
  if (leads) {
    odd = Phrase(*in, i, {"odd"}) > 0;
    ++i;
    for (const std::string_view word : {"integer", "integers"}) i += Phrase(*in, i, {word});
    if (i + 2 != in->size() || (*in)[i].kind != TokenKind::kLetter) return;
    letter = (*in)[i];
  } else if (letter_first) {
    i = 1 + Phrase(*in, 1, {"is"});
    odd = Phrase(*in, i, {"odd"}) > 0;
    if (!odd && Phrase(*in, i, {"even"}) == 0) return;
    if (i + 2 != in->size()) return;
  } else {
    return;
  }
  SayCongruence({letter}, Whole(letter, odd ? 1 : 0), Whole(letter, 2), in);
}

}  // namespace fuseo1
