#include "eval/grade/strict/compare.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/antiderivative.h"
#include "eval/grade/strict/equation.h"
#include "eval/grade/strict/expand.h"
#include "eval/grade/strict/inverse.h"
#include "eval/grade/strict/lettered_interval.h"
#include "eval/grade/strict/matching.h"
#include "eval/grade/strict/matrix_entries.h"
#include "eval/grade/strict/named.h"
#include "eval/grade/strict/pieces.h"
#include "eval/grade/strict/quantity.h"
#include "eval/grade/strict/real_set.h"
#include "eval/grade/strict/spelling.h"
#include "eval/grade/strict/unit_vectors.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

constexpr int kMaxCompareDepth = 80;

const Decision kKinds{Verdict::kUnequal, "different-kinds"};

class Comparer {
 public:
  explicit Comparer(std::int64_t* budget) : budget_(budget) {}

  Decision Compare(const Expr& gold, const Expr& prediction) {
    if (++depth_ > kMaxCompareDepth || *budget_ <= 0) return {Verdict::kUndecided, "budget"};
    *budget_ -= 30;
    const Decision d = CompareKinds(gold, prediction);
    --depth_;
    return d;
  }

 private:
  Decision CompareKinds(const Expr& gold, const Expr& prediction) {
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
    const Op tuple = Op::kTuple;
    if (g.parts.size() > 1 || p.parts.size() > 1 || g.value.node().op == tuple ||
        p.value.node().op == tuple) {
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

  // k in {1, 2} against c = 1, c = 2: a list whose items all give one value to another letter.
  bool OtherNames(const Named& named, const Expr& other) {
    const Node& list = other.node();
    if (named.name.size() != 1 || list.op != Op::kList) return false;
    std::string common;
    for (const NodeId kid : list.kids) {
      const std::string name = StripName(other.With(kid), budget_).name;
      const std::string stem = name.substr(0, name.find('_'));
      if (stem.size() != 1 || (!common.empty() && common != stem)) return false;
      common = stem;
    }
    return common != named.name;
  }

  // (x, y) = (1, 2), or (1, 2), against x = 1, y = 2; but (y, x) = (1, 2) is another point.
  Decision CompareNamedTuples(const Named& g, const Expr& gold, const Named& p,
                              const Expr& prediction) {
    const auto turned = [](const std::vector<std::string>& names) {
      const bool axes = std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return name == "x" || name == "y" || name == "z";
      });
      return axes && !std::is_sorted(names.begin(), names.end());
    };
    if ((g.parts.empty() && turned(p.parts)) || (p.parts.empty() && turned(g.parts)))
      return {Verdict::kUnequal, "different-names"};
    const Decision d = CompareNamedList(g, prediction, true);
    return d.verdict != Verdict::kUndecided ? d : CompareNamedList(p, gold, false);
  }

  // A tuple, its places named in it or by their usual letters, against a list of names.
  Decision CompareNamedList(const Named& tuple, const Expr& other, bool tuple_is_gold) {
    const Node& list = other.node();
    const Node& node = tuple.value.node();
    if (list.op != Op::kList || list.aux == 'o' || node.op != Op::kTuple ||
        list.kids.size() != node.kids.size() ||
        (!tuple.parts.empty() && tuple.parts.size() != node.kids.size()) ||
        (tuple.parts.empty() && !tuple.name.empty())) {
      return {};
    }
    std::vector<Named> items;
    std::vector<std::string> parts;
    for (const NodeId kid : list.kids) {
      items.push_back(StripName(other.With(kid), budget_));
      parts.push_back(items.back().name);
    }
    std::sort(parts.begin(), parts.end());
    if (!tuple.parts.empty()) {
      parts = tuple.parts;
    } else {
      std::string letters;
      for (const std::string& part : parts) letters += part;
      if (letters != "xy" && letters != "xyz" && letters != "ab" && letters != "abc" &&
          letters != "mn" && letters != "rtheta" && letters != "pq") {
        return {};
      }
    }
    for (const Named& item : items) {
      const auto at = std::find(parts.begin(), parts.end(), item.name);
      if (item.name.empty() || at == parts.end()) return kKinds;
      const Expr part = tuple.value.With(node.kids[static_cast<std::size_t>(at - parts.begin())]);
      const Decision d = tuple_is_gold ? Compare(part, item.value) : Compare(item.value, part);
      if (!d.equal()) return d;
    }
    return {Verdict::kEqual, "named-values"};
  }

