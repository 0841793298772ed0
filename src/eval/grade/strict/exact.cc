#include "eval/grade/strict/exact.h"

#include <acb_hypgeom.h>
#include <flint/arith.h>

#include <utility>

namespace fuseo1 {
namespace {
constexpr std::int64_t kHugeBits = std::int64_t{1} << 40;

fmpz* Num(fmpq* q) { return fmpq_numref(q); }
fmpz* Den(fmpq* q) { return fmpq_denref(q); }
const fmpz* Num(const fmpq* q) { return fmpq_numref(q); }
const fmpz* Den(const fmpq* q) { return fmpq_denref(q); }

std::int64_t MagToBits(const mag_t mag) {
  if (mag_is_zero(mag)) return -kHugeBits;
  if (mag_is_inf(mag)) return kHugeBits;
  const fmpz* exponent = MAG_EXPREF(mag);
  if (fmpz_cmp_si(exponent, kHugeBits) > 0) return kHugeBits;
  if (fmpz_cmp_si(exponent, -kHugeBits) < 0) return -kHugeBits;
  return fmpz_get_si(exponent);
}
}  // namespace

Rational::Rational(std::int64_t numerator, std::int64_t denominator) {
  fmpq_init(value_);
  fmpz_set_si(Num(value_), numerator);
  fmpz_set_si(Den(value_), denominator);
  fmpq_canonicalise(value_);
}
Rational::Rational(const Rational& other) {
  fmpq_init(value_);
  fmpq_set(value_, other.value_);
}
Rational::Rational(Rational&& other) noexcept {
  fmpq_init(value_);
  fmpq_swap(value_, other.value_);
}
Rational& Rational::operator=(const Rational& other) {
  fmpq_set(value_, other.value_);
  return *this;
}
Rational& Rational::operator=(Rational&& other) noexcept {
  fmpq_swap(value_, other.value_);
  return *this;
}

Rational Rational::FromDigits(const std::string& digits) {
  Rational r;
  fmpz_set_str(Num(r.value_), digits.c_str(), 10);
  return r;
}

Rational Rational::PowerOfTen(std::int64_t exponent) { return Rational(10).Power(exponent); }

Rational Rational::operator+(const Rational& b) const {
  Rational r;
  fmpq_add(r.value_, value_, b.value_);
  return r;
}
Rational Rational::operator-(const Rational& b) const {
  Rational r;
  fmpq_sub(r.value_, value_, b.value_);
  return r;
}
Rational Rational::operator*(const Rational& b) const {
  Rational r;
  fmpq_mul(r.value_, value_, b.value_);
  return r;
}
Rational Rational::operator/(const Rational& b) const {
  Rational r;
  if (b.IsZero()) return r;  // likewise
  fmpq_div(r.value_, value_, b.value_);
  return r;
}
Rational Rational::operator-() const {
  Rational r;
  fmpq_neg(r.value_, value_);
  return r;
}

bool Rational::IsInteger() const { return fmpz_is_one(Den(value_)) != 0; }
bool Rational::DenominatorIsOdd() const { return fmpz_is_odd(Den(value_)) != 0; }
bool Rational::NumeratorIsOdd() const { return fmpz_is_odd(Num(value_)) != 0; }

std::int64_t Rational::Bits() const {
  const auto n = fmpz_bits(Num(value_));
  const auto d = fmpz_bits(Den(value_));
  return static_cast<std::int64_t>(n > d ? n : d);
}

std::optional<std::int64_t> Rational::ToInt() const {
  if (!IsInteger() || fmpz_bits(Num(value_)) > 62) return std::nullopt;
  return fmpz_get_si(Num(value_));
}

std::optional<Rational> Rational::Root(std::int64_t n) const {
  if (n <= 0 || (Sign() < 0 && n % 2 == 0)) return std::nullopt;
  Rational r;
  const Rational positive = Abs();
  if (fmpz_root(Num(r.value_), Num(positive.value_), n) == 0) return std::nullopt;
  if (fmpz_root(Den(r.value_), Den(positive.value_), n) == 0) return std::nullopt;
  return Sign() < 0 ? -r : r;
}

Rational Rational::Power(std::int64_t exponent) const {
  Rational r;
  // Callers see to it; a slip must not end the program, as the library's exception would.
  if (exponent < 0 && IsZero()) return r;
  fmpq_pow_si(r.value_, value_, exponent);
  return r;
}
Rational Rational::Floor() const {
  Rational r;
  fmpz_fdiv_q(Num(r.value_), Num(value_), Den(value_));
  return r;
}
Rational Rational::Abs() const {
  Rational r;
  fmpq_abs(r.value_, value_);
  return r;
}
Rational Rational::Numerator() const {
  Rational r;
  fmpz_set(fmpq_numref(r.value_), Num(value_));
  return r;
}
Rational Rational::Denominator() const {
  Rational r;
  fmpz_set(fmpq_numref(r.value_), Den(value_));
  return r;
}
std::uint64_t Rational::Hash() const {
  constexpr ulong kPrime = 0xFFFFFFFFFFFFFFC5ULL;  // 2^64 - 59
  return fmpz_fdiv_ui(Num(value_), kPrime) * 0x9E3779B97F4A7C15ULL +
         fmpz_fdiv_ui(Den(value_), kPrime);
}

Rational Rational::Factorial(std::uint64_t n) {
  Rational r;
  fmpz_fac_ui(Num(r.value_), n);
  return r;
}
Rational Rational::Binomial(std::uint64_t n, std::uint64_t k) {
  Rational r;
  fmpz_bin_uiui(Num(r.value_), n, k);
  return r;
}
Rational Rational::Gcd(const Rational& a, const Rational& b) {
  Rational r;
  fmpz_gcd(Num(r.value_), Num(a.value_), Num(b.value_));
  return r;
}

Ball::Ball(const Rational& value, std::int64_t prec) {
  acb_init(value_);
  acb_set_fmpq(value_, value.raw(), prec);
}
Ball::Ball(const Ball& other) {
  acb_init(value_);
  acb_set(value_, other.value_);
}
Ball::Ball(Ball&& other) noexcept {
  acb_init(value_);
  acb_swap(value_, other.value_);
}
Ball& Ball::operator=(const Ball& other) {
  acb_set(value_, other.value_);
  return *this;
}
Ball& Ball::operator=(Ball&& other) noexcept {
  acb_swap(value_, other.value_);
  return *this;
}

Ball Ball::Pi(std::int64_t prec) {
  Ball r;
  acb_const_pi(r.value_, prec);
  return r;
}
Ball Ball::E(std::int64_t prec) {
  Ball r;
  arb_const_e(acb_realref(r.value_), prec);
  return r;
}
Ball Ball::I() {
  Ball r;
  acb_onei(r.value_);
  return r;
}
Ball Ball::PowerOfTwo(std::int64_t exponent) {
  Ball r;
  acb_one(r.value_);
  acb_mul_2exp_si(r.value_, r.value_, exponent);
  return r;
}
Ball Ball::Add(const Ball& a, const Ball& b, std::int64_t prec) {
  Ball r;
  acb_add(r.value_, a.value_, b.value_, prec);
  return r;
}
Ball Ball::Subtract(const Ball& a, const Ball& b, std::int64_t prec) {
  Ball r;
  acb_sub(r.value_, a.value_, b.value_, prec);
  return r;
}
Ball Ball::Multiply(const Ball& a, const Ball& b, std::int64_t prec) {
  Ball r;
  acb_mul(r.value_, a.value_, b.value_, prec);
  return r;
}
Ball Ball::Divide(const Ball& a, const Ball& b, std::int64_t prec) {
  Ball r;
  acb_div(r.value_, a.value_, b.value_, prec);
  return r;
}
Ball Ball::Power(const Ball& a, const Ball& b, std::int64_t prec) {
  Ball r;
  acb_pow(r.value_, a.value_, b.value_, prec);
  return r;
}
Ball Ball::PowerInt(const Ball& a, std::int64_t n, std::int64_t prec) {
  Ball r;
  acb_pow_si(r.value_, a.value_, n, prec);
  return r;
}
Ball Ball::RealRoot(const Ball& a, std::int64_t n, std::int64_t prec) {
  Ball r;
  const bool negative = a.RealSign() < 0;
  Ball positive = negative ? a.Negated() : a;
  arb_root_ui(acb_realref(r.value_), acb_realref(positive.value_), static_cast<ulong>(n), prec);
  return negative ? r.Negated() : r;
}

Ball Ball::Apply(Function function, const Ball& a, std::int64_t prec) {
  Ball r;
  switch (function) {
    case Function::kSin:
      acb_sin(r.value_, a.value_, prec);
      break;
    case Function::kCos:
      acb_cos(r.value_, a.value_, prec);
      break;
    case Function::kTan:
      acb_tan(r.value_, a.value_, prec);
      break;
    case Function::kCot:
      acb_cot(r.value_, a.value_, prec);
      break;
    case Function::kSec:
      acb_sec(r.value_, a.value_, prec);
      break;
    case Function::kCsc:
      acb_csc(r.value_, a.value_, prec);
      break;
    case Function::kAsin:
      acb_asin(r.value_, a.value_, prec);
      break;
    case Function::kAcos:
      acb_acos(r.value_, a.value_, prec);
      break;
    case Function::kAtan:
      acb_atan(r.value_, a.value_, prec);
      break;
    case Function::kSinh:
      acb_sinh(r.value_, a.value_, prec);
      break;
    case Function::kCosh:
      acb_cosh(r.value_, a.value_, prec);
      break;
    case Function::kTanh:
      acb_tanh(r.value_, a.value_, prec);
      break;
    case Function::kAsinh:
      acb_asinh(r.value_, a.value_, prec);
      break;
    case Function::kAcosh:
      acb_acosh(r.value_, a.value_, prec);
      break;
    case Function::kAtanh:
      acb_atanh(r.value_, a.value_, prec);
      break;
    case Function::kExp:
      acb_exp(r.value_, a.value_, prec);
      break;
    case Function::kLog:
      acb_log(r.value_, a.value_, prec);
      break;
    case Function::kSqrt:
      acb_sqrt(r.value_, a.value_, prec);
      break;
    case Function::kGamma:
      acb_gamma(r.value_, a.value_, prec);
      break;
  }
  return r;
}

Ball Ball::Modulus(const Ball& a, std::int64_t prec) {
  Ball r;
  acb_abs(acb_realref(r.value_), a.value_, prec);
  return r;
}
Ball Ball::RealPart(const Ball& a) {
  Ball r;
  arb_set(acb_realref(r.value_), acb_realref(a.value_));
  return r;
}
Ball Ball::ImaginaryPart(const Ball& a) {
  Ball r;
  arb_set(acb_realref(r.value_), acb_imagref(a.value_));
  return r;
}
Ball Ball::Conjugate(const Ball& a) {
  Ball r;
  acb_conj(r.value_, a.value_);
  return r;
}
Ball Ball::Negated() const {
  Ball r;
  acb_neg(r.value_, value_);
  return r;
}
Ball Ball::WithError(std::int64_t exponent) const {
  Ball r(*this);
  mag_t extra;
  mag_init(extra);
  mag_one(extra);
  mag_mul_2exp_si(extra, extra, exponent);
  mag_add(arb_radref(acb_realref(r.value_)), arb_radref(acb_realref(r.value_)), extra);
  if (!IsReal()) {
    mag_add(arb_radref(acb_imagref(r.value_)), arb_radref(acb_imagref(r.value_)), extra);
  }
  mag_clear(extra);
  return r;
}
Ball Ball::Midpoint() const {
  Ball r;
  acb_get_mid(r.value_, value_);
  return r;
}

int Ball::RealSign() const {
  if (arb_is_positive(acb_realref(value_))) return 1;
  return arb_is_negative(acb_realref(value_)) ? -1 : 0;
}

std::optional<Rational> Ball::Floor() const {
  if (MagnitudeBits() > 4096 || !IsFinite()) return std::nullopt;
  std::optional<Rational> result;
  arb_t floor;
  arb_init(floor);
  fmpz_t integer;
  fmpz_init(integer);
  arb_floor(floor, acb_realref(value_), 8192);
  if (arb_get_unique_fmpz(integer, floor)) {
    char* digits = fmpz_get_str(nullptr, 10, integer);
    std::string text(digits);
    flint_free(digits);
    const bool negative = text.front() == '-';
    if (negative) text.erase(0, 1);
    result = negative ? -Rational::FromDigits(text) : Rational::FromDigits(text);
  }
  fmpz_clear(integer);
  arb_clear(floor);
  return result;
}

std::int64_t Ball::MagnitudeBits() const {
  mag_t mag;
  mag_init(mag);
  acb_get_mag(mag, value_);
  const std::int64_t bits = MagToBits(mag);
  mag_clear(mag);
  return bits;
}
std::int64_t Ball::ErrorBits() const {
  const std::int64_t re = MagToBits(arb_radref(acb_realref(value_)));
  const std::int64_t im = MagToBits(arb_radref(acb_imagref(value_)));
  return re > im ? re : im;
}

}  // namespace fuseo1
