// Evaluation of formulas in complex long doubles with a running error bound: two formulas are the
// same function when they agree within their bounds at several fixed pseudo-random points.
#include <algorithm>
#include <cmath>
#include <map>

#include "eval/compat/formula.h"

namespace fuseo1 {
namespace {

using Complex = std::complex<long double>;

constexpr long double kEpsilon = 1.1e-19L;  // half an ulp of the 64-bit mantissa, rounded up
constexpr int kMaxDepth = 200;
constexpr int kMaxTerms = 10'000;
constexpr int kPanels = 64;  // of the integral's Gauss rule

std::uint64_t Mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33U;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33U);
}

// A number in (0.3, 1.7) that depends on the name and the point only.
long double Pseudo(const Runes& name, std::uint64_t point) {
  std::uint64_t hash = Mix(point + 0x9e3779b97f4a7c15ULL);
  for (const char32_t c : name) {
    hash = Mix(hash ^ static_cast<std::uint64_t>(c));
  }
  return 0.3L + 1.4L * static_cast<long double>(hash >> 11U) / 9007199254740992.0L;
}

Complex PointOf(const Runes& name, std::uint64_t point) {
  const long double imaginary = Pseudo(name, point * 2 + 1) - 1.0L;
  const long double real = Pseudo(name, point * 2);
  return {point % 2 == 0 ? real : -real, imaginary};
}

Complex ApplyFunction(const Runes& name, Complex x) {
  static const std::map<Runes, Complex (*)(Complex)> kTable = {
      {U"sin", [](Complex z) { return std::sin(z); }},
      {U"cos", [](Complex z) { return std::cos(z); }},
      {U"tan", [](Complex z) { return std::tan(z); }},
      {U"csc", [](Complex z) { return 1.0L / std::sin(z); }},
      {U"sec", [](Complex z) { return 1.0L / std::cos(z); }},
      {U"cot", [](Complex z) { return 1.0L / std::tan(z); }},
      {U"arcsin", [](Complex z) { return std::asin(z); }},
      {U"arccos", [](Complex z) { return std::acos(z); }},
      {U"arctan", [](Complex z) { return std::atan(z); }},
      {U"arccsc", [](Complex z) { return std::asin(1.0L / z); }},
      {U"arcsec", [](Complex z) { return std::acos(1.0L / z); }},
      {U"arccot", [](Complex z) { return std::atan(1.0L / z); }},
      {U"sinh", [](Complex z) { return std::sinh(z); }},
      {U"cosh", [](Complex z) { return std::cosh(z); }},
      {U"tanh", [](Complex z) { return std::tanh(z); }},
      {U"ln", [](Complex z) { return std::log(z); }},
      {U"log", [](Complex z) { return std::log(z); }},
      {U"exp", [](Complex z) { return std::exp(z); }},
  };
  const auto found = kTable.find(name);
  return found == kTable.end() ? Complex(NAN, 0) : found->second(x);
}

class Evaluator {
 public:
  Evaluator(const Formula& formula, std::uint64_t point, int& fuel)
      : formula_(formula), point_(point), fuel_(fuel) {}

  std::optional<Approximate> Value(std::size_t index) {
    if (fuel_ <= 0 || depth_ >= kMaxDepth) {
      return std::nullopt;
    }
    --fuel_;
    ++depth_;
    std::optional<Approximate> out = Dispatch(formula_.nodes[index]);
    --depth_;
    if (!out || std::isnan(out->value.real()) || std::isnan(out->value.imag())) {
      return std::nullopt;
    }
    // 1/2004! is 0 in the reference's floats: an overflow may stand under a fraction bar.
    const FormulaKind kind = formula_.nodes[index].kind;
    const bool may_overflow = kind == FormulaKind::kFactorial || kind == FormulaKind::kPower;
    if (!may_overflow && !(std::isfinite(std::abs(out->value)) && std::isfinite(out->error))) {
      return std::nullopt;
    }
    return out;
  }

