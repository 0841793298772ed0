// What an expression is made of, and whether two trees say the same thing in the same order.
#include <algorithm>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {
namespace {

struct Walk {
  const Tree& tree;
  Traits* traits;
  std::vector<std::string_view> bound;

  // Any variable, bound or not. No use of Visit here: the two together would take exponential time.
  bool HasVariable(NodeId id) const {
    const Node& node = tree.at(id);
    if (node.op == Op::kVar || node.op == Op::kCall || node.op == Op::kWord) return true;
    return std::any_of(node.kids.begin(), node.kids.end(),
                       [&](NodeId kid) { return HasVariable(kid); });
  }

  // n/2, (m+1)/3, \log_2 n or \sqrt n inside a floor or ceiling: letters that count.
  bool IsQuotientOfIndices(NodeId id) const {
    const Node& node = tree.at(id);
    if (node.op == Op::kLog || node.op == Op::kFreeLog || node.op == Op::kRoot)
      return HasVariable(node.kids[0]) && OnlyIndices(node.kids[0]);
    return node.op == Op::kDiv && tree.at(node.kids[1]).op == Op::kNumber &&
           HasVariable(node.kids[0]) && OnlyIndices(node.kids[0]);
  }
  bool OnlyIndices(NodeId id) const {
    const Node& node = tree.at(id);
    if (node.op == Op::kVar)
      return node.text == "n" || node.text == "m" || node.text == "k" || node.text == "N";
    return node.op != Op::kCall && node.op != Op::kWord &&
           std::all_of(node.kids.begin(), node.kids.end(),
                       [&](NodeId kid) { return OnlyIndices(kid); });
  }

  void Variable(std::string_view name) {
    if (std::find(bound.begin(), bound.end(), name) != bound.end()) return;
    if (std::find(traits->variables.begin(), traits->variables.end(), name) ==
        traits->variables.end()) {
      traits->variables.push_back(name);
    }
  }

  void Visit(NodeId id, bool in_trigonometry) {
    const Node& node = tree.at(id);
    switch (node.op) {
      case Op::kVar:
      case Op::kWord:
        Variable(node.text);
        break;
      case Op::kCall:
      case Op::kFreeLog:
        if (node.op == Op::kCall) Variable(node.text);
        break;
      case Op::kQuantity:
        if (node.flag) Variable(node.text);
        break;
      case Op::kI:
        traits->has_i = true;
        break;
      case Op::kFunc:
        traits->has_pi = traits->has_pi || node.function == Ball::Function::kAsin ||
                         node.function == Ball::Function::kAcos ||
                         node.function == Ball::Function::kAtan;
        break;
      case Op::kPi:
        traits->has_pi = true;
        break;
      case Op::kInfinity:
        traits->has_infinity = true;
        break;
      case Op::kDegree:
        traits->has_degree = traits->has_degree || !in_trigonometry;
        break;
      case Op::kFactorial:
      case Op::kDoubleFactorial:
      case Op::kBinomial:
      case Op::kPermutation:
      case Op::kGcd:
      case Op::kLcm:
        for (const NodeId kid : node.kids)
          traits->integer_variables = traits->integer_variables || HasVariable(kid);
        break;
      case Op::kMin:
      case Op::kMax:
      case Op::kAbs:
      case Op::kSign:
        traits->has_pieces = true;
        break;
      case Op::kFloor:
      case Op::kCeil:
        traits->has_pieces = true;
        if (IsQuotientOfIndices(node.kids[0])) traits->integer_variables = true;
        break;
      case Op::kPow: {  // (-1)^n is defined for whole n
        const Node& base = tree.at(node.kids[0]);
        const bool negative = base.op == Op::kNeg || base.op == Op::kI;
        if (negative && !HasVariable(node.kids[0]) && HasVariable(node.kids[1]))
          traits->integer_variables = true;
        break;
      }
      case Op::kEllipsis:
        traits->has_series = true;
        break;
      case Op::kSum:
      case Op::kProduct:
      case Op::kIntegral:
      case Op::kLimit: {
        traits->has_series = true;
        for (std::size_t k = 0; k + 1 < node.kids.size(); ++k) {
          const bool free = HasVariable(node.kids[k]);
          if (free && (node.op == Op::kSum || node.op == Op::kProduct))
            traits->integer_variables = true;
          Visit(node.kids[k], in_trigonometry);
        }
        bound.push_back(node.text);
        Visit(node.kids.back(), in_trigonometry);
        bound.pop_back();
        return;
      }
      default:
        break;
    }
    const bool inside =
        in_trigonometry || (node.op == Op::kFunc && node.function <= Ball::Function::kCsc);
    for (const NodeId kid : node.kids) Visit(kid, inside);
  }
};

}  // namespace

void CollectTraits(const Tree& tree, NodeId id, Traits* traits) {
  Walk walk{tree, traits, {}};
  walk.Visit(id, false);
}

std::optional<Rational> DecimalTolerance(const Tree& tree, NodeId id) {
  const Node& node = tree.at(id);
  const Rational half(1, 2);
  switch (node.op) {
    case Op::kNumber:
      if (!node.is_decimal) return std::nullopt;
      return half * Rational::PowerOfTen(node.aux);
    case Op::kNeg:
    case Op::kDegree:
    case Op::kPlusMinus:
      return DecimalTolerance(tree, node.kids[0]);
    case Op::kPercent: {
      const auto inner = DecimalTolerance(tree, node.kids[0]);
      if (!inner) return std::nullopt;
      return *inner / Rational(100);
    }
    case Op::kMul: {  // 1.07 \times 10^{16}
      if (node.kids.size() != 2) return std::nullopt;
      const auto inner = DecimalTolerance(tree, node.kids[0]);
      const Node& power = tree.at(node.kids[1]);
      if (!inner || power.op != Op::kPow || tree.at(power.kids[0]).op != Op::kNumber ||
          !(tree.at(power.kids[0]).number == Rational(10))) {
        return std::nullopt;
      }
      NodeId exponent = power.kids[1];
      const bool negative = tree.at(exponent).op == Op::kNeg;
      if (negative) exponent = tree.at(exponent).kids[0];
      const auto n =
          tree.at(exponent).op == Op::kNumber ? tree.at(exponent).number.ToInt() : std::nullopt;
      if (!n || *n > 9999 || *n < -9999) return std::nullopt;
      return *inner * Rational::PowerOfTen(negative ? -*n : *n);
    }
    default:
      return std::nullopt;
  }
}

bool SameStructure(const Tree& a, NodeId x, const Tree& b, NodeId y) {
  const Node& m = a.at(x);
  const Node& n = b.at(y);
  if (m.op != n.op || m.aux != n.aux || m.flag != n.flag || m.text != n.text ||
      m.kids.size() != n.kids.size())
    return false;
  if (m.op == Op::kNumber && !(m.number == n.number)) return false;
  if (m.op == Op::kFunc && m.function != n.function) return false;
  if (m.op == Op::kQuantity && (a.units[static_cast<std::size_t>(m.aux)].bases !=
                                b.units[static_cast<std::size_t>(n.aux)].bases)) {
    return false;
  }
  for (std::size_t i = 0; i < m.kids.size(); ++i) {
    if (!SameStructure(a, m.kids[i], b, n.kids[i])) return false;
  }
  return true;
}

}  // namespace fuseo1
