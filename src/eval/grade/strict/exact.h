// Exact rationals (FLINT) and complex balls with rigorous error bounds (Arb): the grader's only
// arithmetic.
//
// Only this pair of files and equation.cc (polynomials) include FLINT and Arb. Both classes own
// their numbers, copy deeply, and may be used from any thread as long as one object is not shared
// while it changes. Nothing here limits sizes: callers bound the bits before they ask
// (evaluate.cc).
#pragma once

#include <acb.h>
#include <flint/fmpq.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

class Rational {
 public:
  Rational() { fmpq_init(value_); }
  Rational(std::int64_t numerator, std::int64_t denominator = 1);  // NOLINT: numbers read naturally
  Rational(const Rational& other);
  Rational(Rational&& other) noexcept;
  Rational& operator=(const Rational& other);
  Rational& operator=(Rational&& other) noexcept;
  ~Rational() { fmpq_clear(value_); }

  // Decimal digits only, at least one.
  static Rational FromDigits(const std::string& digits);
  static Rational PowerOfTen(std::int64_t exponent);

  Rational operator+(const Rational& b) const;
  Rational operator-(const Rational& b) const;
  Rational operator*(const Rational& b) const;
  Rational operator/(const Rational& b) const;  // b is not zero
  Rational operator-() const;
  bool operator==(const Rational& b) const { return fmpq_equal(value_, b.value_) != 0; }
  int Compare(const Rational& b) const { return fmpq_cmp(value_, b.value_); }
  int Sign() const { return fmpq_sgn(value_); }
  bool IsZero() const { return fmpq_is_zero(value_) != 0; }
  bool IsInteger() const;
  bool DenominatorIsOdd() const;
  bool NumeratorIsOdd() const;

  // Bits of the larger of numerator and denominator.
  std::int64_t Bits() const;
  std::optional<std::int64_t> ToInt() const;           // where it is an integer of at most 62 bits
  std::optional<Rational> Root(std::int64_t n) const;  // the exact real n-th root, if there is one
  Rational Power(std::int64_t exponent) const;         // not zero to a negative power
  Rational Floor() const;
  Rational Abs() const;
  Rational Numerator() const;
  Rational Denominator() const;
  std::uint64_t Hash() const;

  static Rational Factorial(std::uint64_t n);
  static Rational Binomial(std::uint64_t n, std::uint64_t k);
  static Rational Gcd(const Rational& a, const Rational& b);  // of integers

  const fmpq* raw() const { return value_; }

 private:
  fmpq_t value_;
};

// A complex number known up to a rigorous radius. Operations take the working precision in bits.
class Ball {
 public:
  Ball() { acb_init(value_); }
  Ball(const Rational& value, std::int64_t prec);
  Ball(const Ball& other);
  Ball(Ball&& other) noexcept;
  Ball& operator=(const Ball& other);
  Ball& operator=(Ball&& other) noexcept;
  ~Ball() { acb_clear(value_); }

  enum class Function {
    kSin,
    kCos,
    kTan,
    kCot,
    kSec,
    kCsc,
    kAsin,
    kAcos,
    kAtan,
    kSinh,
    kCosh,
    kTanh,
    kExp,
    kLog,
    kSqrt,
    kGamma,
    kAsinh,
    kAcosh,
    kAtanh
  };

  static Ball Pi(std::int64_t prec);
  static Ball E(std::int64_t prec);
  static Ball I();
  // 2^exponent, exact, for any exponent.
  static Ball PowerOfTwo(std::int64_t exponent);
  static Ball Add(const Ball& a, const Ball& b, std::int64_t prec);
  static Ball Subtract(const Ball& a, const Ball& b, std::int64_t prec);
  static Ball Multiply(const Ball& a, const Ball& b, std::int64_t prec);
  static Ball Divide(const Ball& a, const Ball& b, std::int64_t prec);
  static Ball Power(const Ball& a, const Ball& b, std::int64_t prec);
  static Ball PowerInt(const Ball& a, std::int64_t n, std::int64_t prec);
  static Ball RealRoot(const Ball& a, std::int64_t n,
                       std::int64_t prec);  // a real; odd n: real root
  static Ball Apply(Function function, const Ball& a, std::int64_t prec);
  static Ball Modulus(const Ball& a, std::int64_t prec);
  static Ball RealPart(const Ball& a);
  static Ball ImaginaryPart(const Ball& a);
  static Ball Conjugate(const Ball& a);
  Ball Negated() const;
  Ball WithError(std::int64_t exponent) const;  // radius widened by 2^exponent
  Ball Midpoint() const;

  bool ContainsZero() const { return acb_contains_zero(value_) != 0; }
  bool IsFinite() const { return acb_is_finite(value_) != 0; }
  bool IsReal() const { return acb_is_real(value_) != 0; }
  // Sign of a real ball: 1, -1, or 0 where it cannot be told.
  int RealSign() const;
  // The floor of a real ball where it is certain.
  std::optional<Rational> Floor() const;
  // An upper bound of log2 |value|; the smallest integer where the ball is exactly zero.
  std::int64_t MagnitudeBits() const;
  // log2 of the radius, likewise.
  std::int64_t ErrorBits() const;
  std::int64_t AccuracyBits() const { return acb_rel_accuracy_bits(value_); }

 private:
  acb_t value_;
};

}  // namespace fuseo1