 private:
  static Approximate Rounded(Complex value, long double error) {
    return {value, error + kEpsilon * std::abs(value)};
  }

  static Approximate Multiply(const Approximate& a, const Approximate& b) {
    return Rounded(a.value * b.value,
                   std::abs(a.value) * b.error + std::abs(b.value) * a.error + a.error * b.error);
  }

  // f applied to x; the error of f(x) from the error of x by a difference quotient.
  template <class F>
  static Approximate Apply(const Approximate& x, F f) {
    const Complex value = f(x.value);
    const long double step = std::max(x.error, kEpsilon * std::abs(x.value));
    const Complex near = f(x.value + Complex(step, step / 2));
    const long double moved = std::isfinite(std::abs(near)) ? std::abs(near - value) : 0;
    return Rounded(value, 2 * moved + 4 * kEpsilon * std::abs(value));
  }

  static std::optional<Approximate> Power(const Approximate& base, const Approximate& exponent) {
    if (base.value == Complex(0, 0)) {
      const bool one = exponent.value == Complex(0, 0);
      if (!one && exponent.value.real() <= 0) {
        return std::nullopt;
      }
      return Approximate{one ? 1.0L : 0.0L, 0};
    }
    const bool real = base.value.imag() == 0 && exponent.value.imag() == 0;
    const bool whole = real && std::floor(exponent.value.real()) == exponent.value.real();
    Complex value;
    if (real && (base.value.real() > 0 || whole)) {
      value = std::pow(base.value.real(), exponent.value.real());
    } else {
      value = std::exp(exponent.value * std::log(base.value));
    }
    const long double relative =
        std::abs(exponent.value) * base.error / std::abs(base.value) +
        std::abs(std::log(base.value)) * (exponent.error + kEpsilon * std::abs(exponent.value));
    return Rounded(value, std::abs(value) * (relative + 4 * kEpsilon));
  }

  std::optional<Approximate> Dispatch(const FormulaNode& node) {
    switch (node.kind) {
      case FormulaKind::kNumber:
        return Rounded(node.number, 0);
      case FormulaKind::kSymbol: {
        const auto bound = bound_.find(node.name);
        return bound != bound_.end() ? Rounded(bound->second, 0)
                                     : Rounded(PointOf(node.name, point_), 0);
      }
      case FormulaKind::kSum:
      case FormulaKind::kProduct:
        return Fold(node);
      case FormulaKind::kSeries:
      case FormulaKind::kSequence:
        return Repeat(node);
      case FormulaKind::kIntegral:
        return Integrate(node);
      case FormulaKind::kDeterminant:
        return Determinant(node);
      case FormulaKind::kCall:
        return Call(node);
      case FormulaKind::kMatrix:
      case FormulaKind::kRelation:
        return std::nullopt;
      default:
        return Simple(node);
    }
  }

  std::optional<Approximate> Fold(const FormulaNode& node) {
    const bool sum = node.kind == FormulaKind::kSum;
    Approximate total{sum ? 0.0L : 1.0L, 0};
    for (const std::size_t child : node.children) {
      const std::optional<Approximate> x = Value(child);
      if (!x) {
        return std::nullopt;
      }
      total = sum ? Rounded(total.value + x->value, total.error + x->error) : Multiply(total, *x);
    }
    return total;
  }

