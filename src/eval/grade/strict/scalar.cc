#include "eval/grade/strict/scalar.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace fuseo1 {
namespace {

constexpr int kPoints = 24;
constexpr int kEnoughPoints = 5;
constexpr int kEnoughIntegerPoints = 10;
constexpr int kManyPoints = 64;       // where a function is made of pieces: points in every one
constexpr int kSmallIntegers = 1000;  // EvalOptions::point from here on: -3, -2, ...
constexpr std::int64_t kFirstPrecision = 64;
constexpr std::int64_t kSafetyBits = 512;

struct Outcome {
  EvalStatus status = EvalStatus::kOk;
  Number value;
  std::int64_t height = 0;
  bool too_large = false;
  bool approximate = false;
};

using Value = std::function<Outcome(const EvalOptions&)>;

Outcome Evaluate(const Expr& e, EvalOptions options, std::int64_t* budget) {
  options.signs = e.signs;
  Evaluator evaluator(*e.tree, options, budget);
  Outcome out;
  out.status = evaluator.Eval(e.id, &out.value);
  if (out.status == EvalStatus::kOk && e.minus >= 0) {
    Number other;
    out.status = evaluator.Eval(e.minus, &other);
    if (out.value.exact && other.exact) {
      out.value.rational = out.value.rational - other.rational;
    } else if (out.status == EvalStatus::kOk) {
      const auto ball = [&](const Number& n) {
        return n.exact ? Ball(n.rational, options.precision) : n.ball;
      };
      out.value.ball = Ball::Subtract(ball(out.value), ball(other), options.precision);
      out.value.exact = false;
    }
  }
  if (out.status == EvalStatus::kOk && out.value.exact) {
    out.value.rational = (out.value.rational + e.offset) * e.scale;
  } else if (out.status == EvalStatus::kOk && !(e.scale == Rational(1) && e.offset.IsZero())) {
    const std::int64_t prec = options.precision;
    out.value.ball = Ball::Multiply(Ball::Add(out.value.ball, Ball(e.offset, prec), prec),
                                    Ball(e.scale, prec), prec);
  }
  out.height = evaluator.height_bits() +
               (out.status == EvalStatus::kOk && out.value.exact ? out.value.rational.Bits() : 0);
  out.too_large = evaluator.too_large_for_proof();
  out.approximate = evaluator.approximate();
  return out;
}

Ball AsBall(const Number& n, std::int64_t prec) {
  return n.exact ? Ball(n.rational, prec) : n.ball;
}

bool Outside(EvalStatus s) { return s == EvalStatus::kUndefined || s == EvalStatus::kNonReal; }

// At one point. kUndecided: this point tells nothing.
Decision DecideAt(const Value& gold, const Value& prediction, EvalOptions options, bool confirm,
                  const Rational* tolerance) {
  options.precision = kFirstPrecision;
  Outcome g = gold(options);
  Outcome p = prediction(options);
  if (g.status == EvalStatus::kUndecided || p.status == EvalStatus::kUndecided) {
    options.precision = kSafetyBits;
    g = gold(options);
    p = prediction(options);
  }
  if (Outside(g.status) && Outside(p.status)) return {Verdict::kUndecided, "undefined"};
  if (Outside(g.status) || Outside(p.status)) {
    const EvalStatus other = Outside(g.status) ? p.status : g.status;
    if (other != EvalStatus::kOk) return {Verdict::kUndecided, "undecided"};
    return {Verdict::kUnequal, "different-domain"};
  }
  if (g.status != EvalStatus::kOk || p.status != EvalStatus::kOk) {
    const bool large = g.status == EvalStatus::kTooLarge || p.status == EvalStatus::kTooLarge;
    return {Verdict::kUndecided, large ? "too-large" : "undecided"};
  }
  if (g.value.exact && p.value.exact) {
    if (g.value.rational == p.value.rational) return {Verdict::kEqual, "exact"};
    if (tolerance != nullptr &&
        (g.value.rational - p.value.rational).Abs().Compare(*tolerance) <= 0) {
      return {Verdict::kEqual, "decimal-tolerance"};
    }
    return {Verdict::kUnequal, "different-values"};
  }
  const auto difference = [&] {
    return Ball::Subtract(AsBall(g.value, options.precision), AsBall(p.value, options.precision),
                          options.precision);
  };
  if (tolerance != nullptr) {
    options.precision = 256;
    g = gold(options);
    p = prediction(options);
    if (g.status != EvalStatus::kOk || p.status != EvalStatus::kOk)
      return {Verdict::kUndecided, "undecided"};
    const Ball gap = Ball::Subtract(Ball::Modulus(difference(), 256), Ball(*tolerance, 256), 256);
    return gap.RealSign() <= 0 ? Decision{Verdict::kEqual, "decimal-tolerance"}
                               : Decision{Verdict::kUnequal, "different-values"};
  }
  if (!difference().ContainsZero()) return {Verdict::kUnequal, "different-values"};
  if (g.too_large || p.too_large) return {Verdict::kUndecided, "too-large"};
  const std::int64_t precision = kSafetyBits + 2 * (g.height + p.height);
  if (!confirm) return {Verdict::kEqual, "ball-agreement"};
  if (g.approximate || p.approximate) {
    if (difference().ErrorBits() < -56) return {Verdict::kEqual, "numeric-agreement"};
    options.precision = kSafetyBits;
    g = gold(options);
    p = prediction(options);
    if (g.status != EvalStatus::kOk || p.status != EvalStatus::kOk)
      return {Verdict::kUndecided, "undecided"};
    const Ball d = difference();
    if (!d.ContainsZero()) return {Verdict::kUnequal, "different-values"};
    return d.ErrorBits() < -56 ? Decision{Verdict::kEqual, "numeric-agreement"}
                               : Decision{Verdict::kUndecided, "undecided"};
  }
  if (precision > kMaxBallPrecision) return {Verdict::kUndecided, "too-large"};
  options.precision = precision;
  g = gold(options);
  p = prediction(options);
  if (g.status != EvalStatus::kOk || p.status != EvalStatus::kOk)
    return {Verdict::kUndecided, "undecided"};
  return difference().ContainsZero() ? Decision{Verdict::kEqual, "ball-agreement"}
                                     : Decision{Verdict::kUnequal, "different-values"};
}

Decision DecideFunctions(const Value& gold, const Value& prediction, const Traits& traits,
                         EvalOptions options) {
  options.real_domain = !traits.has_i;
  options.integer_points = traits.integer_variables;
  const int points = traits.has_pieces ? kManyPoints : kPoints;
  const int enough = traits.has_pieces        ? kManyPoints
                     : options.integer_points ? kEnoughIntegerPoints
                                              : kEnoughPoints;
  int agreed = 0;
  int confirmed = 0;
  Decision last;
  for (int point = 0; point < points && agreed < enough; ++point) {
    options.point = point;
    last = DecideAt(gold, prediction, options, confirmed < 2, nullptr);
    // n!/(n - 3)! says nothing of n below 3, where n(n - 1)(n - 2) does.
    if (last.rule == "different-domain" && options.integer_points) continue;
    if (last.verdict == Verdict::kUnequal) return last;
    if (last.equal()) ++agreed;
    if (last.equal() && last.rule != "exact") ++confirmed;
  }
  if (agreed < 3) return {Verdict::kUndecided, last.rule.empty() ? "undecided" : last.rule};
  // A function of one variable must also be undefined in the same places: x^2/x is not x at 0.
  if (traits.variables.size() == 1 && !options.integer_points && options.real_domain) {
    for (int k = 0; k < 7; ++k) {
      options.point = kSmallIntegers + k;
      const Decision d = DecideAt(gold, prediction, options, false, nullptr);
      if (d.verdict == Verdict::kUnequal) return d;
    }
  }
  return {Verdict::kEqual, "identity-at-points"};
}

Traits TraitsOf(const Expr& a, const Expr& b) {
  Traits traits;
  for (const Expr* e : {&a, &b}) {
    CollectTraits(*e->tree, e->id, &traits);
    if (e->minus >= 0) CollectTraits(*e->tree, e->minus, &traits);
  }
  return traits;
}

Decision StructureOr(const Expr& gold, const Expr& prediction, Decision decision) {
  if (decision.verdict != Verdict::kUndecided || decision.rule == "undefined") {
    if (decision.rule == "undefined") decision.verdict = Verdict::kUnequal;
    return decision;
  }
  // Both say the same thing in the same words, and only its size or a numeric method stood in the
  // way.
  const Traits traits = TraitsOf(gold, prediction);
  if (decision.rule != "too-large" && !traits.has_series && traits.variables.empty())
    return decision;
  const bool plain = gold.minus < 0 && prediction.minus < 0 && gold.signs == prediction.signs &&
                     gold.scale == prediction.scale && gold.offset == prediction.offset;
  if (plain && SameStructure(*gold.tree, gold.id, *prediction.tree, prediction.id))
    return {Verdict::kEqual, "structure"};
  return decision;
}

}  // namespace

