// Powers, roots, elementary functions, factorials: sizes are bounded before anything is computed.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eval/grade/strict/evaluate.h"

namespace fuseo1 {
namespace {
constexpr std::int64_t kMaxExponent = std::int64_t{1} << 36;
constexpr std::uint64_t kMaxExactFactorial = 3000;
}  // namespace

EvalStatus Evaluator::Power(const Number& base, const Number& exponent, Number* out) {
  if (exponent.exact && exponent.rational.IsInteger()) {
    const auto n = exponent.rational.ToInt();
    if (base.exact) {
      const Rational& q = base.rational;
      if (q.IsZero())
        return exponent.rational.Sign() > 0 ? Exact(Rational(0), out) : EvalStatus::kUndefined;
      if (q == Rational(1)) return Exact(Rational(1), out);
      if (q == Rational(-1))
        return Exact(Rational(exponent.rational.NumeratorIsOdd() ? -1 : 1), out);
      if (n && std::abs(*n) <= kMaxExactBits && q.Bits() * std::abs(*n) <= kMaxExactBits)
        return Exact(q.Power(*n), out);
      if (!n || std::abs(*n) > kMaxExponent || q.Bits() > kMaxExactBits)
        return EvalStatus::kTooLarge;
      too_large_ = true;
      if (!Spend(200 + options_.precision)) return EvalStatus::kUndecided;
      return Finish(Ball::PowerInt(ToBall(base), *n, options_.precision), out);
    }
    if (!n || std::abs(*n) > kMaxExponent) return EvalStatus::kTooLarge;
    if (*n < 0 && base.ball.ContainsZero()) return EvalStatus::kUndecided;
    if (*n == 0) return Exact(Rational(1), out);
    height_bits_ += std::min<std::int64_t>(std::abs(*n), kMaxExactBits);
    if (!Spend(20 + options_.precision / 16)) return EvalStatus::kUndecided;
    return Finish(Ball::PowerInt(base.ball, *n, options_.precision), out);
  }
  if (exponent.exact) {
    const auto p = exponent.rational.Numerator().ToInt();
    const auto q = exponent.rational.Denominator().ToInt();
    const int sign = SignOf(base);
    const bool odd_root = exponent.rational.DenominatorIsOdd();
    if (base.exact && sign == 0)
      return exponent.rational.Sign() > 0 ? Exact(Rational(0), out) : EvalStatus::kUndefined;
    const bool is_real = base.exact || base.ball.IsReal();
    if (is_real && sign < 0 && !odd_root && options_.real_domain) return EvalStatus::kNonReal;
    if (p && q && (*q <= 12 || sign < 0 || base.exact) && *q <= 1000 &&
        std::abs(*p) <= kMaxExactBits && is_real && (sign > 0 || (sign < 0 && odd_root))) {
      Number root;
      if (*q > 12 && base.exact) {  // an exact root or none: balls go through the logarithm
        const auto exact = base.rational.Root(*q);
        if (!exact) {
          Number positive;
          positive.rational = base.rational.Abs();
          const EvalStatus status = ExpLog(positive, exponent, out);
          if (status == EvalStatus::kOk && sign < 0 && *p % 2 != 0) *out = Negated(*out);
          return status;
        }
        root.rational = *exact;
      } else if (const EvalStatus status = Root(base, *q, &root); status != EvalStatus::kOk) {
        return status;
      }
      Number power;
      power.rational = Rational(*p);
      return Power(root, power, out);
    }
  } else if (base.exact && base.rational.IsZero()) {
    return EvalStatus::kUndefined;
  }
  return ExpLog(base, exponent, out);
}

// exp(exponent log(base)) for a base that is not zero.
EvalStatus Evaluator::ExpLog(const Number& base, const Number& exponent, Number* out) {
  const Ball e = ToBall(exponent);
  const Ball b = ToBall(base);
  if (std::abs(b.MagnitudeBits()) > (std::int64_t{1} << 20)) return EvalStatus::kTooLarge;
  const bool real_base = b.IsReal();
  if (options_.real_domain && real_base && b.RealSign() < 0) return EvalStatus::kNonReal;
  if (b.ContainsZero()) return EvalStatus::kUndecided;
  if (!Spend(60 + options_.precision * options_.precision / 20'000)) return EvalStatus::kUndecided;
  const Ball logarithm = Ball::Apply(Function::kLog, b, options_.precision);
  const Ball product = Ball::Multiply(logarithm, e, options_.precision);
  if (product.MagnitudeBits() > 36) return EvalStatus::kTooLarge;
  return Finish(Ball::Apply(Function::kExp, product, options_.precision), out);
}

EvalStatus Evaluator::Root(const Number& radicand, std::int64_t index, Number* out) {
  if (index == 1) {
    *out = radicand;
    return EvalStatus::kOk;
  }
  if (!Spend(20 + options_.precision / 8)) return EvalStatus::kUndecided;
  if (radicand.exact) {
    if (const auto root = radicand.rational.Root(index)) return Exact(*root, out);
  }
  const bool is_real = radicand.exact || radicand.ball.IsReal();
  const int sign = SignOf(radicand);
  if (is_real && (sign > 0 || (sign < 0 && index % 2 == 1))) {
    return Finish(Ball::RealRoot(ToBall(radicand), index, options_.precision), out);
  }
  if (is_real && sign < 0 && options_.real_domain) return EvalStatus::kNonReal;
  const Ball ball = ToBall(radicand);
  if (index == 2) return Finish(Ball::Apply(Function::kSqrt, ball, options_.precision), out);
  if (ball.ContainsZero()) return EvalStatus::kUndecided;
  return Finish(Ball::Power(ball, Ball(Rational(1, index), options_.precision), options_.precision),
                out);
}

EvalStatus Evaluator::Apply(Function function, const Number& argument, Number* out) {
  if (!Spend(40 + options_.precision * options_.precision / 30'000)) return EvalStatus::kUndecided;
  if (argument.exact) {
    const Rational& x = argument.rational;
    const int sign = x.Sign();
    const Rational one(1);
    const int against_one = x.Abs().Compare(one);
    if (sign == 0) {
      switch (function) {
        case Function::kSin:
        case Function::kTan:
        case Function::kAsin:
        case Function::kAtan:
        case Function::kSinh:
        case Function::kTanh:
        case Function::kAsinh:
        case Function::kAtanh:
        case Function::kSqrt:
          return Exact(Rational(0), out);
        case Function::kCos:
        case Function::kSec:
        case Function::kCosh:
        case Function::kExp:
          return Exact(one, out);
        case Function::kCot:
        case Function::kCsc:
        case Function::kLog:
        case Function::kGamma:
          return EvalStatus::kUndefined;
        default:
          break;
      }
    }
    if (function == Function::kLog && x == one) return Exact(Rational(0), out);
    const bool inverse = function == Function::kAsin || function == Function::kAcos;
    if (options_.real_domain && inverse && against_one > 0) return EvalStatus::kNonReal;
    if (options_.real_domain && function == Function::kAcosh && x.Compare(one) < 0)
      return EvalStatus::kNonReal;
    if (function == Function::kAtanh && against_one == 0) return EvalStatus::kUndefined;
    if (options_.real_domain && function == Function::kAtanh && against_one > 0)
      return EvalStatus::kNonReal;
  }
  const Ball ball = ToBall(argument);
  if (ball.MagnitudeBits() > (function == Function::kLog ? (std::int64_t{1} << 38) : 36))
    return EvalStatus::kTooLarge;
  const bool is_real = argument.exact || ball.IsReal();
  if (function == Function::kLog || function == Function::kSqrt) {
    if (ball.ContainsZero() && function == Function::kLog) return EvalStatus::kUndecided;
    if (options_.real_domain && is_real && ball.RealSign() < 0) return EvalStatus::kNonReal;
  }
  if (function == Function::kExp && ball.MagnitudeBits() > 24) too_large_ = true;
  return Finish(Ball::Apply(function, ball, options_.precision), out);
}

// Exact where the argument is a whole power of the base: floors of such logarithms must not be
// guessed.
EvalStatus Evaluator::Logarithm(const Number& argument, const Number& base, Number* out) {
  if (base.exact && (base.rational.Sign() <= 0 || base.rational == Rational(1)))
    return EvalStatus::kUndefined;
  Number above;
  EvalStatus status = Apply(Function::kLog, argument, &above);
  if (status != EvalStatus::kOk) return status;
  Number below;
  status = Apply(Function::kLog, base, &below);
  if (status != EvalStatus::kOk) return status;
  status = Divide(above, below, out);
  if (status != EvalStatus::kOk || !argument.exact || !base.exact || out->exact) return status;
  const Ball half(Rational(1, 2), options_.precision);
  const auto nearest = Ball::Add(out->ball, half, options_.precision).Floor();
  const auto n = nearest ? nearest->ToInt() : std::nullopt;
  if (n && std::abs(*n) * base.rational.Bits() <= kMaxExactBits &&
      base.rational.Power(*n) == argument.rational) {
    return Exact(Rational(*n), out);
  }
  return status;
}

EvalStatus Evaluator::Factorial(const Number& n, bool twice, Number* out) {
  if (n.exact && n.rational.IsInteger()) {
    if (n.rational.Sign() < 0) return EvalStatus::kUndefined;
    const auto value = n.rational.ToInt();
    if (!value || *value > kMaxExponent) return EvalStatus::kTooLarge;
    const auto count = static_cast<std::uint64_t>(*value);
    if (count <= kMaxExactFactorial) {
      if (!Spend(2 + *value)) return EvalStatus::kUndecided;
      if (!twice) return Exact(Rational::Factorial(count), out);
      Rational product(1);
      for (std::int64_t k = *value; k > 1; k -= 2) product = product * Rational(k);
      return Exact(product, out);
    }
    if (twice) return EvalStatus::kTooLarge;
    too_large_ = true;
    if (!Spend(2000 + options_.precision * 4)) return EvalStatus::kUndecided;
    if (options_.precision > 2048) return EvalStatus::kUndecided;
    return Finish(Ball::Apply(Function::kGamma, ToBall(n), options_.precision), out);
  }
  if (twice || options_.precision > 2048) return EvalStatus::kUndecided;
  if (!Spend(500 + options_.precision * 4)) return EvalStatus::kUndecided;
  const Ball ball = Ball::Add(ToBall(n), Ball(Rational(1), options_.precision), options_.precision);
  if (ball.MagnitudeBits() > 30 || !ball.IsReal()) return EvalStatus::kUndecided;
  return Finish(Ball::Apply(Function::kGamma, ball, options_.precision), out);
}

EvalStatus Evaluator::Choose(const Number& n, const Number& k, bool ordered, Number* out) {
  const auto top = n.exact ? n.rational.ToInt() : std::nullopt;
  const auto bottom = k.exact ? k.rational.ToInt() : std::nullopt;
  if (!top || !bottom) return EvalStatus::kUndecided;
  if (*top < 0 || *bottom < 0) return EvalStatus::kUndefined;
  if (*bottom > *top) return Exact(Rational(0), out);
  const std::int64_t chosen = ordered ? *bottom : std::min(*bottom, *top - *bottom);
  const std::int64_t bits = chosen * static_cast<std::int64_t>(Rational(*top).Bits());
  if (std::min(bits, ordered ? bits : *top) > kMaxExactBits) return EvalStatus::kTooLarge;
  if (!Spend(4 + bits / 8)) return EvalStatus::kUndecided;
  Rational value =
      Rational::Binomial(static_cast<std::uint64_t>(*top), static_cast<std::uint64_t>(*bottom));
  if (ordered) value = value * Rational::Factorial(static_cast<std::uint64_t>(*bottom));
  return Exact(std::move(value), out);
}

}  // namespace fuseo1