  std::optional<Approximate> Simple(const FormulaNode& node) {
    const std::optional<Approximate> a = Value(node.children[0]);
    std::optional<Approximate> b;
    if (node.children.size() > 1) {
      b = Value(node.children[1]);
    }
    if (!a || (node.children.size() > 1 && !b)) {
      return std::nullopt;
    }
    switch (node.kind) {
      case FormulaKind::kNegate:
        return Approximate{-a->value, a->error};
      case FormulaKind::kQuotient:
        if (std::isinf(std::abs(b->value)) && std::isfinite(std::abs(a->value))) {
          return Approximate{0, 0};
        }
        if (std::abs(b->value) <= b->error) {
          return std::nullopt;
        }
        return Multiply(*a, Apply(*b, [](Complex z) { return 1.0L / z; }));
      case FormulaKind::kPower:
        return Power(*a, *b);
      case FormulaKind::kRoot: {
        if (std::abs(b->value) <= b->error) {
          return std::nullopt;
        }
        return Power(*a, Apply(*b, [](Complex z) { return 1.0L / z; }));
      }
      case FormulaKind::kFunction: {
        const auto f = [&](Complex z) { return ApplyFunction(node.name, z); };
        if (!b) {
          return Apply(*a, f);
        }
        const Approximate base = Apply(*b, f);
        return Multiply(Apply(*a, f), Apply(base, [](Complex z) { return 1.0L / z; }));
      }
      case FormulaKind::kAbs:
        return Rounded(std::abs(a->value), a->error);
      case FormulaKind::kFloor:
        return Rounded(std::floor(a->value.real()), 0);
      case FormulaKind::kCeiling:
        return Rounded(std::ceil(a->value.real()), 0);
      case FormulaKind::kFactorial:
        return Factorial(*a);
      case FormulaKind::kBinomial: {
        const std::optional<Approximate> n = Factorial(*a);
        const std::optional<Approximate> k = Factorial(*b);
        const std::optional<Approximate> rest =
            Factorial(Rounded(a->value - b->value, a->error + b->error));
        if (!n || !k || !rest) {
          return std::nullopt;
        }
        const Complex value = n->value / (k->value * rest->value);
        return Rounded(value, 1e-16L * std::abs(value));
      }
      default:
        return std::nullopt;
    }
  }

  static std::optional<Approximate> Factorial(const Approximate& x) {
    if (x.value.imag() != 0) {
      // A smooth stand-in: n! of a symbol is only compared with itself.
      return Apply(x, [](Complex z) { return std::exp(z * std::log(z + 1.37L)); });
    }
    const long double value = std::tgamma(x.value.real() + 1);
    return Approximate{value, std::abs(value) * 1e-17L};
  }

  // An unknown function is a fixed smooth one: equal arguments give equal values.
  std::optional<Approximate> Call(const FormulaNode& node) {
    Approximate total{0, 0};
    long double weight = 1.1L;
    for (const std::size_t child : node.children) {
      const std::optional<Approximate> x = Value(child);
      if (!x) {
        return std::nullopt;
      }
      const long double scale = Pseudo(node.name, 1000) * weight;
      const Approximate part =
          Apply(*x, [&](Complex z) { return std::sin(scale * z) + 0.3L * z * z + weight; });
      total = Rounded(total.value + part.value, total.error + part.error);
      weight += 0.7L;
    }
    return total;
  }

  std::optional<Approximate> Repeat(const FormulaNode& node) {
    const std::optional<Approximate> first = Value(node.children[1]);
    const std::optional<Approximate> last = Value(node.children[2]);
    if (!first || !last || first->value.imag() != 0 || last->value.imag() != 0 ||
        last->value.real() - first->value.real() > kMaxTerms) {
      return std::nullopt;
    }
    const bool sum = node.kind == FormulaKind::kSeries;
    Approximate total{sum ? 0.0L : 1.0L, 0};
    for (long double k = first->value.real(); k <= last->value.real(); k += 1) {
      const std::optional<Approximate> x = With(node.name, k, node.children[0]);
      if (!x) {
        return std::nullopt;
      }
      total = sum ? Rounded(total.value + x->value, total.error + x->error) : Multiply(total, *x);
    }
    return total;
  }

