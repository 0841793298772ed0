#include "eval/grade/strict/quantity.h"

#include <utility>

namespace fuseo1 {
namespace {

struct Measured {
  Expr value;
  bool has_unit = false;
  bool negative = false;
  Unit unit;
  NodeId node = -1;  // the quantity
};

// Takes the unit off a quantity, also behind a minus sign.
Measured Unwrap(const Expr& e) {
  Measured out;
  out.value = e;
  const Node* node = &e.node();
  if (node->op == Op::kNeg && e.tree->at(node->kids[0]).op == Op::kQuantity) {
    out.negative = true;
    node = &e.tree->at(node->kids[0]);
  }
  if (node->op != Op::kQuantity) return out;
  out.has_unit = true;
  out.unit = e.tree->units[static_cast<std::size_t>(node->aux)];
  out.value = e.With(node->kids[0]);
  if (out.negative) out.value.scale = Rational(-1);
  return out;
}

// Takes a letter of a unit, or its power, off a product.
bool TakeUnitLetter(const Tree& tree, NodeId id, int power, Unit* unit) {
  const Node* node = &tree.at(id);
  if (node->op == Op::kPow) {
    const Node* exponent = &tree.at(node->kids[1]);
    if (exponent->op == Op::kNeg) {
      exponent = &tree.at(exponent->kids[0]);
      power = -power;
    }
    const auto n = exponent->op == Op::kNumber ? exponent->number.ToInt() : std::nullopt;
    if (!n || *n < 1 || *n > 9) return false;
    power *= static_cast<int>(*n);
    node = &tree.at(node->kids[0]);
  }
  Unit atom;
  if (node->op != Op::kVar || node->text.size() != 1 || !FindUnit(node->text, true, &atom))
    return false;
  unit->Multiply(atom, power);
  return true;
}

// "5m" or "24 N s" beside a quantity: all that is no number is letters of units.
bool LetterUnit(const Expr& e, Tree* scratch, Measured* out) {
  const Tree& tree = *e.tree;
  Unit unit;
  std::vector<NodeId> rest;
  const auto take = [&](NodeId id, int power) {
    const Node& node = tree.at(id);
    const std::vector<NodeId> kids = node.op == Op::kMul ? node.kids : std::vector<NodeId>{id};
    for (const NodeId kid : kids) {
      if (TakeUnitLetter(tree, kid, power, &unit)) continue;
      if (power < 0) return false;
      rest.push_back(kid);
    }
    return true;
  };
  const bool quotient = e.node().op == Op::kDiv;
  if (!quotient && e.node().op != Op::kMul) return false;
  if (!take(quotient ? e.node().kids[0] : e.id, 1) || (quotient && !take(e.node().kids[1], -1)) ||
      rest.empty() || unit.bases.empty()) {
    return false;
  }
  *scratch = tree;
  const NodeId id = rest.size() == 1 ? rest[0] : scratch->Add(Op::kMul, rest);
  Traits traits;
  CollectTraits(*scratch, id, &traits);
  if (!traits.variables.empty()) return false;
  out->has_unit = true;
  out->unit = std::move(unit);
  out->value = Expr{scratch, id, e.signs};
  return true;
}

bool TouchesUnit(const Expr& e) {
  const Node& node = e.node();
  if (node.op != Op::kMul || node.kids.size() != 2) return false;
  const Node& letter = e.tree->at(node.kids[1]);
  return e.tree->at(node.kids[0]).op == Op::kNumber && letter.op == Op::kVar &&
         (letter.text == "s" || letter.text == "L");
}

bool IsOneLetter(const Measured& m, const Expr& e) {
  return m.has_unit && e.node().op == Op::kQuantity && e.node().flag && !e.node().text.empty();
}

bool HasVariables(const Expr& e) {
  Traits traits;
  CollectTraits(*e.tree, e.id, &traits);
  return !traits.variables.empty();
}

Decision CompareWithTolerance(const Expr& gold, const Expr& prediction, bool degrees_are_radians,
                              std::int64_t* budget) {
  CompareOptions options;
  options.degrees_are_radians = degrees_are_radians;
  auto tolerance = DecimalTolerance(*gold.tree, gold.id);
  Traits traits;
  CollectTraits(*gold.tree, gold.id, &traits);
  // Half a unit of a gold in degrees, in radians: pi/180 rounded down.
  if (tolerance && degrees_are_radians && traits.has_degree)
    tolerance = *tolerance * Rational(17453292, 1000000000);
  if (tolerance) tolerance = (*tolerance * gold.scale).Abs();
  options.tolerance = tolerance ? &*tolerance : nullptr;
  return CompareScalars(gold, prediction, options, budget);
}

}  // namespace

Decision CompareQuantities(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  Measured g = Unwrap(gold);
  Measured p = Unwrap(prediction);
  // An italic letter beside an expression in letters is a variable there too.
  if ((IsOneLetter(g, gold) && !p.has_unit && HasVariables(prediction)) ||
      (IsOneLetter(p, prediction) && !g.has_unit && HasVariables(gold))) {
    return CompareScalars(gold, prediction, {}, budget);
  }
  Tree scratch;
  if (g.has_unit && !p.has_unit) LetterUnit(prediction, &scratch, &p);
  if (p.has_unit && !g.has_unit) LetterUnit(gold, &scratch, &g);
  // "2s" for a bare number: the letters that touch numbers only as units.
  if (!g.has_unit && !p.has_unit && TouchesUnit(prediction) && !HasVariables(gold))
    LetterUnit(prediction, &scratch, &p);
  Traits gt;
  Traits pt;
  CollectTraits(*g.value.tree, g.value.id, &gt);
  CollectTraits(*p.value.tree, p.value.id, &pt);
  const bool g_angle = gt.has_degree || (g.has_unit && g.unit.is_radian);
  const bool p_angle = pt.has_degree || (p.has_unit && p.unit.is_radian);
  if (g_angle && p_angle && gt.has_degree != pt.has_degree)
    return CompareWithTolerance(g.value, p.value, true, budget);
  if ((gt.has_degree && p.has_unit && !p.unit.is_radian) ||
      (pt.has_degree && g.has_unit && !g.unit.is_radian)) {
    return {Verdict::kUnequal, "different-units"};
  }
  if (g.has_unit && p.has_unit) {
    if (g.unit.bases != p.unit.bases || g.unit.is_radian != p.unit.is_radian)
      return {Verdict::kUnequal, "different-units"};
    if (!(g.unit.scale == p.unit.scale) || !(g.unit.offset == p.unit.offset)) {
      // Neither side carries its unit's sign twice: scale holds the minus already.
      g.value.offset = g.unit.offset * g.value.scale;
      p.value.offset = p.unit.offset * p.value.scale;
      g.value.scale = g.value.scale * g.unit.scale;
      p.value.scale = p.value.scale * p.unit.scale;
    }
  }
  const Decision plain = CompareWithTolerance(g.value, p.value, false, budget);
  if (plain.equal() || gt.has_degree == pt.has_degree) return plain;
  const bool against_radians = gt.has_degree ? pt.has_pi : gt.has_pi;
  if (!against_radians) return plain;
  const Decision turned = CompareWithTolerance(g.value, p.value, true, budget);
  return turned.equal() ? turned : plain;
}

}  // namespace fuseo1
