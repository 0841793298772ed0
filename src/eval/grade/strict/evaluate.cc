#include "eval/grade/strict/evaluate.h"

#include <algorithm>
#include <cstdlib>

namespace fuseo1 {
namespace {

std::uint64_t HashText(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = 0xCBF29CE484222325ULL ^ (seed * 0x9E3779B97F4A7C15ULL);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  h ^= h >> 29U;
  h *= 0xBF58476D1CE4E5B9ULL;
  return h ^ (h >> 32U);
}

}  // namespace

// Points of differing signs and sizes: (0,1), (1,10), mixed, negative, large, ... The same name has
// the same value in every tree, since it follows from the name and the point alone.
Rational Evaluator::VariableValue(std::string_view name, const EvalOptions& options) {
  const int point = options.point;
  if (point >= 1000 && !name.starts_with("unit "))  // a unit is never nothing
    return Rational(point - 1003);  // small integers: where functions tend to be undefined
  const std::uint64_t h = HashText(name, static_cast<std::uint64_t>(point) + 1);
  if (options.integer_points)
    return Rational(1 + point / 2 +
                    static_cast<std::int64_t>(h % (3 + static_cast<std::uint64_t>(point))));
  const auto denominator = static_cast<std::int64_t>(101 + (h >> 8U) % 900);
  const auto unit =
      static_cast<std::int64_t>(1 + (h >> 24U) % static_cast<std::uint64_t>(denominator - 1));
  const bool minus = ((h >> 50U) & 1U) != 0;
  const Rational fraction(unit, denominator);  // in (0, 1)
  switch (point % 8) {
    case 0:
      return fraction * Rational(9) + Rational(1);
    case 1:
      return minus ? -fraction : fraction;
    case 2:
      return fraction;
    case 3:
      return -(fraction * Rational(3));
    case 4:
      return fraction * Rational(90) + Rational(10);
    case 5:
      return (minus ? Rational(-3) : Rational(3)) * fraction;
    case 6:
      return fraction * Rational(2) + Rational(1);
    default:
      return (minus ? Rational(-20) : Rational(20)) * fraction;
  }
}

bool Evaluator::Spend(std::int64_t steps) {
  *budget_ -= steps;
  return *budget_ > 0;
}

Ball Evaluator::ToBall(const Number& number) {
  if (!number.exact) return number.ball;
  height_bits_ += number.rational.Bits();
  return Ball(number.rational, options_.precision);
}

EvalStatus Evaluator::Exact(Rational value, Number* out) {
  if (value.Bits() > 2 * kMaxExactBits) return EvalStatus::kTooLarge;
  out->exact = true;
  out->rational = std::move(value);
  return EvalStatus::kOk;
}

// A ball as result: its size is part of what a proof of equality must resolve.
EvalStatus Evaluator::Finish(Ball ball, Number* out) {
  if (!ball.IsFinite()) return EvalStatus::kUndecided;
  const std::int64_t size = std::abs(ball.MagnitudeBits());
  if (size > 64 && size < (std::int64_t{1} << 39)) height_bits_ += size;
  if (options_.real_domain && !ball.IsReal()) {
    if (!Ball::ImaginaryPart(ball).ContainsZero()) return EvalStatus::kNonReal;
    ball = Ball::RealPart(ball);
  }
  out->exact = false;
  out->ball = std::move(ball);
  return EvalStatus::kOk;
}

void Evaluator::Add(const Number& a, const Number& b, Number* out) {
  if (a.exact && b.exact) {
    out->rational = a.rational + b.rational;
    out->exact = true;
    return;
  }
  out->ball = Ball::Add(ToBall(a), ToBall(b), options_.precision);
  out->exact = false;
}

void Evaluator::Multiply(const Number& a, const Number& b, Number* out) {
  if (a.exact && b.exact) {
    out->rational = a.rational * b.rational;
    out->exact = true;
    return;
  }
  if ((a.exact && a.rational.IsZero()) || (b.exact && b.rational.IsZero())) {
    *out = Number{};
    return;
  }
  out->ball = Ball::Multiply(ToBall(a), ToBall(b), options_.precision);
  out->exact = false;
}

Number Evaluator::Negated(const Number& a) {
  Number out;
  out.exact = a.exact;
  if (a.exact) {
    out.rational = -a.rational;
  } else {
    out.ball = a.ball.Negated();
  }
  return out;
}

int Evaluator::SignOf(const Number& a) const {
  return a.exact ? a.rational.Sign() : a.ball.RealSign();
}

EvalStatus Evaluator::Eval(NodeId id, Number* out) {
  const std::int64_t cost = 3 + options_.precision / 100;
  if (!Spend(cost)) return EvalStatus::kUndecided;
  const EvalStatus status = EvalNode(tree_.at(id), out);
  return status == EvalStatus::kOk ? ChargeSize(*out) : status;
}

EvalStatus Evaluator::EvalNode(const Node& node, Number* out) {
  Number a;
  Number b;
  EvalStatus status = EvalStatus::kOk;
  const auto eval_kids = [&](std::size_t count) {
    if (node.kids.size() < count) return EvalStatus::kUndecided;
    EvalStatus s = Eval(node.kids[0], &a);
    if (s == EvalStatus::kOk && count > 1) s = Eval(node.kids[1], &b);
    return s;
  };
  switch (node.op) {
    case Op::kNumber:
      return Exact(node.number, out);
    case Op::kPi:
      return Finish(Ball::Pi(options_.precision), out);
    case Op::kE:
      return Finish(Ball::E(options_.precision), out);
    case Op::kI:
      return options_.real_domain ? EvalStatus::kNonReal : Finish(Ball::I(), out);
    case Op::kVar:
    case Op::kWord:
      for (auto it = bound_.rbegin(); it != bound_.rend(); ++it) {
        if (it->first == node.text) {
          *out = it->second;
          return EvalStatus::kOk;
        }
      }
      return Exact(VariableValue(node.text, options_), out);
    case Op::kAdd:
      return Sum(node, out);
    case Op::kMul:
      return Product(node, out);
    case Op::kEllipsis:
      return EvalStatus::kUndecided;
    case Op::kSum:
    case Op::kProduct:
      return Series(node, out);
    case Op::kIntegral:
      return Integral(node, out);
    case Op::kLimit:
      return Limit(node, out);
    case Op::kMax:
    case Op::kMin:
      return Extremum(node, out);
    case Op::kGcd:
    case Op::kLcm:
      return Divisor(node, out);
    case Op::kCall:
      return CallFunction(node, out);
    case Op::kDeterminant:
      return Determinant(tree_.at(node.kids[0]), out);
    case Op::kFunc: {
      const bool trigonometric = node.function <= Function::kCsc;
      trigonometry_ += trigonometric ? 1 : 0;
      status = eval_kids(1);
      trigonometry_ -= trigonometric ? 1 : 0;
      return status == EvalStatus::kOk ? Apply(node.function, a, out) : status;
    }
    case Op::kDiv:
    case Op::kPow:
    case Op::kRoot:
    case Op::kLog:
    case Op::kBinomial:
    case Op::kPermutation:
      status = eval_kids(2);
      break;
    default:
      status = eval_kids(1);
      break;
  }
  if (status != EvalStatus::kOk) return status;
  switch (node.op) {
    case Op::kNeg:
      *out = Negated(a);
      return EvalStatus::kOk;
    case Op::kPlusMinus: {
      const bool minus =
          ((options_.signs >> (tree_.has_minus_plus ? 0U : static_cast<unsigned>(node.aux))) &
           1U) != 0;
      *out = minus != node.flag ? Negated(a) : a;
      return EvalStatus::kOk;
    }
    case Op::kDiv:
      return Divide(a, b, out);
    case Op::kPow:
      if (tree_.at(node.kids[0]).op == Op::kE) return Apply(Function::kExp, b, out);
      return Power(a, b, out);
    case Op::kRoot: {
      const auto index = b.exact ? b.rational.ToInt() : std::nullopt;
      if (!index && b.exact && b.rational.Sign() > 0) {  // \sqrt[n]{a} at a point between integers
        Number exponent;
        exponent.rational = Rational(1) / b.rational;
        return Power(a, exponent, out);
      }
      if (!index || *index < 1 || *index > 10'000) return EvalStatus::kUndecided;
      return Root(a, *index, out);
    }
    case Op::kLog:
      return Logarithm(a, b, out);
    case Op::kFreeLog:  // school and contest papers mean ten; \ln says e
      b.exact = true;
      b.rational = Rational(10);
      return Logarithm(a, b, out);
    case Op::kAbs:
      if (a.exact) return Exact(a.rational.Abs(), out);
      return Finish(Ball::Modulus(a.ball, options_.precision), out);
    case Op::kFloor:
      return Round(a, false, out);
    case Op::kCeil:
      return Round(a, true, out);
    case Op::kFactorial:
      return Factorial(a, false, out);
    case Op::kDoubleFactorial:
      return Factorial(a, true, out);
    case Op::kBinomial:
      return Choose(a, b, false, out);
    case Op::kPermutation:
      return Choose(a, b, true, out);
    case Op::kPercent:
      b.rational = Rational(1, 100);
      Multiply(a, b, out);
      return EvalStatus::kOk;
    case Op::kDegree: {
      if (trigonometry_ == 0 && !options_.degrees_are_radians) {
        *out = a;
        return EvalStatus::kOk;
      }
      if (a.exact && a.rational.IsZero()) return Exact(Rational(0), out);
      b.exact = false;
      b.ball = Ball::Divide(Ball::Pi(options_.precision), Ball(Rational(180), options_.precision),
                            options_.precision);
      Multiply(a, b, out);
      return EvalStatus::kOk;
    }
    case Op::kQuantity: {
      const Unit& unit = tree_.units[static_cast<std::size_t>(node.aux)];
      Rational factor = unit.scale;
      if (node.flag && !node.text.empty()) {
        b.rational = VariableValue(node.text, options_);
        Multiply(a, b, out);
        return EvalStatus::kOk;
      }
      for (const auto& [base, power] : unit.bases) {
        factor = factor * VariableValue("unit " + base, options_).Power(power);
      }
      b.rational = factor;
      Multiply(a, b, out);
      return EvalStatus::kOk;
    }
    case Op::kRe:
      return a.exact ? Exact(a.rational, out) : Finish(Ball::RealPart(a.ball), out);
    case Op::kIm:
      return a.exact ? Exact(Rational(0), out) : Finish(Ball::ImaginaryPart(a.ball), out);
    case Op::kConjugate:
      return a.exact ? Exact(a.rational, out) : Finish(Ball::Conjugate(a.ball), out);
    case Op::kSign: {
      const int sign = SignOf(a);
      if (sign == 0 && !a.exact) return EvalStatus::kUndecided;
      return Exact(Rational(sign), out);
    }
    default:
      return EvalStatus::kUndecided;  // a container is no number
  }
}

// Large exact numbers cost by their size.
EvalStatus Evaluator::ChargeSize(const Number& number) {
  if (!number.exact) return EvalStatus::kOk;
  const std::int64_t bits = number.rational.Bits();
  if (bits > 2 * kMaxExactBits) return EvalStatus::kTooLarge;
  return bits <= 256 || Spend(bits / 16) ? EvalStatus::kOk : EvalStatus::kUndecided;
}

EvalStatus Evaluator::Sum(const Node& node, Number* out) {
  Number total;
  for (const NodeId kid : node.kids) {
    Number term;
    const EvalStatus status = Eval(kid, &term);
    if (status != EvalStatus::kOk) return status;
    Number next;
    Add(total, term, &next);
    total = std::move(next);
    if (const EvalStatus grown = ChargeSize(total); grown != EvalStatus::kOk) return grown;
  }
  *out = std::move(total);
  return EvalStatus::kOk;
}

EvalStatus Evaluator::Product(const Node& node, Number* out) {
  Number total;
  total.rational = Rational(1);
  for (const NodeId kid : node.kids) {
    Number factor;
    const EvalStatus status = Eval(kid, &factor);
    if (status != EvalStatus::kOk) return status;
    Number next;
    Multiply(total, factor, &next);
    total = std::move(next);
    if (const EvalStatus grown = ChargeSize(total); grown != EvalStatus::kOk) return grown;
  }
  *out = std::move(total);
  return EvalStatus::kOk;
}

EvalStatus Evaluator::Divide(const Number& a, const Number& b, Number* out) {
  if (b.exact) {
    if (b.rational.IsZero()) return EvalStatus::kUndefined;
    if (a.exact) return Exact(a.rational / b.rational, out);
  } else if (b.ball.ContainsZero()) {
    return EvalStatus::kUndecided;
  }
  return Finish(Ball::Divide(ToBall(a), ToBall(b), options_.precision), out);
}

EvalStatus Evaluator::Round(const Number& value, bool up, Number* out) {
  Number target = up ? Negated(value) : value;
  Rational floor;
  if (target.exact) {
    floor = target.rational.Floor();
  } else {
    const auto found = target.ball.Floor();
    if (!found) return EvalStatus::kUndecided;
    floor = *found;
  }
  return Exact(up ? -floor : floor, out);
}

EvalStatus Evaluator::Extremum(const Node& node, Number* out) {
  Number best;
  for (std::size_t i = 0; i < node.kids.size(); ++i) {
    Number value;
    const EvalStatus status = Eval(node.kids[i], &value);
    if (status != EvalStatus::kOk) return status;
    Number difference;
    Add(value, Negated(best), &difference);
    const int sign = SignOf(difference);
    if (i > 0 && sign == 0 && !difference.exact) return EvalStatus::kUndecided;
    if (i == 0 || (sign > 0) == (node.op == Op::kMax)) best = std::move(value);
  }
  *out = std::move(best);
  return EvalStatus::kOk;
}

EvalStatus Evaluator::Divisor(const Node& node, Number* out) {
  Rational total(node.op == Op::kGcd ? 0 : 1);
  for (const NodeId kid : node.kids) {
    Number value;
    const EvalStatus status = Eval(kid, &value);
    if (status != EvalStatus::kOk) return status;
    if (!value.exact || !value.rational.IsInteger()) return EvalStatus::kUndecided;
    const Rational gcd = Rational::Gcd(total, value.rational);
    if (node.op == Op::kGcd) {
      total = gcd;
    } else {
      if (value.rational.IsZero()) return EvalStatus::kUndefined;
      total = (total * value.rational / gcd).Abs();
    }
  }
  return Exact(total, out);
}

// f(x) of an unknown f is an unknown number that follows from f and x; a lower-case letter other
// than f, g, h before a bracket is a factor.
EvalStatus Evaluator::CallFunction(const Node& node, Number* out) {
  const char first = node.text.front();
  const bool function_letter =
      first == 'f' || first == 'g' || first == 'h' || (first >= 'A' && first <= 'Z');
  Rational sum;
  for (std::size_t i = 0; i < node.kids.size(); ++i) {
    Number argument;
    const EvalStatus status = Eval(node.kids[i], &argument);
    if (status != EvalStatus::kOk) return status;
    if (!function_letter && node.kids.size() == 1) {
      Number factor;
      factor.rational = VariableValue(node.text, options_);
      Multiply(factor, argument, out);
      return EvalStatus::kOk;
    }
    if (!argument.exact) return EvalStatus::kUndecided;
    sum = sum + Rational(static_cast<std::int64_t>(argument.rational.Hash() >> 34U) + 1) *
                    Rational(static_cast<std::int64_t>(i) + 1);
  }
  // Another value at every point, so that f(1) = 2 is not proportional to f(2) = 1.
  const std::uint64_t h = HashText(
      node.text, sum.Hash() + static_cast<std::uint64_t>(options_.point) * 0x632BE59BD9B4E019ULL);
  return Exact(Rational(static_cast<std::int64_t>(h % 100'003) + 7, 1009), out);
}

EvalStatus Evaluator::Determinant(const Node& node, Number* out) {
  const auto size = static_cast<std::size_t>(node.aux);
  if (size == 0 || size > 5 || node.kids.size() != size * size) return EvalStatus::kUndecided;
  std::vector<Number> cells(node.kids.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const EvalStatus status = Eval(node.kids[i], &cells[i]);
    if (status != EvalStatus::kOk) return status;
  }
  // Leibniz: the sum over all permutations, at most 120.
  std::vector<std::size_t> order(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = i;
  Number total;
  do {
    if (!Spend(20)) return EvalStatus::kUndecided;
    Number term;
    term.rational = Rational(1);
    bool odd = false;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size; ++j) odd = odd != (order[i] > order[j]);
      Number next;
      Multiply(term, cells[i * size + order[i]], &next);
      term = std::move(next);
    }
    Number next;
    Add(total, odd ? Negated(term) : term, &next);
    total = std::move(next);
  } while (std::next_permutation(order.begin(), order.end()));
  *out = std::move(total);
  return EvalStatus::kOk;
}

}  // namespace fuseo1
