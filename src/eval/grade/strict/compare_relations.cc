// Equations, inequalities, congruences and other relations.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/comparer.h"
#include "eval/grade/strict/equation.h"
#include "eval/grade/strict/inverse.h"
#include "eval/grade/strict/real_set.h"
#include "eval/grade/strict/spelling.h"

namespace fuseo1 {

Decision Comparer::CompareRelations(const Expr& gold, const Expr& prediction) {
  const Node& g = gold.node();
  const Node& p = prediction.node();
  if (IsSurelyRealSet(gold) && IsSurelyRealSet(prediction)) {
    RealSetBuilder builder(budget_);
    const auto a = builder.Build(gold);
    const auto b = builder.Build(prediction);
    if (a && b) return builder.Compare(*a, *b);
  }
  const auto simple = [](const std::string& text) {
    return text.find_first_not_of("=<>lgn") == std::string::npos;
  };
  if (!simple(g.text) || !simple(p.text)) {
    if (g.text.find('~') != std::string::npos || p.text.find('~') != std::string::npos) return {};
    if (g.text != p.text) {
      // k \in {-4, 4} against k = \pm 4: both name values.
      const bool values = (g.text == "e" && p.text == "=") || (g.text == "=" && p.text == "e");
      const bool named = values && !StripName(gold, budget_).name.empty() &&
                         !StripName(prediction, budget_).name.empty();
      return named ? Decision{} : Decision{Verdict::kUnequal, "different-relations"};
    }
    const bool unchosen = (gold.tree->signs > 0 && gold.signs == 0) ||
                          (prediction.tree->signs > 0 && prediction.signs == 0);
    if (g.text == "qM" && unchosen) return {};
    if (g.text == "qM") return CompareCongruences(Kids(gold), Kids(prediction));
    if (g.text == "p" || g.text == "r") {  // parallel and perpendicular both ways
      std::vector<Expr> turned = Kids(prediction);
      std::reverse(turned.begin(), turned.end());
      if (CompareInOrder(Kids(gold), turned).equal()) return {Verdict::kEqual, "same-relation"};
    }
    return CompareInOrder(Kids(gold), Kids(prediction));
  }
  if (g.text == "=" && p.text == "=") return CompareEquations(gold, prediction);
  // (x - 1)/2 = (y + 2)/3 = z: a line in space, its members in any order.
  if (g.text == p.text && g.text == "==" && OnlyVariable(gold).empty() &&
      CompareMultisets(Kids(gold), Kids(prediction)).equal()) {
    return {Verdict::kEqual, "same-relation"};
  }
  if (g.text.find_first_not_of('=') == std::string::npos ||
      p.text.find_first_not_of('=') == std::string::npos) {
    return g.text.find_first_not_of('=') == p.text.find_first_not_of('=')
               ? Decision{}
               : Decision{Verdict::kUnequal, "different-relations"};
  }
  return CompareInequalities(gold, prediction);
}

// a = b (mod m): the residues may differ by a multiple of m.
Decision Comparer::CompareCongruences(const std::vector<Expr>& gold,
                                      const std::vector<Expr>& prediction) {
  if (const Decision d = Compare(gold[0], prediction[0]); !d.equal()) return d;
  if (const Decision d = Compare(gold[2], prediction[2]); !d.equal()) return d;
  std::vector<Number> values;
  for (const Expr& e : {gold[1], prediction[1], gold[2]}) {
    Traits traits;
    CollectTraits(*e.tree, e.id, &traits);
    Evaluator evaluator(*e.tree, {}, budget_);
    Number value;
    if (!traits.variables.empty() || evaluator.Eval(e.id, &value) != EvalStatus::kOk ||
        !value.exact) {
      return Compare(gold[1], prediction[1]);
    }
    values.push_back(std::move(value));
  }
  if (values[2].rational.IsZero()) return {Verdict::kUnequal, "undefined"};
  const Rational steps = (values[0].rational - values[1].rational) / values[2].rational;
  return steps.IsInteger() ? Decision{Verdict::kEqual, "congruence"}
                           : Decision{Verdict::kUnequal, "different-residues"};
}

Decision Comparer::CompareEquations(const Expr& gold, const Expr& prediction) {
  const Named a = StripName(gold, budget_);
  const Named b = StripName(prediction, budget_);
  if (!a.name.empty() && a.name == b.name) return {};  // compared by value
  const auto scalar = [&](const Expr& e) {
    const Node& n = e.node();
    return std::none_of(n.kids.begin(), n.kids.end(), [&](NodeId kid) {
      return e.tree->at(kid).op >= Op::kBaseNumber && e.tree->at(kid).op != Op::kWord;
    });
  };
  if (!scalar(gold) || !scalar(prediction)) return {};
  if (SameSpelling(gold, prediction)) return {Verdict::kEqual, "text"};
  // Signs that are not chosen yet are chosen by the caller first.
  for (const Expr* e : {&gold, &prediction}) {
    if (e->tree->signs > 0 && e->signs == 0) return {};
  }
  Traits traits;
  CollectTraits(*gold.tree, gold.id, &traits);
  if (traits.variables.empty()) return {};  // 1 = 2 says nothing that could be right
  const auto difference = [](const Expr& e) {
    Expr f = e.With(e.node().kids[0]);
    f.minus = e.node().kids[1];
    return f;
  };
  const Decision d = CompareProportional(difference(gold), difference(prediction), false, budget_);
  if (d.equal()) return d;
  const Decision s = CompareSolutions(difference(gold), difference(prediction), budget_);
  if (s.equal()) return s;
  const Decision inverse = CompareInverse(gold, prediction, budget_);
  if (inverse.equal()) return inverse;
  if (d.verdict == Verdict::kUndecided) return {};
  return d;
}

// Chains turned to ascend, then operand by operand; a single relation also up to a positive
// factor.
Decision Comparer::CompareInequalities(const Expr& gold, const Expr& prediction) {
  const auto ascending = [](const Expr& e, std::vector<Expr>* operands) {
    std::string ops = e.node().text;
    *operands = Kids(e);
    const std::size_t first = ops.find_first_of("<>lg");
    if (first != std::string::npos && (ops[first] == '>' || ops[first] == 'g')) {
      std::reverse(operands->begin(), operands->end());
      std::reverse(ops.begin(), ops.end());
      for (char& c : ops) c = c == '>' ? '<' : c == 'g' ? 'l' : c == '<' ? '>' : c == 'l' ? 'g' : c;
    }
    return ops;
  };
  std::vector<Expr> g;
  std::vector<Expr> p;
  const std::string g_ops = ascending(gold, &g);
  const std::string p_ops = ascending(prediction, &p);
  if (g_ops != p_ops) return {Verdict::kUnequal, "different-relations"};
  if (g.size() == 2) {
    Expr a = g[0];
    a.minus = g[1].id;
    Expr b = p[0];
    b.minus = p[1].id;
    const Decision d = CompareProportional(a, b, g_ops != "n", budget_);
    return d.verdict == Verdict::kUndecided ? CompareInOrder(g, p) : d;
  }
  return CompareInOrder(g, p);
}

}  // namespace fuseo1
