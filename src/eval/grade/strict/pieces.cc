#include "eval/grade/strict/pieces.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/real_set.h"
#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

constexpr std::int64_t kPrecision = 512;

struct Interval {
  std::optional<Rational> low;  // none: without end
  std::optional<Rational> high;
  bool low_open = true;
  bool high_open = true;

  bool Holds(const Rational& x) const {
    const int above = low ? x.Compare(*low) : 1;
    const int below = high ? high->Compare(x) : 1;
    return (above > 0 || (above == 0 && !low_open)) && (below > 0 || (below == 0 && !high_open));
  }
};

bool Agree(const Number& a, const Number& b) {
  if (a.exact && b.exact) return a.rational == b.rational;
  const auto ball = [](const Number& n) { return n.exact ? Ball(n.rational, kPrecision) : n.ball; };
  return Ball::Subtract(ball(a), ball(b), kPrecision).ContainsZero();
}

struct Case {
  Expr value;
  std::vector<Interval> where;
  bool otherwise = false;  // where no other case holds
};

// A function of one variable: cases in their order, the last of them perhaps for all the rest.
class Function {
 public:
  static std::optional<Function> Read(const Expr& e, std::int64_t* budget) {
    Function out;
    if (e.tree->signs > 0 || !e.tree->units.empty()) return std::nullopt;
    if (!IsByCases(e)) {
      if (e.node().op >= Op::kBaseNumber) return std::nullopt;
      out.cases_.push_back({e, {Interval{}}});
      out.variable_ = OnlyVariable(e);
      return out.variable_.empty() ? std::nullopt : std::optional(std::move(out));
    }
    RealSetBuilder builder(budget);
    for (const NodeId kid : e.node().kids) {
      const std::vector<NodeId>& piece = e.tree->at(kid).kids;
      const Expr value = e.With(piece[0]);
      const Expr condition = e.With(piece[1]);
      const Node& words = condition.node();
      const std::string word = words.op == Op::kWord ? ToLowerAscii(words.text) : std::string();
      if (word == "otherwise" || word == "else") {
        out.cases_.push_back({value, {Interval{}}, true});
        continue;
      }
      const auto set = builder.Build(condition);
      if (!set || set->integers || set->variable.empty()) return std::nullopt;
      if (!out.variable_.empty() && out.variable_ != set->variable) return std::nullopt;
      out.variable_ = set->variable;
      Case& added = out.cases_.emplace_back(Case{value, {}});
      for (const Span& span : set->spans) {
        Interval interval{{}, {}, span.low_open, span.high_open};
        if (!End(span.low, budget, &interval.low) || !End(span.high, budget, &interval.high))
          return std::nullopt;
        added.where.push_back(std::move(interval));
      }
    }
    return out.variable_.empty() ? std::nullopt : std::optional(std::move(out));
  }

  const std::string& variable() const { return variable_; }

  void CollectEnds(std::vector<Rational>* ends) const {
    for (const Case& one : cases_) {
      for (const Interval& interval : one.where) {
        if (interval.low) ends->push_back(*interval.low);
        if (interval.high) ends->push_back(*interval.high);
      }
    }
  }

  EvalStatus At(const Rational& x, std::int64_t* budget, Number* value) const {
    EvalOptions options;
    options.precision = kPrecision;
    options.real_domain = true;
    bool found = false;
    for (const Case& one : cases_) {
      const bool here = std::any_of(one.where.begin(), one.where.end(),
                                    [&](const Interval& interval) { return interval.Holds(x); });
      if (!here || (found && one.otherwise)) continue;
      Number here_value;
      const EvalStatus status = Evaluator(*one.value.tree, options, budget)
                                    .EvalAt(one.value.id, variable_, x, &here_value);
      if (!found && cases_.size() == 1) {
        *value = std::move(here_value);
        return status;
      }
      if (status != EvalStatus::kOk) return found ? EvalStatus::kUndecided : status;
      if (found && !Agree(*value, here_value)) return EvalStatus::kUndecided;  // says two things
      *value = std::move(here_value);
      found = true;
    }
    if (found) return EvalStatus::kOk;
    return EvalStatus::kUndefined;
  }

 private:
  static bool End(const Expr& e, std::int64_t* budget, std::optional<Rational>* end) {
    const int infinity = InfinitySign(e);
    if (infinity != 0) return infinity != 2;
    Number value;
    if (e.minus >= 0 || Evaluator(*e.tree, {}, budget).Eval(e.id, &value) != EvalStatus::kOk ||
        !value.exact) {
      return false;
    }
    *end = (value.rational + e.offset) * e.scale;
    return true;
  }

  std::vector<Case> cases_;
  std::string variable_;
};

// The ends themselves, points between and beyond them.
std::vector<Rational> Points(std::vector<Rational> ends) {
  std::sort(ends.begin(), ends.end(),
            [](const Rational& a, const Rational& b) { return a.Compare(b) < 0; });
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  std::vector<Rational> points = ends;
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    const Rational step = (ends[k + 1] - ends[k]) / Rational(13);
    for (int part = 1; part < 13; ++part) points.push_back(ends[k] + step * Rational(part));
  }
  for (const Rational& beyond :
       {Rational(1, 3), Rational(3, 4), Rational(9, 7), Rational(2), Rational(13, 3),
        Rational(17, 2), Rational(41), Rational(3001, 3)}) {
    points.push_back(ends.front() - beyond);
    points.push_back(ends.back() + beyond);
  }
  return points;
}

}  // namespace

bool IsByCases(const Expr& e) {
  const Node& node = e.node();
  return node.op == Op::kList && !node.kids.empty() &&
         std::all_of(node.kids.begin(), node.kids.end(),
                     [&](NodeId kid) { return e.tree->at(kid).op == Op::kPiece; });
}

Decision CompareByCases(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  constexpr std::size_t kMostEnds = 16;
  const auto f = Function::Read(gold, budget);
  const auto g = f ? Function::Read(prediction, budget) : std::nullopt;
  if (!g || f->variable() != g->variable()) return {};
  std::vector<Rational> ends;
  f->CollectEnds(&ends);
  g->CollectEnds(&ends);
  if (ends.empty() || ends.size() > kMostEnds) return {};
  int agreed = 0;
  for (const Rational& x : Points(std::move(ends))) {
    Number a;
    Number b;
    const EvalStatus fs = f->At(x, budget, &a);
    const EvalStatus gs = g->At(x, budget, &b);
    const auto outside = [](EvalStatus s) {
      return s == EvalStatus::kUndefined || s == EvalStatus::kNonReal;
    };
    if (outside(fs) && outside(gs)) continue;
    if (outside(fs) != outside(gs)) return {Verdict::kUnequal, "different-domain"};
    if (fs != EvalStatus::kOk || gs != EvalStatus::kOk) return {};
    if (!Agree(a, b)) return {Verdict::kUnequal, "different-values"};
    ++agreed;
  }
  return agreed >= 3 ? Decision{Verdict::kEqual, "same-cases"} : Decision{};
}

}  // namespace fuseo1