  // Gauss-Legendre with three nodes on 64 panels.
  std::optional<Approximate> Integrate(const FormulaNode& node) {
    const std::optional<Approximate> from = Value(node.children[1]);
    const std::optional<Approximate> to = Value(node.children[2]);
    if (!from || !to) {
      return std::nullopt;
    }
    const Complex half = (to->value - from->value) / (2.0L * kPanels);
    constexpr long double kOuter = 0.774596669241483377035853079956L;
    Complex total = 0;
    long double size = 0;
    for (int panel = 0; panel < kPanels; ++panel) {
      const Complex middle = from->value + half * static_cast<long double>(2 * panel + 1);
      for (const int side : {-1, 0, 1}) {
        const std::optional<Approximate> y = With(
            node.name, middle + half * (kOuter * static_cast<long double>(side)), node.children[0]);
        if (!y) {
          return std::nullopt;
        }
        const Complex part = half * y->value * (side == 0 ? 8.0L / 9.0L : 5.0L / 9.0L);
        total += part;
        size += std::abs(part);
      }
    }
    return Rounded(total, 1e-12L * size);
  }

  std::optional<Approximate> With(const Runes& name, Complex value, std::size_t body) {
    const auto old = bound_.find(name);
    const std::optional<Complex> saved =
        old == bound_.end() ? std::nullopt : std::optional<Complex>(old->second);
    bound_[name] = value;
    std::optional<Approximate> out = Value(body);
    if (saved) {
      bound_[name] = *saved;
    } else {
      bound_.erase(name);
    }
    return out;
  }

  std::optional<Approximate> Determinant(const FormulaNode& node) {
    const std::size_t n = node.width;
    if (n == 0 || n > 6 || node.children.size() != n * n) {
      return std::nullopt;
    }
    std::vector<Complex> cells;
    long double size = 1;
    for (const std::size_t child : node.children) {
      const std::optional<Approximate> x = Value(child);
      if (!x) {
        return std::nullopt;
      }
      cells.push_back(x->value);
      size = std::max(size, std::abs(x->value));
    }
    Complex total = 1;
    for (std::size_t column = 0; column < n; ++column) {
      std::size_t pivot = column;
      for (std::size_t row = column; row < n; ++row) {
        if (std::abs(cells[row * n + column]) > std::abs(cells[pivot * n + column])) {
          pivot = row;
        }
      }
      if (cells[pivot * n + column] == Complex(0, 0)) {
        return Approximate{0, 0};
      }
      if (pivot != column) {
        std::swap_ranges(cells.begin() + static_cast<std::ptrdiff_t>(pivot * n),
                         cells.begin() + static_cast<std::ptrdiff_t>((pivot + 1) * n),
                         cells.begin() + static_cast<std::ptrdiff_t>(column * n));
        total = -total;
      }
      total *= cells[column * n + column];
      for (std::size_t row = column + 1; row < n; ++row) {
        const Complex factor = cells[row * n + column] / cells[column * n + column];
        for (std::size_t k = column; k < n; ++k) {
          cells[row * n + k] -= factor * cells[column * n + k];
        }
      }
    }
    return Rounded(total, 1e-17L * std::pow(size, static_cast<long double>(n)));
  }

  const Formula& formula_;
  std::uint64_t point_;
  std::map<Runes, Complex> bound_;
  int& fuel_;
  int depth_ = 0;
};

}  // namespace

std::optional<Approximate> EvaluateFormula(const Formula& formula, std::size_t node,
                                           std::uint64_t point, int& fuel) {
  return Evaluator(formula, point, fuel).Value(node);
}

bool IsConstantFormula(const Formula& formula, std::size_t node, int& fuel) {
  const FormulaNode& here = formula.nodes[node];
  if (here.kind == FormulaKind::kSymbol || here.kind == FormulaKind::kCall) {
    return false;
  }
  const bool binds = here.kind == FormulaKind::kSeries || here.kind == FormulaKind::kSequence ||
                     here.kind == FormulaKind::kIntegral;
  // A bound index is the only symbol allowed below; other names make the value depend on the point.
  return std::all_of(here.children.begin(), here.children.end(), [&](std::size_t child) {
    if (IsConstantFormula(formula, child, fuel)) {
      return true;
    }
    if (!binds) {
      return false;
    }
    const std::optional<Approximate> a = EvaluateFormula(formula, node, 1, fuel);
    const std::optional<Approximate> b = EvaluateFormula(formula, node, 2, fuel);
    return a && b && a->value == b->value;
  });
}

}  // namespace fuseo1
