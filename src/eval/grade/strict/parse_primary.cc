// Numbers, letters, brackets: what stands alone.
#include <utility>

#include "eval/grade/strict/parser.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsFunctionLetter(std::string_view name) {
  return name == "f" || name == "g" || name == "h" || name == "F" || name == "G" || name == "H";
}

}  // namespace

NodeId Parser::ParsePrimary() {
  if (++depth_ > kMaxAnswerDepth) return Fail("too-deep");
  const NodeId node = ParsePrimaryUnguarded();
  --depth_;
  return node;
}

NodeId Parser::ParsePrimaryUnguarded() {
  const Token& t = Peek();
  switch (t.kind) {
    case TokenKind::kNumber:
      return ParseNumber();
    case TokenKind::kLetter:
      return ParseLetter();
    case TokenKind::kCommand:
      return ParseCommand();
    case TokenKind::kWord: {
      if (t.text == "and" || t.text == "or") return Unexpected();
      Unit unit;
      if ((t.text == "USD" || t.text == "Rs" || t.text == "EUR" || t.text == "RMB") &&
          FindUnit(t.text, false, &unit)) {
        if (Peek(1).kind == TokenKind::kNumber) return ParseCurrency();
      }
      std::string name = t.text;
      ++pos_;
      while (Peek().Is("_")) {
        ++pos_;
        name += "_" + RawArgument();
      }
      return Failed() ? kFailed : tree_.Add(Op::kWord, {}, name);
    }
    case TokenKind::kSymbol:
      break;
    case TokenKind::kEnd:
      return Unexpected();
  }
  if (t.Is("(") || t.Is("[")) {
    const std::string open = t.text;
    ++pos_;
    return ParseBracket(open);
  }
  if (t.Is("^") || (t.Is("{") && Peek(1).Is("}") && (Peek(2).Is("_") || Peek(2).Is("^")))) {
    pos_ += t.Is("^") ? 1 : 3;  // {}_5C_2, ^5C_2
    const NodeId n = ParseArgument();
    if (n == kFailed) return kFailed;
    const bool permutation = Peek().text == "P" || Peek().text == "A";
    if (!permutation && Peek().text != "C") return Unexpected();
    ++pos_;
    if (!Take("_")) return Unexpected();
    const NodeId k = ParseArgument();
    if (k == kFailed) return kFailed;
    return tree_.Add(permutation ? Op::kPermutation : Op::kBinomial, {n, k});
  }
  if (t.Is("{") || t.Is("\\{")) {
    const bool is_set = t.Is("\\{");
    ++pos_;
    return ParseBrace(is_set);
  }
  if (t.Is("|")) {
    ++pos_;
    return ParseBars("|", Op::kAbs);
  }
  if (t.Is("||")) {  // \|v\|
    ++pos_;
    return ParseBars("||", Op::kAbs);
  }
  if (t.Is("abs(")) {
    ++pos_;
    return ParseBars("abs)", Op::kAbs);
  }
  if (t.Is("$") || static_cast<unsigned char>(t.text[0]) >= 0x80) return ParseCurrency();
  return Unexpected();
}

NodeId Parser::ParseBars(std::string_view close, Op op) {
  const bool bar_stopped = std::exchange(bar_stops_, false);
  const int bars = std::exchange(open_bars_, close == "|" ? 1 : 0);
  const NodeId inside = ParseList();
  bar_stops_ = bar_stopped;
  open_bars_ = bars;
  if (inside == kFailed) return kFailed;
  if (!Take(close)) return Unexpected();
  if (tree_.at(inside).op == Op::kMatrix) return tree_.Add(Op::kDeterminant, {inside});
  return tree_.Add(op, {inside});
}

