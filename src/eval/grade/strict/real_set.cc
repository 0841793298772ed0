#include "eval/grade/strict/real_set.h"

#include <algorithm>
#include <utility>

#include "eval/grade/strict/quantity.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxSpans = 128;

char Mirrored(char relation) {
  switch (relation) {
    case '<':
      return '>';
    case '>':
      return '<';
    case 'l':
      return 'g';
    case 'g':
      return 'l';
    default:
      return relation;
  }
}

bool EndsInDots(const Tree& tree, NodeId id) {  // {5, 6, 7, ...}
  const Node& node = tree.at(id);
  return node.op == Op::kSet && tree.at(node.kids.back()).op == Op::kDots;
}

bool IsInequality(char c) { return c == '<' || c == '>' || c == 'l' || c == 'g' || c == 'n'; }

}  // namespace

std::string OnlyVariable(const Expr& e) {
  Traits traits;
  CollectTraits(*e.tree, e.id, &traits);
  return traits.variables.size() == 1 ? std::string(traits.variables[0]) : std::string();
}

bool IsSurelyRealSet(const Expr& e) {
  const Node& node = e.node();
  switch (node.op) {
    case Op::kInterval:
    case Op::kUnion:
    case Op::kIntersection:
    case Op::kDifference:
    case Op::kNamedSet:
    case Op::kEmptySet:
    case Op::kSetBuilder:
      return true;
    case Op::kTuple:
      return node.kids.size() == 2 &&
             (InfinitySign(e.With(node.kids[0])) != 0 || InfinitySign(e.With(node.kids[1])) != 0);
    case Op::kRelation:
      return std::any_of(node.text.begin(), node.text.end(), IsInequality) ||
             (node.text == "e" &&
              (IsSurelyRealSet(e.With(node.kids[1])) ||
               e.tree->at(node.kids[1]).op == Op::kBracket ||
               e.tree->at(node.kids[1]).op == Op::kTuple || EndsInDots(*e.tree, node.kids[1]))) ||
             node.text == "o";
    case Op::kList:
      return std::any_of(node.kids.begin(), node.kids.end(),
                         [&](NodeId kid) { return IsSurelyRealSet(e.With(kid)); });
    default:
      return false;
  }
}

Expr RealSetBuilder::Constant(const Rational& value) {
  Tree& tree = trees_.emplace_back();
  tree.root = tree.AddNumber(value);
  return Expr{&tree, tree.root};
}

Expr RealSetBuilder::Infinity(bool negative) {
  Tree& tree = trees_.emplace_back();
  tree.root = tree.Add(Op::kInfinity);
  if (negative) tree.root = tree.Add(Op::kNeg, {tree.root});
  return Expr{&tree, tree.root};
}

Expr RealSetBuilder::Surd(const Rational& a, const Rational& b, const Rational& radicand) {
  Tree& tree = trees_.emplace_back();
  const NodeId root = tree.Add(Op::kRoot, {tree.AddNumber(radicand), tree.AddNumber(Rational(2))});
  const NodeId term = tree.Add(Op::kMul, {tree.AddNumber(b), root});
  tree.root = tree.Add(Op::kAdd, {tree.AddNumber(a), term});
  return Expr{&tree, tree.root};
}

// Sorted, with touching and overlapping spans joined, empty ones gone.
std::optional<RealSetBuilder::Spans> RealSetBuilder::Normalise(Spans spans) {
  if (spans.size() > kMaxSpans) return std::nullopt;
  Spans kept;
  for (Span& span : spans) {
    const auto order = CompareOrder(span.low, span.high, budget_);
    if (!order) return std::nullopt;
    if (*order > 0 || (*order == 0 && (span.low_open || span.high_open))) continue;
    std::size_t at = 0;
    for (; at < kept.size(); ++at) {
      const auto before = CompareOrder(span.low, kept[at].low, budget_);
      if (!before) return std::nullopt;
      if (*before < 0 || (*before == 0 && !span.low_open)) break;
    }
    kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(at), std::move(span));
  }
  Spans joined;
  for (Span& span : kept) {
    if (!joined.empty()) {
      Span& last = joined.back();
      const auto gap = CompareOrder(span.low, last.high, budget_);
      if (!gap) return std::nullopt;
      if (*gap < 0 || (*gap == 0 && !(span.low_open && last.high_open))) {
        const auto further = CompareOrder(span.high, last.high, budget_);
        if (!further) return std::nullopt;
        if (*further > 0) {
          last.high = span.high;
          last.high_open = span.high_open;
        } else if (*further == 0) {
          last.high_open = last.high_open && span.high_open;
        }
        continue;
      }
    }
    joined.push_back(std::move(span));
  }
  return joined;
}

