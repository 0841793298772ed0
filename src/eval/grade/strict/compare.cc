#include "eval/grade/strict/compare.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/antiderivative.h"
#include "eval/grade/strict/comparer.h"
#include "eval/grade/strict/expand.h"
#include "eval/grade/strict/lettered_interval.h"
#include "eval/grade/strict/matching.h"
#include "eval/grade/strict/matrix_entries.h"
#include "eval/grade/strict/named.h"
#include "eval/grade/strict/pieces.h"
#include "eval/grade/strict/quantity.h"
#include "eval/grade/strict/real_set.h"
#include "eval/grade/strict/spelling.h"
#include "eval/grade/strict/unit_vectors.h"

namespace fuseo1 {
namespace {

constexpr int kMaxCompareDepth = 80;

bool MayBeRealSet(const Expr& e) {
  const Node& node = e.node();
  return IsSurelyRealSet(e) ||
         ((node.op == Op::kTuple || node.op == Op::kBracket) && node.kids.size() == 2) ||
         node.op == Op::kSet || node.op == Op::kList;
}

// (2, 6), (-6, 6): points, unless what stands beside them tells intervals.
bool ListsPairs(const Expr& e) {
  const Node& node = e.node();
  return std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
    return e.tree->at(kid).op == Op::kTuple && !IsSurelyRealSet(e.With(kid));
  });
}

bool IsDisjunction(const Expr& e) { return e.node().aux == 'o'; }

// p and q, p or q: letters joined by a word.
bool ListsStatements(const Expr& e) {
  const Node& node = e.node();
  return node.op == Op::kList && node.aux != ',' &&
         std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
           const Node& item = e.tree->at(kid);
           return item.op == Op::kVar && item.text.size() == 1;
         });
}

// Also congruences of different moduli: together they say something else than one of them.
bool ListsInequalities(const Expr& e) {
  const Node& node = e.node();
  const Node& first = e.tree->at(node.kids[0]);
  const bool congruences = std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
    const Node& item = e.tree->at(kid);
    return item.op == Op::kRelation && item.text == "qM";
  });
  if (congruences) {
    return std::any_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
      return !SameStructure(*e.tree, first.kids[2], *e.tree, e.tree->at(kid).kids[2]);
    });
  }
  return std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
    const Node& item = e.tree->at(kid);
    return item.op == Op::kRelation && item.text.find_first_of("<>lg") != std::string::npos;
  });
}

bool IsPlainBraces(const Expr& e) { return e.tree->plain_braces && e.id == e.tree->root; }

bool IsText(Op op) { return op == Op::kWord || op == Op::kText; }

bool IsContainer(Op op) { return op >= Op::kList && op != Op::kMatrix && op != Op::kRelation; }

}  // namespace

Decision Comparer::Compare(const Expr& gold, const Expr& prediction) {
  if (++depth_ > kMaxCompareDepth || *budget_ <= 0) return {Verdict::kUndecided, "budget"};
  *budget_ -= 30;
  const Decision d = CompareKinds(gold, prediction);
  --depth_;
  return d;
}

Decision Comparer::CompareKinds(const Expr& gold, const Expr& prediction) {
  const bool both_relations =
      gold.node().op == Op::kRelation && prediction.node().op == Op::kRelation;
  if (both_relations) {
    const Decision d = CompareRelations(gold, prediction);
    if (d.verdict != Verdict::kUndecided) return d;
  }
  const Named g = StripName(gold, budget_);
  const Named p = StripName(prediction, budget_);
  if (g.contradictory || p.contradictory) return {Verdict::kUnequal, "contradictory"};
  if (!g.name.empty() && !p.name.empty() && g.name != p.name)
    return {Verdict::kUnequal, "different-names"};
  if (OtherNames(g, prediction) || OtherNames(p, gold))
    return {Verdict::kUnequal, "different-names"};
  if (const auto asked = AskedValue(g.value, p.value)) return CompareValues(g.value, *asked);
  if (const auto said = IdentityValue(g.value, p.value, budget_))
    return CompareValues(g.value, *said);
  const auto is_list = [](const Expr& e) { return e.node().op == Op::kList; };
  if (g.parts.size() > 1 || p.parts.size() > 1 || is_list(gold) || is_list(prediction)) {
    if (const Decision d = CompareNamedTuples(g, gold, p, prediction);
        d.verdict != Verdict::kUndecided)
      return d;
  }
  const Decision d = CompareValues(g.value, p.value);
  if (d.equal()) return d;
  // y = \pm 2x against 2x \pm y = 0: the equations themselves.
  const auto two_curves = [](const Named& side, const Expr& whole) {
    return !side.name.empty() && whole.tree->signs > 0 && whole.signs == 0 &&
           whole.node().op == Op::kRelation;
  };
  if (two_curves(g, gold) || two_curves(p, prediction)) {
    if (const Decision whole = CompareValues(gold, prediction); whole.equal()) return whole;
  }
  return d;
}

