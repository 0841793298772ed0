// Sums, products, powers and what follows a factor.
#include <algorithm>
#include <utility>

#include "eval/grade/strict/parser.h"

namespace fuseo1 {

NodeId Parser::ParseSum() {
  std::vector<NodeId> terms;
  bool first = true;
  for (;;) {
    bool negative = false;
    bool sign_pair = false;
    bool minus_plus = false;
    int signs = 0;
    while (Peek().Is("+") || Peek().Is("-") || Peek().IsCommand("pm") || Peek().IsCommand("mp")) {
      if (Peek().kind == TokenKind::kCommand) {
        if (sign_pair) return Fail("not-mathematics");
        sign_pair = true;
        minus_plus = Peek().text == "mp";
      } else if (Peek().Is("-")) {
        negative = !negative;
      }
      ++pos_;
      if (++signs > 8) return Fail("not-mathematics");
    }
    if (!first && signs == 0) break;
    first = false;
    if (Peek().IsCommand("ldots")) {
      if (negative || sign_pair || terms.size() < 2) return Fail("not-mathematics");
      const NodeId dots = ParseDots(std::move(terms), "+");
      if (dots == kFailed) return kFailed;
      terms = {dots};
      continue;
    }
    NodeId term = ParseTerm();
    if (term == kFailed) return kFailed;
    if (sign_pair) {
      tree_.has_minus_plus = tree_.has_minus_plus || minus_plus;
      term = tree_.Add(Op::kPlusMinus, {term}, {}, tree_.signs++);
      tree_.at(term).flag = minus_plus;
      if (tree_.signs > 6) return Fail("too-many-signs");
    }
    if (negative) term = tree_.Add(Op::kNeg, {term});
    terms.push_back(term);
    if (AfterDifferential()) break;
  }
  if (terms.size() == 2 && tree_.at(terms[0]).op == Op::kNamedSet &&
      tree_.at(terms[1]).op == Op::kNeg) {  // R - {3}
    const NodeId hole = tree_.at(terms[1]).kids[0];
    if (tree_.at(hole).op == Op::kSet || tree_.at(hole).op == Op::kInterval)
      return tree_.Add(Op::kDifference, {terms[0], hole});
  }
  return terms.size() == 1 ? terms[0] : SumWithUnit(std::move(terms));
}

// 18 + 2\pi cm: the unit after the last of several bare numbers is that of the sum.
NodeId Parser::SumWithUnit(std::vector<NodeId> terms) {
  const bool negative = tree_.at(terms.back()).op == Op::kNeg;
  const NodeId last = negative ? tree_.at(terms.back()).kids[0] : terms.back();
  const Node quantity = tree_.at(last);
  const auto bare = [&](NodeId id) {
    const Node& node = tree_.at(tree_.at(id).op == Op::kNeg ? tree_.at(id).kids[0] : id);
    return node.op == Op::kNumber || node.op == Op::kPi || node.op == Op::kRoot ||
           node.op == Op::kMul || node.op == Op::kDiv;
  };
  if (quantity.op != Op::kQuantity || quantity.flag ||
      !std::all_of(terms.begin(), terms.end() - 1, bare)) {
    return tree_.Add(Op::kAdd, std::move(terms));
  }
  terms.back() = negative ? tree_.Add(Op::kNeg, {quantity.kids[0]}) : quantity.kids[0];
  const NodeId sum = tree_.Add(Op::kAdd, std::move(terms));
  return tree_.Add(Op::kQuantity, {sum}, {}, quantity.aux);
}

// The dots in 1 + 2 + ... + n or 1 * 2 * ... * n, and the term after them.
NodeId Parser::ParseDots(std::vector<NodeId> terms, std::string_view sign) {
  ++pos_;
  const bool sum = sign == "+";
  for (const NodeId term : terms) {
    const Op op = tree_.at(term).op;
    if (op >= Op::kBaseNumber || op == Op::kPlusMinus || (sum && op == Op::kNeg))
      return Fail("not-mathematics");
  }
  bool open = false;
  if (sum ? Peek().Is("+")
          : Peek().Is("*") || Peek().IsCommand("cdot") || Peek().IsCommand("times")) {
    ++pos_;
  } else if (sum) {
    open = true;  // 1 + 1/2 + 1/4 + ...
  }
  if (!open) {
    const NodeId last = sum ? ParseTerm() : ParsePostfix(ParsePrimary());
    if (last == kFailed) return kFailed;
    terms.push_back(last);
  }
  const NodeId node = tree_.Add(Op::kEllipsis, std::move(terms), std::string(sign));
  tree_.at(node).flag = open;
  return node;
}

NodeId Parser::Product(std::vector<NodeId> factors) {
  return factors.size() == 1 ? factors[0] : tree_.Add(Op::kMul, std::move(factors));
}

bool Parser::AtDifferential() const {
  return in_integral_ && Peek().kind == TokenKind::kLetter && Peek().text == "d" &&
         Peek(1).kind == TokenKind::kLetter;
}

// -b/2a and t/RC: letters that touch a divisor belong to it; 1/2x halves x, as it does in 1/2 x.
bool Parser::GroupsBelow(NodeId factor, const std::vector<NodeId>& above) const {
  const Token& t = Peek();
  const bool pi = t.IsCommand("pi");
  const Token& last = tokens_[pos_ - 1];
  const bool after_name = last.kind == TokenKind::kLetter && last.text.size() > 1;  // \lambda k
  if ((t.space != Space::kNone && !(after_name && t.space == Space::kPlain)) ||
      (t.kind != TokenKind::kLetter && !pi) || t.roman || AtDifferential()) {
    return false;
  }
  const Node* divisor = &tree_.at(factor);
  if (divisor->op == Op::kPow) divisor = &tree_.at(divisor->kids[0]);
  if (divisor->op == Op::kVar || divisor->op == Op::kPi) return true;
  if (divisor->op != Op::kNumber) return false;
  return std::any_of(above.begin(), above.end(), [&](NodeId id) {
    const Op op = tree_.at(id).op;
    return op == Op::kVar || op == Op::kCall ||
           (op == Op::kPow && tree_.at(tree_.at(id).kids[0]).op == Op::kVar);
  });
}

// a / b c / d is (a c) / (b d): division and multiplication bind alike, from the left.
NodeId Parser::ParseTerm() {
  std::vector<NodeId> above;
  std::vector<NodeId> below;
  NodeId quantity = kFailed;
  bool below_next = false;
  bool explicit_operator = true;
  for (;;) {
    if (!above.empty() && !below_next && UnitFollows(above)) {
      NodeId value = Product(std::move(above));
      if (!below.empty()) value = tree_.Add(Op::kDiv, {value, Product(std::move(below))});
      quantity = AttachUnit(value, false);
      if (quantity == kFailed) return kFailed;
      break;
    }
    const bool polar = !explicit_operator && Peek().IsCommand("angle") && above.size() == 1 &&
                       Peek(1).kind != TokenKind::kLetter;
    const NodeId factor = polar               ? ParsePolarAngle()
                          : explicit_operator ? ParseFactor()
                                              : ParsePostfix(ParsePrimary());
    if (factor == kFailed) return kFailed;
    (below_next ? below : above).push_back(factor);
    while (below_next && GroupsBelow(below.back(), above)) {
      const NodeId next = ParsePostfix(ParsePrimary());
      if (next == kFailed) return kFailed;
      below.push_back(next);
      if (below.size() > 64) return Fail("too-many-items");
    }
    below_next = false;
    explicit_operator = true;
    if (AfterDifferential()) break;
    if (Peek().IsCommand("ldots") && above.size() >= 2 && below.empty()) {
      const NodeId dots = ParseDots(std::move(above), "*");
      if (dots == kFailed) return kFailed;
      above = {dots};
    }
    const bool vector = tree_.at(above.back()).text.starts_with("vec(");
    if (vector && below.empty() && Peek().IsCommand("times") && Peek(1).IsCommand("vec")) {
      ++pos_;  // no product that could be turned
      const NodeId right = ParsePrimary();
      if (right == kFailed) return kFailed;
      above.back() = tree_.Add(Op::kCall, {above.back(), right}, "\\times");
    }
    if (Peek().Is("*") || Peek().IsCommand("cdot") || Peek().IsCommand("times")) {
      ++pos_;
    } else if (Peek().Is("/") || Peek().IsCommand("div")) {
      ++pos_;
      bool letter = false;
      Unit unit;
      if (below.empty() && Peek().kind == TokenKind::kWord && UnitAtom(&unit, &letter)) {
        quantity = AttachUnit(Product(std::move(above)), true);
        if (quantity == kFailed) return kFailed;
        break;
      }
      below_next = true;
    } else if (UnitFollows(above)) {
      continue;
    } else if (StartsFactor()) {
      explicit_operator = false;
    } else {
      break;
    }
  }
  if (quantity != kFailed) return WithSmallerUnits(quantity);
  const NodeId value = Product(std::move(above));
  return below.empty() ? value : tree_.Add(Op::kDiv, {value, Product(std::move(below))});
}

// A factor after an operator may carry a sign: 2 * -3.
NodeId Parser::ParseFactor() {
  bool negative = false;
  int signs = 0;
  while (Peek().Is("-") || Peek().Is("+")) {
    negative = negative != Peek().Is("-");
    ++pos_;
    if (++signs > 8) return Fail("not-mathematics");
  }
  const NodeId factor = ParsePostfix(ParsePrimary());
  if (factor == kFailed || !negative) return factor;
  return tree_.Add(Op::kNeg, {factor});
}

bool Parser::StartsFactor() const {
  const Token& t = Peek();
  switch (t.kind) {
    case TokenKind::kLetter:
      return true;
    case TokenKind::kNumber:  // "2 3" is no product; "x4" and ")2" are
      return pos_ > 0 && tokens_[pos_ - 1].kind != TokenKind::kNumber;
    case TokenKind::kSymbol:
      if (t.text == "|") return open_bars_ == 0 && !bar_stops_;
      return t.text == "(" || t.text == "[" || t.text == "{" || t.text == "abs(" || t.text == "\\{";
    case TokenKind::kCommand: {
      constexpr std::string_view kNotFactors[] = {
          "pm",     "mp",    "cup",    "cap",   "setminus", "mid",   "over", "choose", "rangle",
          "rfloor", "rceil", "degree", "ldots", "cdot",     "times", "div",  "mod",    "pmod"};
      for (const std::string_view name : kNotFactors) {
        if (t.text == name) return false;
      }
      return RelationAt() == '\0' && !t.text.starts_with("end:");
    }
    default:
      return false;
  }
}

// The exponent after "^": a group, a signed number, a tower, or one factor.
NodeId Parser::ParseExponent() {
  bool negative = false;
  if (Peek().Is("-") || Peek().Is("+")) {
    negative = Peek().Is("-");
    ++pos_;
  }
  NodeId exponent = kFailed;
  if (Peek().kind == TokenKind::kNumber) {
    exponent = tree_.AddNumber(Peek().value);
    ++pos_;
  } else {
    exponent = ParsePrimary();
  }
  if (exponent == kFailed) return kFailed;
  if (Peek().Is("^")) {  // 2^3^2 is 2^(3^2)
    if (++depth_ > kMaxAnswerDepth) return Fail("too-deep");
    ++pos_;
    const NodeId upper = ParseExponent();
    if (upper == kFailed) return kFailed;
    exponent = tree_.Add(Op::kPow, {exponent, upper});
  }
  return negative ? tree_.Add(Op::kNeg, {exponent}) : exponent;
}

NodeId Parser::ParsePostfix(NodeId node) {
  int count = 0;
  while (node != kFailed) {
    if (++count > 8) return Fail("not-mathematics");
    const Token& t = Peek();
    if (t.Is("^")) {
      if (in_limit_ && (Peek(1).Is("+") || Peek(1).Is("-")) && Peek(2).Is("}")) {
        limit_side_ = Peek(1).Is("+") ? 1 : -1;
        pos_ += 2;
        continue;
      }
      if (in_limit_ && Peek(1).Is("{") && (Peek(2).Is("+") || Peek(2).Is("-")) && Peek(3).Is("}")) {
        limit_side_ = Peek(2).Is("+") ? 1 : -1;
        pos_ += 4;
        continue;
      }
      ++pos_;
      const NodeId exponent = ParseExponent();
      if (exponent == kFailed) return kFailed;
      node = tree_.Add(Op::kPow, {node, exponent});
    } else if (t.Is("!")) {
      ++pos_;
      const bool twice = Peek().Is("!") && Peek().space == Space::kNone;
      if (twice) ++pos_;
      node = tree_.Add(twice ? Op::kDoubleFactorial : Op::kFactorial, {node});
    } else if (t.Is("%") || ((t.IsWord("percent") || t.IsWord("Percent")) && count > 0)) {
      ++pos_;
      node = tree_.Add(Op::kPercent, {node});
    } else if (t.IsCommand("degree")) {
      ++pos_;
      const Token& scale = Peek();
      const bool celsius = scale.text == "C" || scale.text == "Celsius" || scale.text == "celsius";
      const bool fahrenheit =
          scale.text == "F" || scale.text == "Fahrenheit" || scale.text == "fahrenheit";
      if ((celsius || fahrenheit) && EndsItem(1)) {
        ++pos_;
        Unit unit;
        FindUnit(celsius ? "degC" : "degF", false, &unit);
        tree_.units.push_back(std::move(unit));
        node =
            tree_.Add(Op::kQuantity, {node}, {}, static_cast<std::int32_t>(tree_.units.size()) - 1);
        continue;
      }
      node = tree_.Add(Op::kDegree, {node});
      // 30^\circ 15' 10'' adds sixtieths
      for (const int sixtieths : {60, 3600}) {
        const std::string marks = sixtieths == 60 ? "'" : "''";
        if (Peek().kind != TokenKind::kNumber || !Peek(1).Is("'")) break;
        if ((sixtieths == 3600) != Peek(2).Is("'")) continue;
        const NodeId part =
            tree_.Add(Op::kDegree, {tree_.AddNumber(Peek().value / Rational(sixtieths))});
        pos_ += 1 + marks.size();
        node = tree_.Add(Op::kAdd, {node, part});
      }
    } else {
      break;
    }
  }
  return node;
}

}  // namespace fuseo1
