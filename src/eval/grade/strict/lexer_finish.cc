// What can only be joined once all tokens are there.
#include <utility>

#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/lexer_edit.h"
#include "eval/grade/strict/units.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool EndsGroup(const Token& token) { return token.Is("}"); }

bool NamesFunction(std::string_view word) {
  for (const std::string_view name : {"lcm", "gcd", "max", "min", "sin", "cos", "tan", "ln", "log",
                                      "arcsin", "arccos", "arctan", "diag"}) {
    if (name == word) return true;
  }
  return false;
}

bool IsAbbreviation(const Token& token) {
  if (token.kind != TokenKind::kWord) return false;
  for (const std::string_view name : {"sq", "cu", "ft", "in", "sec", "min", "hr", "hrs", "yd", "lb",
                                      "lbs", "oz", "cm", "mm", "km", "kg"}) {
    if (name == token.text) return true;
  }
  return false;
}

bool IsOrdinal(std::string_view text) {
  return text == "st" || text == "nd" || text == "rd" || text == "th";
}

bool IsOrdinalSuffix(const Token& token) {
  return token.kind == TokenKind::kWord && IsOrdinal(token.text);
}

// \mu m, k\Omega, \text{k}\Omega, \mu\mathrm{F}: a prefix and its unit, made one word at `at + 1`.
// After an italic \mu the unit is upright or stands apart from the number: 5\mu m g is a product.
bool JoinUnitPrefix(std::vector<Token>& in, std::size_t at) {
  if (at + 2 >= in.size()) return false;
  const Token& prefix = in[at];
  Token& unit = in[at + 1];
  const bool letters = (prefix.kind == TokenKind::kLetter || prefix.kind == TokenKind::kWord) &&
                       (unit.kind == TokenKind::kLetter || unit.kind == TokenKind::kWord);
  if (!letters) return false;
  std::string name;
  if (prefix.text == "mu") {
    const TokenKind after = in[at + 2].kind;
    const bool ends = after == TokenKind::kEnd || after == TokenKind::kSymbol || unit.roman;
    if (!ends || !(unit.roman || prefix.roman || prefix.space != Space::kNone)) return false;
    name = "u" + (unit.text == "Omega" ? std::string("ohm") : unit.text);
  } else if (unit.text == "Omega" &&
             (prefix.text == "k" || prefix.text == "M" || prefix.text == "m")) {
    name = prefix.text + "ohm";
  } else {
    return false;
  }
  Unit known;
  if (!FindUnit(name, false, &known)) return false;
  unit.kind = TokenKind::kWord;
  unit.text = name;
  unit.roman = true;
  return true;
}

bool StandsInFraction(const Token& token) {
  switch (token.kind) {
    case TokenKind::kWord:
      return false;
    case TokenKind::kCommand:
      for (const std::string_view name : {"pi", "sqrt", "cdot", "times", "ln", "log"}) {
        if (token.text == name) return true;
      }
      return false;
    default:
      break;
  }
  for (const std::string_view mark : {"=", "<", ">", ",", ";", ":", "|"}) {
    if (token.Is(mark)) return false;
  }
  return true;
}

// 3 \over 8 and 5 \choose 2 take all that stands on both sides; then braces say so. Not beside a
// relation or in a list: TeX would take that too, and no one means it.
void BraceFraction(std::vector<Token>* in) {
  int depth = 0;
  int fractions = 0;
  for (const Token& token : *in) {
    depth += token.Is("{") || token.Is("(") || token.Is("[") ? 1 : 0;
    depth -= token.Is("}") || token.Is(")") || token.Is("]") ? 1 : 0;
    if (depth > 0) continue;
    if (token.IsCommand("over") || token.IsCommand("choose")) {
      ++fractions;
    } else if (!StandsInFraction(token)) {
      return;
    }
  }
  if (fractions != 1) return;
  in->insert(in->begin(), Made(in->front(), TokenKind::kSymbol, "{"));
  in->insert(in->end() - 1, Made(in->back(), TokenKind::kSymbol, "}"));
}

}  // namespace