std::optional<RealSetBuilder::Spans> RealSetBuilder::Intersect(const Spans& a, const Spans& b) {
  Spans out;
  for (const Span& x : a) {
    for (const Span& y : b) {
      const auto low = CompareOrder(x.low, y.low, budget_);
      const auto high = CompareOrder(x.high, y.high, budget_);
      if (!low || !high || out.size() > kMaxSpans) return std::nullopt;
      Span s = *low >= 0 ? x : y;
      if (*low == 0) s.low_open = x.low_open || y.low_open;
      const Span& upper = *high <= 0 ? x : y;
      s.high = upper.high;
      s.high_open = *high == 0 ? x.high_open || y.high_open : upper.high_open;
      out.push_back(std::move(s));
    }
  }
  return Normalise(std::move(out));
}

std::optional<RealSetBuilder::Spans> RealSetBuilder::Complement(const Spans& spans) {
  Spans out;
  Expr low = Infinity(true);
  bool low_open = true;
  for (const Span& span : spans) {
    out.push_back({low, span.low, low_open, !span.low_open});
    low = span.high;
    low_open = !span.high_open;
  }
  out.push_back({low, Infinity(false), low_open, true});
  // An end at infinity leaves an empty span, which Normalise drops.
  return Normalise(std::move(out));
}

