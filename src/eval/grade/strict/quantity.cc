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

// "5m" beside a quantity in metres: the last factor is the letter of a unit.
bool LetterUnit(const Expr& e, Tree* scratch, Measured* out) {
  const Node& node = e.node();
  if (node.op != Op::kMul || node.kids.size() < 2) return false;
  const Node& last = e.tree->at(node.kids.back());
  Unit unit;
  if (last.op != Op::kVar || last.text.size() != 1 || !FindUnit(last.text, true, &unit))
    return false;
  *scratch = *e.tree;
  const std::vector<NodeId> rest(node.kids.begin(), node.kids.end() - 1);
  const NodeId id = rest.size() == 1 ? rest[0] : scratch->Add(Op::kMul, rest);
  Traits traits;
  CollectTraits(*scratch, id, &traits);
  if (!traits.variables.empty()) return false;
  out->has_unit = true;
  out->unit = std::move(unit);
  out->value = Expr{scratch, id, e.signs};
  return true;
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
  auto tolerance = degrees_are_radians ? std::nullopt : DecimalTolerance(*gold.tree, gold.id);
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