// An integer with a fraction of integers after it is a mixed number.
NodeId Parser::ParseNumber() {
  const Token t = Peek();
  ++pos_;
  if (Peek().Is("_")) return Unexpected();
  const bool whole = !t.is_decimal && t.value.IsInteger();
  const bool wrapped = whole && Peek().Is("{") && Peek(1).IsCommand("frac");
  if (wrapped && Peek(2).Is("{") && Peek(3).kind == TokenKind::kNumber && Peek(4).Is("}") &&
      Peek(5).Is("{") && Peek(6).kind == TokenKind::kNumber && Peek(7).Is("}") &&
      Peek(8).Is("}")) {  // 3{\frac{4}{5}}
    tokens_.erase(tokens_.begin() + static_cast<std::ptrdiff_t>(pos_ + 8));
    tokens_.erase(tokens_.begin() + static_cast<std::ptrdiff_t>(pos_));
  }
  if (whole && Peek().IsCommand("frac")) {
    const bool literal = (Peek(1).kind == TokenKind::kNumber && !Peek(1).is_decimal) ||
                         (Peek(1).Is("{") && Peek(2).kind == TokenKind::kNumber &&
                          !Peek(2).is_decimal && Peek(3).Is("}"));
    if (literal) {
      const NodeId fraction = ParseCommand();
      if (fraction == kFailed) return kFailed;
      const Node& node = tree_.at(fraction);
      if (node.op == Op::kDiv && tree_.at(node.kids[0]).op == Op::kNumber &&
          tree_.at(node.kids[1]).op == Op::kNumber && tree_.at(node.kids[0]).number.IsInteger() &&
          tree_.at(node.kids[1]).number.Sign() > 0 && tree_.at(node.kids[1]).number.IsInteger()) {
        return tree_.AddNumber(t.value +
                               tree_.at(node.kids[0]).number / tree_.at(node.kids[1]).number);
      }
      const NodeId number = tree_.AddNumber(t.value);
      return tree_.Add(Op::kMul, {number, fraction});
    }
  }
  if (whole && Peek().kind == TokenKind::kNumber && Peek().space != Space::kNone &&
      Peek(1).Is("/") && Peek(2).kind == TokenKind::kNumber && !Peek().is_decimal &&
      !Peek(2).is_decimal && Peek(2).value.Sign() > 0) {
    const Rational value = t.value + Peek().value / Peek(2).value;
    pos_ += 3;
    return tree_.AddNumber(value);
  }
  const NodeId node = tree_.AddNumber(t.value);
  tree_.at(node).is_decimal = t.is_decimal;
  tree_.at(node).aux = t.last_digit;
  return node;
}

// The source of {group} or of one token, without spaces and fonts: what a subscript says.
std::string Parser::RawArgument() {
  std::string text;
  if (!Take("{")) {
    if (AtEnd()) Unexpected();
    text = Peek().text;
    if (!AtEnd()) ++pos_;
    return text;
  }
  int open = 1;
  while (open > 0 && text.size() < 256) {
    if (AtEnd()) {
      Unexpected();
      return {};
    }
    if (Peek().Is("{")) ++open;
    if (Peek().Is("}") && --open == 0) {
      ++pos_;
      break;
    }
    text += Peek().text;
    ++pos_;
  }
  if (open > 0) Fail("not-mathematics");
  if (text.find_first_of("_^") == std::string::npos) {  // \hat{\mathbf{x}}
    std::erase_if(text, [](char c) { return c == '{' || c == '}'; });
  }
  return text;
}

// One digit of an unbraced number is a whole argument: \frac12.
NodeId Parser::ParseArgument() {
  if (Peek().kind == TokenKind::kNumber && Peek().text.size() > 1) {
    Token& token = tokens_[pos_];
    for (const char c : token.text) {
      if (c < '0' || c > '9') return ParsePrimary();
    }
    const NodeId digit = tree_.AddNumber(Rational(token.text[0] - '0'));
    token.text.erase(0, 1);
    token.value = Rational::FromDigits(token.text);
    token.space = Space::kNone;
    return digit;
  }
  if (Peek().kind == TokenKind::kNumber) {
    const NodeId number = tree_.AddNumber(Peek().value);
    ++pos_;
    return number;
  }
  return ParsePrimary();
}

