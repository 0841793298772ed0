// Sums, products, integrals and limits. Finite sums are exact; the rest is numeric to about 100
// bits and more, accepted only where two independent orders of the method agree that far.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eval/grade/strict/evaluate.h"

namespace fuseo1 {
namespace {

constexpr std::int64_t kMaxTerms = 4000;
constexpr std::int64_t kAgreeBits =
    100;  // two computations must agree this far, relative to 1 + |value|
constexpr std::int64_t kSeriesPrecision = 700;
constexpr std::int64_t kIntegralPrecision = 200;

bool AgreeTo(const Ball& a, const Ball& b, std::int64_t bits) {
  const Ball difference = Ball::Subtract(a, b, 2000);
  if (!difference.IsFinite()) return false;
  return difference.MagnitudeBits() <= -bits + std::max<std::int64_t>(0, a.MagnitudeBits());
}

// Levin's u-transform of partial sums s_0.. with terms t_0..: accelerates linear, alternating and
// logarithmic convergence alike. With w_n = (n + 1) t_n and beta = 1,
//   L = sum_j (-1)^j C(k,j) (j+1)^(k-1) s_j / w_j  /  sum_j (-1)^j C(k,j) (j+1)^(k-1) / w_j.
bool Levin(const std::vector<Ball>& sums, const std::vector<Ball>& terms, std::int64_t k,
           std::int64_t prec, Ball* out) {
  Ball above;
  Ball below;
  for (std::int64_t j = 0; j <= k; ++j) {
    const auto i = static_cast<std::size_t>(j);
    Rational weight =
        Rational::Binomial(static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(j)) *
        Rational(j + 1).Power(k - 2);
    if (j % 2 == 1) weight = -weight;
    if (terms[i].ContainsZero()) return false;
    const Ball w = Ball::Divide(Ball(weight, prec), terms[i], prec);
    above = Ball::Add(above, Ball::Multiply(w, sums[i], prec), prec);
    below = Ball::Add(below, w, prec);
  }
  if (below.ContainsZero()) return false;
  *out = Ball::Divide(above, below, prec);
  return out->IsFinite();
}

}  // namespace

EvalStatus Evaluator::BodyAt(NodeId body, const std::string& variable, const Number& value,
                             std::int64_t precision, Number* out) {
  if (bound_.size() > 8) return EvalStatus::kUndecided;
  const std::int64_t outer = std::exchange(options_.precision, precision);
  bound_.emplace_back(variable, value);
  const EvalStatus status = Eval(body, out);
  bound_.pop_back();
  options_.precision = outer;
  return status;
}

EvalStatus Evaluator::Series(const Node& node, Number* out) {
  Number low;
  EvalStatus status = Eval(node.kids[0], &low);
  if (status != EvalStatus::kOk) return status;
  const auto from = low.exact ? low.rational.ToInt() : std::nullopt;
  if (!from) return EvalStatus::kUndecided;
  if (tree_.at(node.kids[1]).op == Op::kInfinity) {
    return node.op == Op::kSum ? InfiniteSum(node, *from, out) : EvalStatus::kUndecided;
  }
  Number high;
  status = Eval(node.kids[1], &high);
  if (status != EvalStatus::kOk) return status;
  const auto to = high.exact ? high.rational.ToInt() : std::nullopt;
  if (!to) return EvalStatus::kUndecided;
  if (*to - *from >= kMaxTerms) return EvalStatus::kTooLarge;
  Number total;
  total.rational = Rational(node.op == Op::kSum ? 0 : 1);
  for (std::int64_t k = *from; k <= *to; ++k) {
    Number index;
    index.rational = Rational(k);
    Number term;
    status = BodyAt(node.kids[2], node.text, index, options_.precision, &term);
    if (status != EvalStatus::kOk) return status;
    Number next;
    if (node.op == Op::kSum) {
      Add(total, term, &next);
    } else {
      Multiply(total, term, &next);
    }
    total = std::move(next);
    if (total.exact && total.rational.Bits() > kMaxExactBits) return EvalStatus::kTooLarge;
    if (total.exact && !Spend(total.rational.Bits() / 16)) return EvalStatus::kUndecided;
  }
  *out = std::move(total);
  return EvalStatus::kOk;
}

EvalStatus Evaluator::InfiniteSum(const Node& node, std::int64_t low, Number* out) {
  const bool outer_too_large = too_large_;
  constexpr std::int64_t kOrder = 72;
  std::vector<Ball> sums;
  std::vector<Ball> terms;
  Rational exact_sum;
  std::vector<Rational> exact_terms;
  Ball total;
  bool all_exact = true;
  for (std::int64_t k = 0; k <= kOrder; ++k) {
    Number index;
    index.rational = Rational(low + k);
    Number term;
    const EvalStatus status = BodyAt(node.kids[2], node.text, index, kSeriesPrecision, &term);
    if (status == EvalStatus::kUndefined && k == 0) return status;
    if (status != EvalStatus::kOk) return status;
    all_exact = all_exact && term.exact;
    if (term.exact) exact_terms.push_back(term.rational);
    const Ball ball = term.exact ? Ball(term.rational, kSeriesPrecision) : term.ball;
    total = Ball::Add(total, ball, kSeriesPrecision);
    if (!ball.ContainsZero()) {  // zero terms (sin(k pi/2) and the like) carry nothing
      sums.push_back(total);
      terms.push_back(ball);
    }
  }
  // A geometric series of rationals has an exact sum.
  if (all_exact && !exact_terms[0].IsZero()) {
    const Rational ratio = exact_terms[1] / exact_terms[0];
    bool geometric = ratio.Abs().Compare(Rational(1)) < 0;
    for (std::size_t k = 1; geometric && k < 12; ++k)
      geometric = exact_terms[k] == exact_terms[k - 1] * ratio;
    if (geometric) return Exact(exact_terms[0] / (Rational(1) - ratio), out);
  }
  if (terms.size() < 50) return EvalStatus::kUndecided;
  // Terms that do not tend to zero have no sum, whatever a transform makes of them.
  const auto last = terms.size() - 1;
  if (terms[last].MagnitudeBits() >= terms[8].MagnitudeBits() &&
      terms[last].MagnitudeBits() > -40) {
    return EvalStatus::kUndecided;
  }
  if (!Spend(kOrder * 60)) return EvalStatus::kUndecided;
  Ball first;
  Ball second;
  if (!Levin(sums, terms, static_cast<std::int64_t>(last) - 10, kSeriesPrecision, &first) ||
      !Levin(sums, terms, static_cast<std::int64_t>(last), kSeriesPrecision, &second) ||
      !AgreeTo(first, second, 60)) {
    return EvalStatus::kUndecided;
  }
  // The step from the lower order bounds the error of the higher one, with a margin.
  const std::int64_t gap = Ball::Subtract(first, second, kSeriesPrecision).MagnitudeBits();
  approximate_ = true;
  too_large_ = outer_too_large;  // a sample far out may be huge: its error is in its ball
  return Finish(second.Midpoint().WithError(std::max<std::int64_t>(gap, -600)), out);
}

// Double-exponential quadrature (Takahasi and Mori): on (-1, 1) x = tanh(pi/2 sinh t); a half-line
// through x = exp(pi/2 sinh t), the line through x = sinh(pi/2 sinh t). Ends may be singular.
EvalStatus Evaluator::Integral(const Node& node, Number* out) {
  const bool outer_too_large = too_large_;
  const auto is_infinite = [&](NodeId id, int* sign) {
    *sign = 1;
    if (tree_.at(id).op == Op::kNeg) {
      *sign = -1;
      id = tree_.at(id).kids[0];
    }
    return tree_.at(id).op == Op::kInfinity;
  };
  constexpr std::int64_t kPrec = kIntegralPrecision;
  int low_sign = 0;
  int high_sign = 0;
  const bool low_infinite = is_infinite(node.kids[0], &low_sign);
  const bool high_infinite = is_infinite(node.kids[1], &high_sign);
  if ((low_infinite && low_sign > 0) || (high_infinite && high_sign < 0))
    return EvalStatus::kUndecided;
  const std::int64_t outer = std::exchange(options_.precision, kPrec);
  Number low;
  Number high;
  EvalStatus status = low_infinite ? EvalStatus::kOk : Eval(node.kids[0], &low);
  if (status == EvalStatus::kOk && !high_infinite) status = Eval(node.kids[1], &high);
  const Ball a = ToBall(low);
  const Ball b = ToBall(high);
  options_.precision = outer;
  if (status != EvalStatus::kOk) return status;
  const Ball half(Rational(1, 2), kPrec);
  const Ball half_pi = Ball::Multiply(Ball::Pi(kPrec), half, kPrec);
  const Ball width = Ball::Multiply(Ball::Subtract(b, a, kPrec), half, kPrec);
  const Ball one(Rational(1), kPrec);
  // (e + 1/e)/2 and (e - 1/e)/2 of e = exp(x): two hyperbolic functions for one exponential.
  const auto hyperbolic = [&](const Ball& e, bool cosine) {
    const Ball inverse = Ball::Divide(one, e, kPrec);
    return Ball::Multiply(cosine ? Ball::Add(e, inverse, kPrec) : Ball::Subtract(e, inverse, kPrec),
                          half, kPrec);
  };
  const auto sample = [&](const Rational& t, Ball* value) {
    const Ball et = Ball::Apply(Function::kExp, Ball(t, kPrec), kPrec);
    const Ball u = Ball::Multiply(half_pi, hyperbolic(et, false), kPrec);
    const Ball du = Ball::Multiply(half_pi, hyperbolic(et, true), kPrec);
    Ball x;
    Ball dx;
    if (low_infinite && high_infinite) {
      const Ball eu = Ball::Apply(Function::kExp, u, kPrec);
      x = hyperbolic(eu, false);
      dx = Ball::Multiply(hyperbolic(eu, true), du, kPrec);
    } else if (low_infinite || high_infinite) {
      const Ball e = Ball::Apply(Function::kExp, u, kPrec);
      x = high_infinite ? Ball::Add(a, e, kPrec) : Ball::Subtract(b, e, kPrec);
      dx = Ball::Multiply(e, du, kPrec);
    } else {
      // The distance to the nearer end, so that singular ends keep their accuracy: 2 / (1 +
      // exp(2|u|)).
      const bool left = u.RealSign() < 0;
      const Ball twice = Ball::Add(left ? u.Negated() : u, left ? u.Negated() : u, kPrec);
      const Ball e = Ball::Apply(Function::kExp, twice, kPrec);
      const Ball e1 = Ball::Add(one, e, kPrec);
      const Ball step =
          Ball::Multiply(width, Ball::Divide(Ball(Rational(2), kPrec), e1, kPrec), kPrec);
      x = left ? Ball::Add(a, step, kPrec) : Ball::Subtract(b, step, kPrec);
      const Ball four_e =
          Ball::Multiply(Ball(Rational(4), kPrec), e, kPrec);  // 1/cosh^2 u = 4e/(1+e)^2
      dx = Ball::Divide(Ball::Multiply(Ball::Multiply(width, du, kPrec), four_e, kPrec),
                        Ball::Multiply(e1, e1, kPrec), kPrec);
    }
    Number argument;
    argument.exact = false;
    argument.ball = x.Midpoint();
    Number y;
    const EvalStatus s = BodyAt(node.kids[2], node.text, argument, kPrec, &y);
    if (s != EvalStatus::kOk) return s;
    *value = Ball::Multiply(y.exact ? Ball(y.rational, kPrec) : y.ball, dx, kPrec).Midpoint();
    return value->IsFinite() ? EvalStatus::kOk : EvalStatus::kUndecided;
  };
  // Steps h and 2h over |t| <= 4.5; the doubled step shares every other point. Infinite ranges
  // converge slower.
  const std::int64_t per_unit = low_infinite || high_infinite ? 32 : 16;
  const std::int64_t steps = per_unit * 9 / 2;
  Ball even;
  Ball odd;
  Ball left_edge;  // the outermost samples that could be taken must be negligible
  Ball right_edge;
  bool seen = false;
  for (std::int64_t k = -steps; k <= steps; ++k) {
    if (!Spend(200)) return EvalStatus::kUndecided;
    Ball value;
    const EvalStatus s = sample(Rational(k, per_unit), &value);
    const bool no_value = s == EvalStatus::kUndecided || s == EvalStatus::kTooLarge;
    if (no_value && std::abs(k) > 2 * per_unit)
      continue;  // the end itself, or beyond what a ball can hold
    if (s != EvalStatus::kOk) return s == EvalStatus::kUndefined ? EvalStatus::kUndecided : s;
    Ball& part = k % 2 == 0 ? even : odd;
    part = Ball::Add(part, value, kPrec);
    if (!seen) left_edge = value;
    seen = true;
    right_edge = value;
  }
  const Ball coarse = Ball::Multiply(even, Ball(Rational(2, per_unit), kPrec), kPrec);
  const Ball fine =
      Ball::Multiply(Ball::Add(even, odd, kPrec), Ball(Rational(1, per_unit), kPrec), kPrec);
  // The error of the fine sum is about the square of that of the coarse one.
  if (!AgreeTo(coarse, fine, 36) || left_edge.MagnitudeBits() > -70 ||
      right_edge.MagnitudeBits() > -70) {
    return EvalStatus::kUndecided;
  }
  const std::int64_t gap = Ball::Subtract(coarse, fine, kPrec).MagnitudeBits();
  approximate_ = true;
  too_large_ = outer_too_large;  // a sample far out may be huge: its error is in its ball
  return Finish(fine.Midpoint().WithError(
                    std::max<std::int64_t>(std::min<std::int64_t>(2 * gap + 12, -64), -160)),
                out);
}

// f at target + h for h = 2^-400 and 2^-410 (both sides where asked): a limit that converges like a
// power of h shows at once; one that does not settle is left undecided.
EvalStatus Evaluator::Limit(const Node& node, Number* out) {
  const bool outer_too_large = too_large_;
  NodeId target_id = node.kids[0];
  bool negative = false;
  if (tree_.at(target_id).op == Op::kNeg) {
    negative = true;
    target_id = tree_.at(target_id).kids[0];
  }
  const bool infinite = tree_.at(target_id).op == Op::kInfinity;
  constexpr std::int64_t kPrec = 2400;
  Number target;
  if (!infinite) {
    const EvalStatus status = Eval(node.kids[0], &target);
    if (status != EvalStatus::kOk) return status;
    if (!target.exact) return EvalStatus::kUndecided;
  }
  std::vector<Ball> values;
  for (const std::int64_t bits : {400, 410}) {
    for (const int side : {1, -1}) {
      if (infinite && side != (negative ? -1 : 1)) continue;
      if (!infinite && node.aux != 0 && side != node.aux) continue;
      const Rational step = Rational(side) * Rational(2).Power(infinite ? bits : -bits);
      Number x;
      x.exact = false;
      x.ball = Ball(infinite ? step : target.rational + step, kPrec);
      Number y;
      const EvalStatus status = BodyAt(node.kids[1], node.text, x, kPrec, &y);
      if (status != EvalStatus::kOk) return EvalStatus::kUndecided;
      values.push_back(y.exact ? Ball(y.rational, kPrec) : y.ball);
      if (values.back().ErrorBits() > -kAgreeBits) return EvalStatus::kUndecided;
    }
  }
  for (const Ball& value : values) {
    if (value.MagnitudeBits() > 60 || !AgreeTo(value, values[0], kAgreeBits))
      return EvalStatus::kUndecided;
  }
  approximate_ = true;
  too_large_ = outer_too_large;  // a sample far out may be huge: its error is in its ball
  return Finish(values.back().Midpoint().WithError(-kAgreeBits + 4), out);
}

}  // namespace fuseo1
