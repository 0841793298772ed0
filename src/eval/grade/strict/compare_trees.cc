// Two whole answers: what their notations leave open is settled first, then they are compared.
#include "eval/grade/strict/binder.h"
#include "eval/grade/strict/compare.h"
#include "eval/grade/strict/ellipsis.h"
#include "eval/grade/strict/notation.h"
#include "eval/grade/strict/progression.h"

namespace fuseo1 {
namespace {

Decision CompareConditioned(const Tree& gold, const Tree& prediction, std::int64_t* budget) {
  if (const auto d = CompareProgressions(gold, prediction, budget)) return *d;
  const bool family = MayBeFamily(gold) || MayBeFamily(prediction);
  const bool renamed = MayBeRenamed(gold, prediction);
  const bool ellipsis = HasEllipsis(gold) || HasEllipsis(prediction);
  if (!family && !renamed && !ellipsis) {
    return CompareExpressions(Expr{&gold, gold.root}, Expr{&prediction, prediction.root}, budget);
  }
  Tree g = gold;
  Tree p = prediction;
  if (family) UnifyFamilies(&g, &p);
  if (renamed) UnifyNotation(g, &p);
  if (ellipsis) {
    ResolveEllipses(&g, budget);
    ResolveEllipses(&p, budget);
  }
  const Decision d = CompareExpressions(Expr{&g, g.root}, Expr{&p, p.root}, budget);
  if (d.equal() || !renamed) return d;
  for (const Tree& other : WithOtherConstants(g, p)) {
    const Decision again = CompareExpressions(Expr{&g, g.root}, Expr{&other, other.root}, budget);
    if (again.equal()) return again;
  }
  return d;
}

bool MayHaveCondition(const Tree& tree) {
  const Node& root = tree.at(tree.root);
  return root.op == Op::kList && root.kids.size() == 2 && tree.at(root.kids[1]).op == Op::kRelation;
}

}  // namespace

Decision CompareTrees(const Tree& gold, const Tree& prediction, std::int64_t* budget) {
  if (MayHaveCondition(gold) || MayHaveCondition(prediction)) {
    Tree g = gold;
    Tree p = prediction;
    ReadCondition(&g, budget);
    ReadCondition(&p, budget);
    return CompareConditioned(g, p, budget);
  }
  return CompareConditioned(gold, prediction, budget);
}

}  // namespace fuseo1