void FinishTokens(Tokens* tokens) {
  std::vector<Token>& in = tokens->list;
  std::vector<Token> out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    Rational value;
    // ^\circ and ^{\circ}
    if (in[i].Is("^") && i + 1 < in.size()) {
      const bool braced = in[i + 1].Is("{") && i + 3 < in.size() && in[i + 3].Is("}");
      const Token& mark = in[i + (braced ? 2 : 1)];
      const bool letter_o = mark.text == "o" && mark.kind != TokenKind::kCommand && !out.empty() &&
                            out.back().kind == TokenKind::kNumber;  // 60^o
      if (mark.IsCommand("circ") || mark.IsCommand("degree") || letter_o) {
        Token degree = in[i];
        degree.kind = TokenKind::kCommand;
        degree.text = "degree";
        out.push_back(std::move(degree));
        i += braced ? 3 : 1;
        continue;
      }
      if (IsOrdinalSuffix(mark) && !out.empty() && out.back().kind == TokenKind::kNumber) {
        i += braced ? 3 : 1;
        continue;
      }
      if (in[i + 1].Is("{") && i + 4 < in.size() && in[i + 4].Is("}") &&
          in[i + 2].kind == TokenKind::kLetter && in[i + 3].kind == TokenKind::kLetter &&
          IsOrdinal(in[i + 2].text + in[i + 3].text) && !out.empty() &&
          out.back().kind == TokenKind::kNumber) {
        i += 4;  // 35^{th}
        continue;
      }
      if (mark.Is("'") && !braced) continue;  // ^\prime is a prime
      if (in[i + 1].Is("{") && i + 2 < in.size() && in[i + 2].Is("'")) {
        std::size_t k = i + 2;
        while (k < in.size() && in[k].Is("'")) ++k;
        if (k < in.size() && EndsGroup(in[k])) {
          for (std::size_t p = i + 2; p < k; ++p) out.push_back(in[p]);
          i = k;
          continue;
        }
      }
    }
    const bool applied = i + 1 < in.size() && in[i + 1].Is("(") && NamesFunction(in[i].text);
    if (applied || in[i].IsWord("cis")) {  // \text{lcm}(4, 6), \text{cis}\,60^\circ
      in[i].kind = TokenKind::kCommand;
    }
    if (!out.empty() && out.back().kind == TokenKind::kNumber && JoinUnitPrefix(in, i)) {
      out.push_back(in[++i]);
      continue;
    }
    if (in[i].Is(".") && i > 0 && !out.empty() && IsAbbreviation(out.back())) continue;  // sq. ft
    // 5th, 21st: letters that only order.
    if (in[i].kind == TokenKind::kNumber && i + 2 < in.size() &&
        in[i + 1].kind == TokenKind::kLetter && in[i + 1].space == Space::kNone &&
        in[i + 2].kind == TokenKind::kLetter && in[i + 2].space == Space::kNone &&
        !in[i].is_decimal && (i + 3 >= in.size() || in[i + 3].kind != TokenKind::kLetter)) {
      const std::string suffix = in[i + 1].text + in[i + 2].text;
      if (IsOrdinal(suffix)) {
        out.push_back(in[i]);
        i += 2;
        continue;
      }
    }
    if (IsOrdinalSuffix(in[i]) && !out.empty() && out.back().kind == TokenKind::kNumber &&
        !out.back().is_decimal) {
      continue;
    }
    if (in[i].kind == TokenKind::kWord && !out.empty() && out.back().kind == TokenKind::kNumber &&
        IsScaleWord(in[i].text, &value)) {
      out.back().value = out.back().value * value;
      out.back().is_decimal = false;
      continue;
    }
    if (in[i].kind == TokenKind::kWord && !out.empty() && out.back().kind == TokenKind::kNumber) {
      const bool one = out.back().value == Rational(1);  // 5 tenths; quarters are coins
      const std::int64_t part = FractionWord(in[i].text, !one);
      if (part > 0 && part != 4) {
        out.back().value = out.back().value / Rational(part);
        out.back().is_decimal = false;
        continue;
      }
    }
    if (const std::size_t used = ReadNumberWords(in, i, &value); used > 0) {
      Token number = in[i];
      number.kind = TokenKind::kNumber;
      number.value = value;
      number.text.clear();  // no digits say this value
      number.roman = false;
      out.push_back(std::move(number));
      i += used - 1;
      continue;
    }
    out.push_back(std::move(in[i]));
  }
  std::size_t kept = 0;  // without the full stops of rows in an environment
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool row_ends =
        i + 1 < out.size() && (out[i + 1].Is("\\\\") || out[i + 1].text.starts_with("end:"));
    if (out[i].Is(".") && row_ends) continue;
    if (kept != i) out[kept] = std::move(out[i]);
    ++kept;
  }
  out.resize(kept);
  // A final full stop, also after a closing brace of a group that was dropped.
  while (out.size() >= 2 && (out[out.size() - 2].Is(".") || out[out.size() - 2].Is(":")))
    out.erase(out.end() - 2);
  in = std::move(out);
  BraceFraction(&in);
  FinishPhrases(&in);
}

}  // namespace fuseo1