std::optional<RealSetBuilder::Spans> RealSetBuilder::HalfLine(char relation, const Expr& end) {
  switch (relation) {
    case '<':
    case 'l':
      return Normalise({{Infinity(true), end, true, relation == '<'}});
    case '>':
    case 'g':
      return Normalise({{end, Infinity(false), relation == '>', true}});
    case '=':
      return Normalise({{end, end, false, false}});
    case 'n': {
      const auto point = Normalise({{end, end, false, false}});
      return point ? Complement(*point) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// f(x) relation 0 for a polynomial f of degree one or two with rational coefficients, found by
// interpolation.
std::optional<RealSetBuilder::Spans> RealSetBuilder::SolvePolynomial(const Expr& f, char relation,
                                                                     const std::string& variable) {
  EvalOptions options;
  options.real_domain = true;
  options.signs = f.signs;
  Rational y[5];
  for (int k = 0; k < 5; ++k) {
    Evaluator evaluator(*f.tree, options, budget_);
    Number left;
    Number right;
    const Rational x(k == 4 ? 101 : k, k == 4 ? 7 : 1);
    if (evaluator.EvalAt(f.id, variable, x, &left) != EvalStatus::kOk || !left.exact)
      return std::nullopt;
    if (f.minus >= 0 &&
        (evaluator.EvalAt(f.minus, variable, x, &right) != EvalStatus::kOk || !right.exact))
      return std::nullopt;
    y[k] = left.rational - right.rational;
  }
  const Rational c = y[0];
  const Rational a = (y[2] - y[1] - y[1] + y[0]) / Rational(2);
  const Rational b = y[1] - y[0] - a;
  const auto value = [&](const Rational& x) { return (a * x + b) * x + c; };
  if (!(value(Rational(3)) == y[3]) || !(value(Rational(101, 7)) == y[4])) return std::nullopt;
  if (a.IsZero()) {
    if (b.IsZero()) return std::nullopt;
    return HalfLine(b.Sign() > 0 ? relation : Mirrored(relation), Constant(-c / b));
  }
  const Rational discriminant = b * b - Rational(4) * a * c;
  const char r = a.Sign() > 0 ? relation : Mirrored(relation);  // as if a were positive
  const Rational middle = -b / (Rational(2) * a);
  const Rational half = (Rational(1) / (Rational(2) * a)).Abs();
  if (discriminant.Sign() < 0) {
    if (r == '>' || r == 'g' || r == 'n') return Complement({});
    return Spans{};
  }
  const Expr low = Surd(middle, -half, discriminant);
  const Expr high = Surd(middle, half, discriminant);
  const auto inside = Normalise({{low, high, r == '<' || r == 'g', r == '<' || r == 'g'}});
  if (!inside) return std::nullopt;
  if (r == '<' || r == 'l') return inside;
  const auto points = Normalise({{low, low, false, false}, {high, high, false, false}});
  if (!points) return std::nullopt;
  if (r == '=') return points;
  if (r == 'n') return Complement(*points);
  const auto closed = Normalise({{low, high, r == 'g', r == 'g'}});
  return closed ? Complement(*closed) : std::nullopt;
}

// |ax + b| < c for a bound c that is not rational: from (-c - b) / a to (c - b) / a.
std::optional<RealSetBuilder::Spans> RealSetBuilder::BothSides(const Expr& inner, char relation,
                                                               const Expr& bound,
                                                               const std::string& variable) {
  EvalOptions options;
  options.signs = inner.signs;
  Rational y[3];
  for (int k = 0; k < 3; ++k) {
    Evaluator evaluator(*inner.tree, options, budget_);
    Number value;
    if (evaluator.EvalAt(inner.id, variable, Rational(k), &value) != EvalStatus::kOk ||
        !value.exact)
      return std::nullopt;
    y[k] = value.rational;
  }
  const Rational a = y[1] - y[0];
  const bool whole = bound.scale == Rational(1) && bound.offset.IsZero() && bound.minus < 0;
  if (a.IsZero() || !(y[2] - y[1] == a) || !whole) return std::nullopt;
  Expr high = bound;
  high.offset = -y[0];
  high.scale = Rational(1) / a;
  Expr low = bound;
  low.offset = y[0];
  low.scale = Rational(-1) / a;
  if (a.Sign() < 0) std::swap(low, high);
  const auto above = HalfLine(relation, high);
  const auto below = HalfLine(Mirrored(relation), low);
  if (!above || !below) return std::nullopt;
  if (relation == '<' || relation == 'l') return Intersect(*above, *below);
  Spans sides = *above;
  sides.insert(sides.end(), below->begin(), below->end());
  return Normalise(std::move(sides));
}

std::optional<RealSetBuilder::Spans> RealSetBuilder::Solve(const Expr& left, char relation,
                                                           const Expr& right,
                                                           const std::string& variable) {
  const bool variable_left = OnlyVariable(left) == variable;
  const bool variable_right = OnlyVariable(right) == variable;
  if (!variable_left && variable_right) return Solve(right, Mirrored(relation), left, variable);
  if (!variable_left) return std::nullopt;
  if (left.node().op == Op::kVar && !variable_right) return HalfLine(relation, right);
  if (left.node().op == Op::kAbs && !variable_right) {  // |u| < c: -c < u < c
    const auto sign = CompareOrder(right, Constant(Rational(0)), budget_);
    if (!sign || *sign < 0) return std::nullopt;
    EvalOptions options;
    Evaluator evaluator(*right.tree, options, budget_);
    Number bound;
    if (evaluator.Eval(right.id, &bound) != EvalStatus::kOk) return std::nullopt;
    const Expr inner = left.With(left.node().kids[0]);
    const bool less = relation == '<' || relation == 'l';
    if (!less && relation != '>' && relation != 'g') return std::nullopt;
    if (!bound.exact) return BothSides(inner, relation, right, variable);
    // Both bounds as nodes of a copy of the inner tree, so that one polynomial holds them.
    Tree& tree = trees_.emplace_back(*inner.tree);
    const NodeId high = tree.AddNumber(bound.rational);
    const NodeId low = tree.AddNumber(-bound.rational);
    Expr upper{&tree, inner.id, inner.signs};
    upper.minus = high;
    Expr lower{&tree, inner.id, inner.signs};
    lower.minus = low;
    const auto a = SolvePolynomial(upper, relation, variable);
    const auto b = SolvePolynomial(lower, Mirrored(relation), variable);
    if (!a || !b) return std::nullopt;
    if (less) return Intersect(*a, *b);
    Spans both = *a;
    both.insert(both.end(), b->begin(), b->end());
    return Normalise(std::move(both));
  }
  if (left.tree != right.tree) return std::nullopt;
  Expr f = left;
  f.minus = right.id;
  return SolvePolynomial(f, relation, variable);
}

// x = 1 \pm 2 is either, x \ne \pm 1 is neither.
std::optional<RealSet> RealSetBuilder::BuildBothSigns(const Expr& e) {
  std::optional<Spans> total;
  for (std::uint32_t choice = 0; choice < (1U << static_cast<unsigned>(e.tree->signs)); ++choice) {
    Expr one = e;
    one.signs = choice | (1U << 31U);
    const auto part = BuildRelation(one);
    if (!part) return std::nullopt;
    if (!total) {
      total = part->spans;
    } else if (e.node().text == "n") {
      total = Intersect(*total, part->spans);
    } else {
      total->insert(total->end(), part->spans.begin(), part->spans.end());
      total = Normalise(*total);
    }
    if (!total) return std::nullopt;
  }
  return RealSet{std::move(*total), OnlyVariable(e)};
}

std::optional<RealSet> RealSetBuilder::BuildRelation(const Expr& e) {
  const Node& node = e.node();
  if (e.tree->signs > 0 && e.signs == 0 && (node.text == "n" || node.text == "="))
    return BuildBothSigns(e);
  if (node.text == "e" || node.text == "o") {
    const Expr element = e.With(node.kids[0]);
    if (element.node().op != Op::kVar) return std::nullopt;
    auto set = Build(e.With(node.kids[1]));
    if (!set) return std::nullopt;
    if (node.text == "o") {
      if (set->integers) return std::nullopt;
      auto rest = Complement(set->spans);
      if (!rest) return std::nullopt;
      set->spans = std::move(*rest);
    }
    set->variable = element.node().text;
    return set;
  }
  const std::string variable = OnlyVariable(e);
  if (variable.empty()) return std::nullopt;
  std::optional<Spans> spans;
  for (std::size_t k = 0; k < node.text.size(); ++k) {
    if (!IsInequality(node.text[k]) && node.text[k] != '=') return std::nullopt;
    auto part = Solve(e.With(node.kids[k]), node.text[k], e.With(node.kids[k + 1]), variable);
    if (!part) return std::nullopt;
    spans = spans ? Intersect(*spans, *part) : std::move(part);
    if (!spans) return std::nullopt;
  }
  return RealSet{std::move(*spans), variable};
}

// A part of a set operation: a bare number there is a set of one, written with plain braces.
std::optional<RealSet> RealSetBuilder::BuildPart(const Expr& e) {
  if (e.node().op >= Op::kBaseNumber) return Build(e);
  auto spans = Normalise({{e, e, false, false}});
  if (!spans) return std::nullopt;
  return RealSet{std::move(*spans), {}};
}

// Union or intersection of all kids.
std::optional<RealSet> RealSetBuilder::Join(const Expr& e, bool intersect) {
  std::optional<RealSet> total;
  for (const NodeId kid : e.node().kids) {
    auto part = BuildPart(e.With(kid));
    if (!part) return std::nullopt;
    if (!total) {
      total = std::move(part);
      continue;
    }
    if (!total->variable.empty() && !part->variable.empty() && total->variable != part->variable)
      return std::nullopt;
    if (total->variable.empty()) total->variable = part->variable;
    total->zero_unclear = total->zero_unclear || part->zero_unclear;
    std::optional<Spans> spans;
    if (intersect) {
      spans = Intersect(total->spans, part->spans);
      total->integers = total->integers || part->integers;
    } else {
      if (total->integers != part->integers) return std::nullopt;
      Spans both = total->spans;
      both.insert(both.end(), part->spans.begin(), part->spans.end());
      spans = Normalise(std::move(both));
    }
    if (!spans) return std::nullopt;
    total->spans = std::move(*spans);
  }
  return total ? Settle(std::move(*total)) : std::nullopt;
}

std::optional<RealSet> RealSetBuilder::Build(const Expr& e) {
  const Node& node = e.node();
  const auto from = [](std::optional<Spans> spans) -> std::optional<RealSet> {
    if (!spans) return std::nullopt;
    return RealSet{std::move(*spans), {}};
  };
  switch (node.op) {
    case Op::kTuple:
    case Op::kBracket:
    case Op::kInterval: {
      if (node.kids.size() != 2) return std::nullopt;
      const bool low_open =
          node.op == Op::kTuple || (node.op == Op::kInterval && (node.aux & 1) != 0);
      const bool high_open =
          node.op == Op::kTuple || (node.op == Op::kInterval && (node.aux & 2) != 0);
      Span span{e.With(node.kids[0]), e.With(node.kids[1]), low_open, high_open};
      if ((!low_open && InfinitySign(span.low) != 0) ||
          (!high_open && InfinitySign(span.high) != 0))
        return std::nullopt;  // infinity is no real number that could belong
      const auto order = CompareOrder(span.low, span.high, budget_);
      if (!order || *order > 0 || (*order == 0 && low_open)) return std::nullopt;
      return RealSet{{std::move(span)}, {}};
    }
    case Op::kNamedSet:
      if (node.text == "R") return from(Complement({}));
      if (node.text == "R+" || node.text == "R_+" || node.text == "R_{+}")
        return from(HalfLine('>', Constant(Rational(0))));
      if (node.text == "R*") return from(HalfLine('n', Constant(Rational(0))));
      if (node.text == "R_ge0") return from(HalfLine('g', Constant(Rational(0))));
      if (node.text == "R_>0") return from(HalfLine('>', Constant(Rational(0))));
      if (node.text == "R-" || node.text == "R_-")
        return from(HalfLine('<', Constant(Rational(0))));
      return Integers(node.text);
    case Op::kEmptySet:
      return RealSet{};
    case Op::kSet: {
      if (const auto onwards = Onwards(e)) return onwards;
      Spans spans;
      for (const NodeId kid : node.kids) spans.push_back({e.With(kid), e.With(kid), false, false});
      return from(Normalise(std::move(spans)));
    }
    case Op::kUnion:
      return Join(e, false);
    case Op::kIntersection:
      return Join(e, true);
    case Op::kDifference: {
      const auto whole = Build(e.With(node.kids[0]));
      const auto hole = BuildPart(e.With(node.kids[1]));
      if (!whole || !hole) return std::nullopt;
      if (hole->integers && !whole->integers) return std::nullopt;
      auto rest = Complement(hole->spans);
      if (rest) rest = Intersect(whole->spans, *rest);
      if (!rest) return std::nullopt;
      RealSet out{std::move(*rest), {}, whole->integers, whole->zero_unclear};
      return Settle(std::move(out));
    }
    case Op::kSetBuilder: {
      const Expr element = e.With(node.kids[0]);
      auto set = Build(e.With(node.kids[1]));
      if (!set) return std::nullopt;
      std::string name;
      if (element.node().op == Op::kRelation && element.node().text == "e") {
        const auto domain = Build(element);
        if (!domain) return std::nullopt;
        const auto both = Intersect(domain->spans, set->spans);
        if (!both) return std::nullopt;
        set->spans = *both;
        set->integers = set->integers || domain->integers;
        set->zero_unclear = set->zero_unclear || domain->zero_unclear;
        name = domain->variable;
      } else if (element.node().op == Op::kVar) {
        name = element.node().text;
      }
      if (name.empty() || (!set->variable.empty() && set->variable != name)) return std::nullopt;
      set->variable.clear();
      return Settle(std::move(*set));
    }
    case Op::kRelation:
      return BuildRelation(e);
    case Op::kList: {
      const bool numbers = std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
        return e.tree->at(kid).op < Op::kBaseNumber;
      });
      if (numbers) {
        Spans spans;
        for (const NodeId kid : node.kids)
          spans.push_back({e.With(kid), e.With(kid), false, false});
        return from(Normalise(std::move(spans)));
      }
      if (node.aux == 'o') return Join(e, false);
      const bool relations = std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) {
        return e.tree->at(kid).op == Op::kRelation;
      });
      if (!relations) return node.aux == 'a' ? Join(e, false) : std::nullopt;
      auto both = Join(e, true);
      // "x < 2, x > 3" lists the parts of a union: nothing satisfies both.
      if (both && both->spans.empty() && node.aux == ',') return Join(e, false);
      return both;
    }
    default:
      return std::nullopt;
  }
}