// C_{n+1}^{2}, with a letter below and a number or a letter above.
NodeId Parser::ParseCounting(const std::string& name) {
  if (!Peek().Is("_")) return kFailed;
  std::size_t i = 1;
  bool letter = false;
  for (int open = Peek(i).Is("{") ? 0 : 1; i < 16; ++i) {
    open += Peek(i).Is("{") ? 1 : Peek(i).Is("}") ? -1 : 0;
    letter = letter || Peek(i).kind == TokenKind::kLetter;
    if (Peek(i).Is(",") || Peek(i).kind == TokenKind::kEnd) return kFailed;
    if (open <= 0 || (i == 1 && !Peek(1).Is("{"))) break;
  }
  if (!letter || name == "A" || !Peek(i + 1).Is("^")) return kFailed;
  ++pos_;
  const NodeId n = ParseArgument();
  if (n == kFailed || !Take("^")) return Unexpected();
  const NodeId k = ParseArgument();
  if (k == kFailed) return kFailed;
  return tree_.Add(name == "C" ? Op::kBinomial : Op::kPermutation, {n, k});
}

// The bracket of C(2n, n): two sums of letters and numbers.
bool Parser::ChoosesFrom() const {
  int commas = 0;
  bool letter = false;
  std::size_t i = 1;
  for (; !Peek(i).Is(")"); ++i) {
    const Token& t = Peek(i);
    letter = letter || t.kind == TokenKind::kLetter;
    commas += t.Is(",") ? 1 : 0;
    if (t.kind != TokenKind::kLetter && t.kind != TokenKind::kNumber && !t.Is(",") && !t.Is("+") &&
        !t.Is("-")) {
      return false;
    }
  }
  return commas == 1 && letter && Peek(i - 1).kind != TokenKind::kSymbol;
}