int InfinitySign(const Expr& e) {
  Traits traits;
  CollectTraits(*e.tree, e.id, &traits);
  if (!traits.has_infinity) return 0;
  int sign = 1;
  NodeId id = e.id;
  for (int k = 0; k < 8; ++k) {
    const Node& node = e.tree->at(id);
    if (node.op == Op::kInfinity) return sign;
    if (node.op == Op::kPlusMinus) {
      const bool minus =
          ((e.signs >> (e.tree->has_minus_plus ? 0U : static_cast<unsigned>(node.aux))) & 1U) != 0;
      if (minus != node.flag) sign = -sign;
    } else if (node.op == Op::kNeg) {
      sign = -sign;
    } else {
      return node.op == Op::kSum || node.op == Op::kProduct || node.op == Op::kIntegral ||
                     node.op == Op::kLimit
                 ? 0
                 : 2;
    }
    id = node.kids[0];
  }
  return 2;
}

Decision CompareScalars(const Expr& gold, const Expr& prediction, const CompareOptions& compare,
                        std::int64_t* budget) {
  const Traits traits = TraitsOf(gold, prediction);
  if (traits.has_infinity) {
    const int g = InfinitySign(gold);
    const int p = InfinitySign(prediction);
    if (g == 2 || p == 2) {
      if (!traits.has_series) return {Verdict::kUnequal, "undefined"};
    } else if (g != 0 || p != 0) {
      return g == p ? Decision{Verdict::kEqual, "infinity"}
                    : Decision{Verdict::kUnequal, "different-values"};
    }
  }
  const Value g = [&](const EvalOptions& o) { return Evaluate(gold, o, budget); };
  const Value p = [&](const EvalOptions& o) { return Evaluate(prediction, o, budget); };
  EvalOptions options;
  options.degrees_are_radians = compare.degrees_are_radians;
  const Decision decision = traits.variables.empty()
                                ? DecideAt(g, p, options, true, compare.tolerance)
                                : DecideFunctions(g, p, traits, options);
  return StructureOr(gold, prediction, decision);
}