  Decision CompareValues(const Expr& gold, const Expr& prediction) {
    if (const auto d = CompareLetteredInterval(gold, prediction, budget_)) return *d;
    if (const auto d = CompareLetteredInterval(prediction, gold, budget_)) return *d;
    const Op g = gold.node().op;
    const Op p = prediction.node().op;
    const bool g_set = IsSurelyRealSet(gold);
    const bool p_set = IsSurelyRealSet(prediction);
    const bool sets =
        (g_set && (p_set || MayBeRealSet(prediction))) || (p_set && MayBeRealSet(gold));
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
    if (g == Op::kRelation || p == Op::kRelation) return kKinds;
    // R for the reals, without its double stroke.
    const bool one_named_set = (g == Op::kNamedSet) != (p == Op::kNamedSet);
    if (one_named_set && (g == Op::kVar || p == Op::kVar) &&
        gold.node().text == prediction.node().text) {
      return {Verdict::kEqual, "named-set"};
    }
    if (g == Op::kTime || p == Op::kTime || g == Op::kRatio || p == Op::kRatio)
      return CompareRatioOrTime(gold, prediction);
    if (g == Op::kBaseNumber || p == Op::kBaseNumber) {
      if (g != p) return kKinds;
      const bool same =
          gold.node().text == prediction.node().text && gold.node().aux == prediction.node().aux;
      return same ? Decision{Verdict::kEqual, "base-number"}
                  : Decision{Verdict::kUnequal, "different-base-number"};
    }
    if (IsContainer(g) || IsContainer(p)) {
      if (g != p || gold.node().kids.size() != prediction.node().kids.size()) return kKinds;
      if (g == Op::kUnion || g == Op::kIntersection) {
        return CompareMultisets(Kids(gold), Kids(prediction));
      }
      if (gold.node().aux != prediction.node().aux || gold.node().text != prediction.node().text)
        return kKinds;
      return CompareInOrder(Kids(gold), Kids(prediction));
    }
    const Decision d = CompareQuantities(gold, prediction, budget_);
    if (d.equal() || g != Op::kAdd || p != Op::kAdd) return d;
    const Decision family = CompareAntiderivatives(gold, prediction, budget_);
    return family.equal() ? family : d;
  }

  // x_1 = 3, x_2 = -1 against x = 3, x = -1 (or x = 3, -1): the indices only count the values.
  std::optional<std::pair<std::vector<Expr>, std::vector<Expr>>> WithoutIndices(
      const std::vector<Expr>& gold, const std::vector<Expr>& prediction) {
    std::vector<Expr> values[2];
    std::string base;
    int indexed = -1;
    for (int side = 0; side < 2; ++side) {
      for (const Expr& item : side == 0 ? gold : prediction) {
        const Named named = StripName(item, budget_);
        values[side].push_back(named.value);
        const std::size_t mark = named.name.find('_');
        if (mark != std::string::npos) {
          if (indexed == 1 - side ||
              named.name.find_first_not_of("0123456789", mark + 1) != std::string::npos) {
            return std::nullopt;
          }
          indexed = side;
        }
        const std::string stem = named.name.substr(0, mark);
        if (stem.empty()) continue;
        if (!base.empty() && base != stem) return std::nullopt;
        base = stem;
      }
    }
    if (indexed < 0 || base.size() != 1 || values[indexed].size() < 2) return std::nullopt;
    return std::pair{std::move(values[0]), std::move(values[1])};
  }

