// Rule 10: parse both sides, compare as functions, as equations, as numbers or as matrices.
#include <cmath>

#include "eval/compat/equality.h"
#include "eval/compat/formula.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kPoints = 6;
constexpr double kRelativeTolerance = 1e-4;

bool AgreeAt(const Approximate& a, const Approximate& b) {
  const long double bound = 32 * (a.error + b.error);
  return std::isfinite(bound) && std::abs(a.value - b.value) <= bound;
}

// Equal at every point where both are defined, and defined at most of them.
template <class F>
bool AgreeEverywhere(F values) {
  std::uint64_t defined = 0;
  for (std::uint64_t point = 0; point < kPoints; ++point) {
    const auto [a, b] = values(point);
    if (a.has_value() != b.has_value()) {
      return false;
    }
    if (a && !AgreeAt(*a, *b)) {
      return false;
    }
    defined += a ? 1 : 0;
  }
  return defined * 2 > kPoints;
}

bool SameFunction(const Formula& a, std::size_t i, const Formula& b, std::size_t j, int& fuel) {
  return AgreeEverywhere([&](std::uint64_t point) {
    return std::pair(EvaluateFormula(a, i, point, fuel), EvaluateFormula(b, j, point, fuel));
  });
}

std::optional<double> ConstantValue(const Formula& formula, std::size_t node, int& fuel) {
  if (!IsConstantFormula(formula, node, fuel)) {
    return std::nullopt;
  }
  const std::optional<Approximate> value = EvaluateFormula(formula, node, 0, fuel);
  if (!value || value->value.imag() != 0) {
    return std::nullopt;
  }
  const auto number = static_cast<double>(value->value.real());
  return std::isfinite(number) ? std::optional<double>(number) : std::nullopt;
}

bool CloseConstants(const Formula& a, const Formula& b, int& fuel) {
  const std::optional<double> x = ConstantValue(a, a.nodes.size() - 1, fuel);
  const std::optional<double> y = ConstantValue(b, b.nodes.size() - 1, fuel);
  return x && y && std::abs(*x - *y) <= kRelativeTolerance * std::fmax(std::abs(*x), std::abs(*y));
}

std::optional<Approximate> AbsoluteGap(const Formula& f, std::uint64_t point, int& fuel) {
  const std::optional<Approximate> left = EvaluateFormula(f, f.root().children[0], point, fuel);
  const std::optional<Approximate> right = EvaluateFormula(f, f.root().children[1], point, fuel);
  if (!left || !right) {
    return std::nullopt;
  }
  return Approximate{std::abs(left->value - right->value), left->error + right->error};
}

// Only |lhs - rhs| counts, not the kind of relation nor its direction: the published rule.
bool SameRelation(const Formula& a, const Formula& b, int& fuel) {
  return AgreeEverywhere([&](std::uint64_t point) {
    return std::pair(AbsoluteGap(a, point, fuel), AbsoluteGap(b, point, fuel));
  });
}

bool SameMatrix(const Formula& a, const Formula& b, int& fuel) {
  const FormulaNode& x = a.root();
  const FormulaNode& y = b.root();
  if (x.width != y.width || x.children.size() != y.children.size()) {
    return false;
  }
  for (std::size_t i = 0; i < x.children.size(); ++i) {
    const std::optional<double> p = ConstantValue(a, x.children[i], fuel);
    const std::optional<double> q = ConstantValue(b, y.children[i], fuel);
    const bool close = p && q && std::nearbyint(*p * 1000) == std::nearbyint(*q * 1000);
    if (!close && !SameFunction(a, x.children[i], b, y.children[i], fuel)) {
      return false;
    }
  }
  return true;
}

// Double backslashes halved first, the raw text second.
std::optional<Formula> ParseEither(RuneView text) {
  Runes halved(text);
  ReplaceAll(halved, U"\\\\", U"\\");
  std::optional<Formula> formula = ParseFormula(halved);
  return formula || halved == text ? std::move(formula) : ParseFormula(text);
}

// {a,b,…}: the reference's second parser reads a set, and sets have no order.
bool IsSetLiteral(RuneView text) {
  return text.size() > 2 && text.front() == U'{' && text.back() == U'}' &&
         text.find_first_of(U"{}", 1) == text.size() - 1 && ContainsRunes(text, U",");
}

bool Covers(const std::vector<RuneView>& big, const std::vector<RuneView>& small, int& fuel) {
  for (const RuneView element : small) {
    bool found = false;
    for (const RuneView other : big) {
      found = found || (!IsSetLiteral(element) && SymbolicallyEqual(element, other, fuel));
    }
    if (!found) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool SymbolicallyEqual(RuneView a, RuneView b, int& fuel) {
  if (fuel <= 0) {
    return false;
  }
  --fuel;
  if (IsSetLiteral(a) && IsSetLiteral(b)) {
    const std::vector<RuneView> x = SplitRunes(a.substr(1, a.size() - 2), U",");
    const std::vector<RuneView> y = SplitRunes(b.substr(1, b.size() - 2), U",");
    constexpr std::size_t kMaxElements = 32;
    return x.size() <= kMaxElements && y.size() <= kMaxElements && Covers(x, y, fuel) &&
           Covers(y, x, fuel);
  }
  const std::optional<Formula> x = ParseEither(a);
  const std::optional<Formula> y = x ? ParseEither(b) : std::nullopt;
  if (!x || !y) {
    return false;
  }
  const bool relations = x->root().kind == FormulaKind::kRelation;
  const bool matrices = x->root().kind == FormulaKind::kMatrix;
  if (relations != (y->root().kind == FormulaKind::kRelation) ||
      matrices != (y->root().kind == FormulaKind::kMatrix)) {
    return false;
  }
  if (relations) {
    return SameRelation(*x, *y, fuel);
  }
  if (matrices) {
    return SameMatrix(*x, *y, fuel);
  }
  return CloseConstants(*x, *y, fuel) ||
         SameFunction(*x, x->nodes.size() - 1, *y, y->nodes.size() - 1, fuel);
}

}  // namespace fuseo1