Decision CompareProportional(const Expr& gold, const Expr& prediction, bool positive,
                             std::int64_t* budget) {
  const Traits traits = TraitsOf(gold, prediction);
  if (traits.has_infinity) return {Verdict::kUndecided, "undecided"};
  EvalOptions options;
  options.real_domain = !traits.has_i;
  options.integer_points = traits.integer_variables;
  options.precision = kSafetyBits;
  const auto times = [&](const Number& a, const Number& b) {
    Number out;
    out.exact = a.exact && b.exact;
    if (out.exact) {
      out.rational = a.rational * b.rational;
    } else {
      out.ball = Ball::Multiply(AsBall(a, kSafetyBits), AsBall(b, kSafetyBits), kSafetyBits);
    }
    return out;
  };
  const auto is_zero = [](const Number& n) {
    return n.exact ? n.rational.IsZero() : n.ball.ContainsZero();
  };
  std::optional<std::pair<Number, Number>> first;
  int agreed = 0;
  for (int point = 0; point < kPoints && agreed < kEnoughPoints + 1; ++point) {
    options.point = point;
    const Outcome g = Evaluate(gold, options, budget);
    const Outcome p = Evaluate(prediction, options, budget);
    if (Outside(g.status) != Outside(p.status) &&
        (g.status == EvalStatus::kOk || p.status == EvalStatus::kOk)) {
      return {Verdict::kUnequal, "different-domain"};
    }
    if (g.status != EvalStatus::kOk || p.status != EvalStatus::kOk) continue;
    if (g.height + p.height > kSafetyBits / 2 && !(g.value.exact && p.value.exact)) continue;
    if (is_zero(g.value) != is_zero(p.value)) return {Verdict::kUnequal, "different-relations"};
    if (is_zero(g.value)) continue;
    if (!first) {
      first = {g.value, p.value};
      if (positive) {
        const Number product = times(g.value, p.value);
        const int sign = product.exact ? product.rational.Sign() : product.ball.RealSign();
        if (sign <= 0) return {Verdict::kUnequal, "different-relations"};
      }
      ++agreed;
      continue;
    }
    const Number left = times(g.value, first->second);
    const Number right = times(p.value, first->first);
    const bool same =
        left.exact && right.exact
            ? left.rational == right.rational
            : Ball::Subtract(AsBall(left, kSafetyBits), AsBall(right, kSafetyBits), kSafetyBits)
                  .ContainsZero();
    if (!same) return {Verdict::kUnequal, "different-relations"};
    ++agreed;
  }
  return agreed >= 3 ? Decision{Verdict::kEqual, "same-relation"}
                     : Decision{Verdict::kUndecided, "undecided"};
}