  static bool MayBeRealSet(const Expr& e) {
    const Node& node = e.node();
    return IsSurelyRealSet(e) ||
           ((node.op == Op::kTuple || node.op == Op::kBracket) && node.kids.size() == 2) ||
           node.op == Op::kSet || node.op == Op::kList;
  }
  // (2, 6), (-6, 6): points, unless what stands beside them tells intervals.
  static bool ListsPairs(const Expr& e) {
    const Node& node = e.node();
    return std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
      return e.tree->at(kid).op == Op::kTuple && !IsSurelyRealSet(e.With(kid));
    });
  }
  static bool IsDisjunction(const Expr& e) { return e.node().aux == 'o'; }
  // p and q, p or q: letters joined by a word.
  static bool ListsStatements(const Expr& e) {
    const Node& node = e.node();
    return node.op == Op::kList && node.aux != ',' &&
           std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
             const Node& item = e.tree->at(kid);
             return item.op == Op::kVar && item.text.size() == 1;
           });
  }
  // Also congruences of different moduli: together they say something else than one of them.
  static bool ListsInequalities(const Expr& e) {
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
  static bool IsPlainBraces(const Expr& e) { return e.tree->plain_braces && e.id == e.tree->root; }
  static bool IsText(Op op) { return op == Op::kWord || op == Op::kText; }
  static bool IsContainer(Op op) {
    return op >= Op::kList && op != Op::kMatrix && op != Op::kRelation;
  }

  static std::vector<Expr> Kids(const Expr& e) {
    std::vector<Expr> out;
    for (const NodeId kid : e.node().kids) out.push_back(e.With(kid));
    return out;
  }

  Decision CompareInOrder(const std::vector<Expr>& gold, const std::vector<Expr>& prediction) {
    if (gold.size() != prediction.size()) return {Verdict::kUnequal, "different-count"};
    Decision all{Verdict::kEqual, "entries"};
    for (std::size_t k = 0; k < gold.size(); ++k) {
      const Decision d = Compare(gold[k], prediction[k]);
      if (d.verdict == Verdict::kUnequal) return d;
      if (!d.equal()) all = d;
    }
    return all;
  }

  Decision CompareMultisets(const std::vector<Expr>& gold, const std::vector<Expr>& prediction) {
    if (gold.size() != prediction.size()) return {Verdict::kUnequal, "different-count"};
    Matching matching(
        gold.size(), [&](std::size_t i, std::size_t j) { return Compare(gold[i], prediction[j]); });
    for (std::size_t i = 0; i < gold.size(); ++i) {
      std::vector<bool> seen(gold.size(), false);
      if (!matching.Place(i, &seen)) {
        if (*budget_ <= 0) return {Verdict::kUndecided, "budget"};
        return {matching.undecided() ? Verdict::kUndecided : Verdict::kUnequal,
                "different-elements"};
      }
    }
    return {Verdict::kEqual, "same-elements"};
  }

  // Tuples, angle-bracket vectors and columns are ordered entries of one kind.
  std::optional<Decision> AsVector(const Expr& gold, const Expr& prediction) {
    const auto is_vector = [](const Node& n) {
      return n.op == Op::kTuple || n.op == Op::kAngle ||
             (n.op == Op::kMatrix && n.aux == 1 && n.kids.size() > 1);
    };
    if (!is_vector(gold.node()) || !is_vector(prediction.node())) return std::nullopt;
    return CompareInOrder(Kids(gold), Kids(prediction));
  }

  // 3i - 2j + k against (3, -2, 1), or against 3\hat{i} - 2\hat{j} + \hat{k}.
  std::optional<Decision> AsUnitVectorSums(const Expr& gold, const Expr& prediction) {
    const auto g = AsUnitVectors(gold);
    const auto p = AsUnitVectors(prediction);
    if (!g && !p) return std::nullopt;
    return AsVector(g ? Expr{&*g, g->root} : gold, p ? Expr{&*p, p->root} : prediction);
  }

  Decision CompareMatrices(const Expr& gold, const Expr& prediction) {
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
    if (!g || !p) return kKinds;
    const Node& a = g->at(g->root);
    const Node& b = p->at(p->root);
    if (a.aux != b.aux || a.kids.size() != b.kids.size())
      return {Verdict::kUnequal, "different-shape"};
    return CompareInOrder(Kids(Expr{&*g, g->root, gold.signs}),
                          Kids(Expr{&*p, p->root, prediction.signs}));
  }

  Decision CompareRatioOrTime(const Expr& gold, const Expr& prediction) {
    const Node& g = gold.node();
    const Node& p = prediction.node();
    if (g.op == Op::kTime && p.op == Op::kTime) {
      return g.text == p.text ? Decision{Verdict::kEqual, "time"}
                              : Decision{Verdict::kUnequal, "different-times"};
    }
    if (g.kids.size() < 2 || g.kids.size() != p.kids.size() ||
        (g.op != Op::kTime && g.op != Op::kRatio) || (p.op != Op::kTime && p.op != Op::kRatio)) {
      return kKinds;
    }
    // A time at the full hour is no ratio: 7:00 is not 27:00.
    if ((g.op == Op::kTime && g.text.ends_with(":00")) ||
        (p.op == Op::kTime && p.text.ends_with(":00"))) {
      return kKinds;
    }
    for (std::size_t k = 1; k < g.kids.size(); ++k) {
      const Decision d =
          CompareRatios(gold.With(g.kids[0]), gold.With(g.kids[k]), prediction.With(p.kids[0]),
                        prediction.With(p.kids[k]), budget_);
      if (!d.equal()) return d;
    }
    return {Verdict::kEqual, "ratio"};
  }

  Decision CompareRelations(const Expr& gold, const Expr& prediction) {
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
  Decision CompareCongruences(const std::vector<Expr>& gold, const std::vector<Expr>& prediction) {
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

  Decision CompareEquations(const Expr& gold, const Expr& prediction) {
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
    const Decision d =
        CompareProportional(difference(gold), difference(prediction), false, budget_);
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
  Decision CompareInequalities(const Expr& gold, const Expr& prediction) {
    const auto ascending = [](const Expr& e, std::vector<Expr>* operands) {
      std::string ops = e.node().text;
      *operands = Kids(e);
      const std::size_t first = ops.find_first_of("<>lg");
      if (first != std::string::npos && (ops[first] == '>' || ops[first] == 'g')) {
        std::reverse(operands->begin(), operands->end());
        std::reverse(ops.begin(), ops.end());
        for (char& c : ops)
          c = c == '>' ? '<' : c == 'g' ? 'l' : c == '<' ? '>' : c == 'l' ? 'g' : c;
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

  std::int64_t* budget_;
  int depth_ = 0;
};

}  // namespace

Decision CompareExpressions(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  return Comparer(budget).Compare(gold, prediction);
}

}  // namespace fuseo1