Decision Comparer::CompareValues(const Expr& gold, const Expr& prediction) {
  if (const auto d = CompareLetteredInterval(gold, prediction, budget_)) return *d;
  if (const auto d = CompareLetteredInterval(prediction, gold, budget_)) return *d;
  const Op g = gold.node().op;
  const Op p = prediction.node().op;
  const bool g_set = IsSurelyRealSet(gold);
  const bool p_set = IsSurelyRealSet(prediction);
  const bool sets = (g_set && (p_set || MayBeRealSet(prediction))) || (p_set && MayBeRealSet(gold));
  const bool points =
      g == Op::kList && p == Op::kList && ListsPairs(gold) != ListsPairs(prediction);
  if (sets && !points) {
    RealSetBuilder builder(budget_);
    const auto a = builder.Build(gold);
    const auto b = builder.Build(prediction);
    if (a && b) return builder.Compare(*a, *b);
    if (a || b) {
      if (g != p) return {Verdict::kUndecided, "undecided-set"};
    }
  }
  const bool statements = ListsStatements(gold) && ListsStatements(prediction);
  if (g == Op::kList && p == Op::kList && IsDisjunction(gold) != IsDisjunction(prediction) &&
      (statements || ListsInequalities(gold) || ListsInequalities(prediction))) {
    return {Verdict::kUnequal, "different-relations"};
  }
  if ((g == Op::kRelation && p == Op::kList && !IsDisjunction(prediction)) ||
      (g == Op::kList && p == Op::kRelation && !IsDisjunction(gold))) {
    const auto chain = ChainAsList(g == Op::kRelation ? gold : prediction);
    if (chain && g == Op::kRelation)
      return CompareMultisets(Kids(Expr{&*chain, chain->root, gold.signs}), Kids(prediction));
    if (chain)
      return CompareMultisets(Kids(gold), Kids(Expr{&*chain, chain->root, prediction.signs}));
  }
  if (IsByCases(gold) || IsByCases(prediction)) {
    if (const Decision d = CompareByCases(gold, prediction, budget_); d.equal()) return d;
  }
  const Items gi = Expand(gold);
  const Items pi = Expand(prediction);
  if (gi.many || pi.many) {
    const bool braces = gi.many ? IsPlainBraces(prediction) : IsPlainBraces(gold);
    if (gi.many != pi.many && !(braces && gi.items.size() == pi.items.size()))
      return {Verdict::kUnequal, "different-count"};
    if (const auto d = CompareBareWithNamed(gold, gi.items, prediction, pi.items)) return *d;
    if (auto values = WithoutIndices(gi.items, pi.items))
      return CompareMultisets(values->first, values->second);
    return CompareMultisets(gi.items, pi.items);
  }
  if (IsText(g) || IsText(p)) return CompareText(gold, prediction);
  if (const auto vector = AsVector(gold, prediction)) return *vector;
  if (const auto vector = AsUnitVectorSums(gold, prediction)) return *vector;
  if (g == Op::kMatrix || p == Op::kMatrix || HasMatrix(gold) || HasMatrix(prediction)) {
    return CompareMatrices(gold, prediction);
  }
  if (g == Op::kRelation || p == Op::kRelation) return kDifferentKinds;
  // R for the reals, without its double stroke.
  const bool one_named_set = (g == Op::kNamedSet) != (p == Op::kNamedSet);
  if (one_named_set && (g == Op::kVar || p == Op::kVar) &&
      gold.node().text == prediction.node().text) {
    return {Verdict::kEqual, "named-set"};
  }
  if (g == Op::kTime || p == Op::kTime || g == Op::kRatio || p == Op::kRatio)
    return CompareRatioOrTime(gold, prediction);
  if (g == Op::kBaseNumber || p == Op::kBaseNumber) {
    if (g != p) return kDifferentKinds;
    const bool same =
        gold.node().text == prediction.node().text && gold.node().aux == prediction.node().aux;
    return same ? Decision{Verdict::kEqual, "base-number"}
                : Decision{Verdict::kUnequal, "different-base-number"};
  }
  if (IsContainer(g) || IsContainer(p)) {
    if (g != p || gold.node().kids.size() != prediction.node().kids.size()) return kDifferentKinds;
    if (g == Op::kUnion || g == Op::kIntersection) {
      return CompareMultisets(Kids(gold), Kids(prediction));
    }
    if (gold.node().aux != prediction.node().aux || gold.node().text != prediction.node().text)
      return kDifferentKinds;
    return CompareInOrder(Kids(gold), Kids(prediction));
  }
  const Decision d = CompareQuantities(gold, prediction, budget_);
  if (d.equal() || g != Op::kAdd || p != Op::kAdd) return d;
  const Decision family = CompareAntiderivatives(gold, prediction, budget_);
  return family.equal() ? family : d;
}