Decision RealSetBuilder::Compare(const RealSet& gold, const RealSet& prediction) {
  const Decision different{Verdict::kUnequal, "different-sets"};
  if (!gold.variable.empty() && !prediction.variable.empty() &&
      gold.variable != prediction.variable) {
    return {Verdict::kUnequal, "different-names"};
  }
  if (gold.zero_unclear != prediction.zero_unclear) return {Verdict::kUndecided, "undecided-set"};
  // n >= 3 without a word of integers: the letter says them, where the end points are the same.
  const RealSet& plain = gold.integers ? prediction : gold;
  const bool counts = plain.variable == "n" || plain.variable == "k" || plain.variable == "m";
  if (gold.integers != prediction.integers && !counts) return different;
  if (gold.spans.size() != prediction.spans.size()) return different;
  for (std::size_t k = 0; k < gold.spans.size(); ++k) {
    const Span& g = gold.spans[k];
    const Span& p = prediction.spans[k];
    if (g.low_open != p.low_open || g.high_open != p.high_open) return different;
    for (const bool low : {true, false}) {
      const Expr& a = low ? g.low : g.high;
      const Expr& b = low ? p.low : p.high;
      const Decision d = CompareQuantities(a, b, budget_);
      if (!d.equal()) return d.verdict == Verdict::kUndecided ? d : different;
    }
  }
  return {Verdict::kEqual, "same-set"};
}

}  // namespace fuseo1