Decision CompareRatios(const Expr& a, const Expr& b, const Expr& c, const Expr& d,
                       std::int64_t* budget) {
  Traits traits = TraitsOf(a, b);
  CollectTraits(*c.tree, c.id, &traits);
  CollectTraits(*d.tree, d.id, &traits);
  const auto product = [budget](const Expr& x, const Expr& y) {
    return [&x, &y, budget](const EvalOptions& o) {
      Outcome out = Evaluate(x, o, budget);
      const Outcome other = Evaluate(y, o, budget);
      if (out.status == EvalStatus::kOk) out.status = other.status;
      if (out.status != EvalStatus::kOk) return out;
      out.height += other.height;
      out.too_large = out.too_large || other.too_large;
      if (out.value.exact && other.value.exact) {
        out.value.rational = out.value.rational * other.value.rational;
      } else {
        out.value.ball = Ball::Multiply(AsBall(out.value, o.precision),
                                        AsBall(other.value, o.precision), o.precision);
        out.value.exact = false;
      }
      return out;
    };
  };
  const Value left = product(a, d);
  const Value right = product(b, c);
  return traits.variables.empty() ? DecideAt(left, right, {}, true, nullptr)
                                  : DecideFunctions(left, right, traits, {});
}

std::optional<int> CompareOrder(const Expr& a, const Expr& b, std::int64_t* budget) {
  const int ia = InfinitySign(a);
  const int ib = InfinitySign(b);
  if (ia == 2 || ib == 2) return std::nullopt;
  if (ia != 0 || ib != 0) return (ia > ib) - (ia < ib);
  if (!TraitsOf(a, b).variables.empty()) return std::nullopt;
  for (const std::int64_t precision : {kFirstPrecision, kSafetyBits}) {
    EvalOptions options;
    options.precision = precision;
    const Outcome x = Evaluate(a, options, budget);
    const Outcome y = Evaluate(b, options, budget);
    if (x.status != EvalStatus::kOk || y.status != EvalStatus::kOk) return std::nullopt;
    if (x.value.exact && y.value.exact) return x.value.rational.Compare(y.value.rational);
    const Ball d =
        Ball::Subtract(AsBall(x.value, precision), AsBall(y.value, precision), precision);
    if (!d.IsReal()) return std::nullopt;
    if (const int sign = d.RealSign(); sign != 0) return sign;
  }
  if (CompareScalars(a, b, {}, budget).equal()) return 0;
  return std::nullopt;
}

}  // namespace fuseo1