std::vector<Expr> Comparer::Kids(const Expr& e) {
  std::vector<Expr> out;
  for (const NodeId kid : e.node().kids) out.push_back(e.With(kid));
  return out;
}

Decision Comparer::CompareInOrder(const std::vector<Expr>& gold,
                                  const std::vector<Expr>& prediction) {
  if (gold.size() != prediction.size()) return {Verdict::kUnequal, "different-count"};
  Decision all{Verdict::kEqual, "entries"};
  for (std::size_t k = 0; k < gold.size(); ++k) {
    const Decision d = Compare(gold[k], prediction[k]);
    if (d.verdict == Verdict::kUnequal) return d;
    if (!d.equal()) all = d;
  }
  return all;
}

Decision Comparer::CompareMultisets(const std::vector<Expr>& gold,
                                    const std::vector<Expr>& prediction) {
  if (gold.size() != prediction.size()) return {Verdict::kUnequal, "different-count"};
  Matching matching(gold.size(),
                    [&](std::size_t i, std::size_t j) { return Compare(gold[i], prediction[j]); });
  for (std::size_t i = 0; i < gold.size(); ++i) {
    std::vector<bool> seen(gold.size(), false);
    if (!matching.Place(i, &seen)) {
      if (*budget_ <= 0) return {Verdict::kUndecided, "budget"};
      return {matching.undecided() ? Verdict::kUndecided : Verdict::kUnequal, "different-elements"};
    }
  }
  return {Verdict::kEqual, "same-elements"};
}

// Tuples, angle-bracket vectors and columns are ordered entries of one kind.
std::optional<Decision> Comparer::AsVector(const Expr& gold, const Expr& prediction) {
  const auto is_vector = [](const Node& n) {
    return n.op == Op::kTuple || n.op == Op::kAngle ||
           (n.op == Op::kMatrix && n.aux == 1 && n.kids.size() > 1);
  };
  if (!is_vector(gold.node()) || !is_vector(prediction.node())) return std::nullopt;
  return CompareInOrder(Kids(gold), Kids(prediction));
}

// 3i - 2j + k against (3, -2, 1), or against 3\hat{i} - 2\hat{j} + \hat{k}.
std::optional<Decision> Comparer::AsUnitVectorSums(const Expr& gold, const Expr& prediction) {
  const auto g = AsUnitVectors(gold);
  const auto p = AsUnitVectors(prediction);
  if (!g && !p) return std::nullopt;
  return AsVector(g ? Expr{&*g, g->root} : gold, p ? Expr{&*p, p->root} : prediction);
}

Decision Comparer::CompareMatrices(const Expr& gold, const Expr& prediction) {
  const auto entries = [](const Expr& e) -> std::optional<Tree> {
    if (e.node().op == Op::kBracket) return RowsOfBrackets(e);
    const bool column = e.node().op == Op::kTuple || e.node().op == Op::kAngle ||
                        e.node().op == Op::kBinomial;  // \binom{1}{2} beside a column
    if (!column) return MatrixEntries(e);
    Tree tree = *e.tree;
    tree.root = tree.Add(Op::kMatrix, e.node().kids, {}, 1);
    return tree;
  };
  const auto g = entries(gold);
  const auto p = entries(prediction);
  if (!g || !p) return kDifferentKinds;
  const Node& a = g->at(g->root);
  const Node& b = p->at(p->root);
  if (a.aux != b.aux || a.kids.size() != b.kids.size())
    return {Verdict::kUnequal, "different-shape"};
  return CompareInOrder(Kids(Expr{&*g, g->root, gold.signs}),
                        Kids(Expr{&*p, p->root, prediction.signs}));
}

Decision Comparer::CompareRatioOrTime(const Expr& gold, const Expr& prediction) {
  const Node& g = gold.node();
  const Node& p = prediction.node();
  if (g.op == Op::kTime && p.op == Op::kTime) {
    return g.text == p.text ? Decision{Verdict::kEqual, "time"}
                            : Decision{Verdict::kUnequal, "different-times"};
  }
  if (g.kids.size() < 2 || g.kids.size() != p.kids.size() ||
      (g.op != Op::kTime && g.op != Op::kRatio) || (p.op != Op::kTime && p.op != Op::kRatio)) {
    return kDifferentKinds;
  }
  // A time at the full hour is no ratio: 7:00 is not 27:00.
  if ((g.op == Op::kTime && g.text.ends_with(":00")) ||
      (p.op == Op::kTime && p.text.ends_with(":00"))) {
    return kDifferentKinds;
  }
  for (std::size_t k = 1; k < g.kids.size(); ++k) {
    const Decision d =
        CompareRatios(gold.With(g.kids[0]), gold.With(g.kids[k]), prediction.With(p.kids[0]),
                      prediction.With(p.kids[k]), budget_);
    if (!d.equal()) return d;
  }
  return {Verdict::kEqual, "ratio"};
}

Decision CompareExpressions(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  return Comparer(budget).Compare(gold, prediction);
}

}  // namespace fuseo1