NodeId Parser::ParseLetter() {
  if (AtDifferential() && differential_.empty()) {
    differential_ = Peek(1).text;
    pos_ += 2;
    return tree_.AddNumber(Rational(1));
  }
  if (const NodeId derivative = ParsePlainDerivative(); derivative != kFailed) return derivative;
  const Token first = Peek();
  std::string name = first.text;
  ++pos_;
  if (name == "nabla" && (Peek().IsCommand("times") || Peek().IsCommand("cdot"))) {
    name += " " + Peek().text;  // the curl and the divergence are no products
    ++pos_;
    return tree_.Add(Op::kVar, {}, name);
  }
  if (name == "Delta" && Peek().kind == TokenKind::kLetter && !Peek().roman) {
    name += " " + Peek().text;  // \Delta x is one quantity
    ++pos_;
  }
  // C_5^2, C^2_5 and P, A alike, with integers: combinations and permutations.
  const bool counting = name == "C" || name == "P" || name == "A";
  if (counting && (Peek().Is("_") || Peek().Is("^"))) {
    const std::size_t back = pos_;
    Rational low;
    Rational high;
    int found = 0;
    for (int k = 0; k < 2 && (Peek().Is("_") || Peek().Is("^")); ++k) {
      const bool below = Peek().Is("_");
      const bool braced = Peek(1).Is("{");
      const Token& number = Peek(braced ? 2 : 1);
      if (number.kind != TokenKind::kNumber || number.is_decimal || (braced && !Peek(3).Is("}")))
        break;
      (below ? low : high) = number.value;
      pos_ += braced ? 4 : 2;
      found += below ? 1 : 2;
    }
    if (found == 3 && low.Compare(high) >= 0) {
      const NodeId n = tree_.AddNumber(low);
      const NodeId k = tree_.AddNumber(high);
      return tree_.Add(name == "C" ? Op::kBinomial : Op::kPermutation, {n, k});
    }
    pos_ = back;
    if (const NodeId choose = ParseCounting(name); choose != kFailed || Failed()) return choose;
  }
  while (Peek().Is("_") || Peek().Is("'")) {
    if (Take("'")) {
      name += "'";
    } else {
      ++pos_;
      name += "_" + RawArgument();
    }
    if (Failed()) return kFailed;
    if (name.size() > 512) return Fail("not-mathematics");
  }
  if (IsFunctionLetter(first.text) && Peek().Is("^") && Peek(1).Is("{") && Peek(2).Is("-") &&
      Peek(3).kind == TokenKind::kNumber && Peek(3).value == Rational(1) && Peek(4).Is("}") &&
      Peek(5).Is("(")) {
    name += "^-1";  // the inverse function
    pos_ += 5;
  }
  if (name == "e") return tree_.Add(Op::kE);
  if (name == "i") return tree_.Add(Op::kI);
  if (!Peek().Is("(") || Peek().space == Space::kTex) return tree_.Add(Op::kVar, {}, name);
  if (name == "P") {  // P(X > 2), P(A | B): the name of a probability
    std::string event = name;
    bool condition = false;
    int open = 0;
    std::size_t k = 0;
    for (; event.size() < 128 && Peek(k).kind != TokenKind::kEnd; ++k) {
      const Token& t = Peek(k);
      open += t.Is("(") ? 1 : t.Is(")") ? -1 : 0;
      condition = condition || t.Is("<") || t.Is(">") || t.Is("=") || t.Is("|") ||
                  t.IsCommand("mid") || t.IsCommand("le") || t.IsCommand("ge") ||
                  t.IsCommand("cup") || t.IsCommand("cap");
      event += t.IsCommand("mid") ? "|" : t.text;
      if (open == 0) break;
    }
    if (condition && open == 0) {
      pos_ += k + 1;
      return tree_.Add(Op::kVar, {}, event);
    }
  }
  // A call, where the bracket holds only names and numbers: f(x), C(5,2), but not n(n+1).
  std::size_t i = 1;
  bool plain = true;
  int arguments = 0;
  while (plain && !Peek(i).Is(")")) {
    plain = Peek(i).kind == TokenKind::kLetter || Peek(i).kind == TokenKind::kNumber;
    ++i;
    ++arguments;
    if (Peek(i).Is(",") && plain) {
      ++i;
    } else if (!Peek(i).Is(")")) {
      plain = false;
    }
  }
  const bool chooses = !plain && name == "C" && ChoosesFrom();
  if ((!plain || arguments == 0) && !chooses && !IsFunctionLetter(first.text))
    return tree_.Add(Op::kVar, {}, name);
  ++pos_;
  Items items;
  if (!ParseItems(&items)) return kFailed;
  if (!Take(")")) return Unexpected();
  if (name == "Gamma" && items.nodes.size() == 1 && tree_.at(items.nodes[0]).op == Op::kNumber)
    return Call(Ball::Function::kGamma, items.nodes[0]);
  if (counting && items.nodes.size() == 2 && name.size() == 1 && name != "A") {
    return tree_.Add(name == "C" ? Op::kBinomial : Op::kPermutation, std::move(items.nodes));
  }
  return tree_.Add(Op::kCall, std::move(items.nodes), name);
}

// \vec{AB}, \overline{AB}, \hat x: one name with its mark.
NodeId Parser::ParseDecorated(const std::string& prefix) {
  std::string name = prefix + "(" + RawArgument() + ")";
  while (!Failed() && (Peek().Is("_") || Peek().Is("'"))) {
    if (Take("'")) {
      name += "'";
    } else {
      ++pos_;
      name += "_" + RawArgument();
    }
  }
  return Failed() ? kFailed : tree_.Add(Op::kVar, {}, name);
}

}  // namespace fuseo1
