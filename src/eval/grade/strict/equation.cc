#include "eval/grade/strict/equation.h"

#include <flint/fmpq_mpoly.h>
#include <flint/fmpq_mpoly_factor.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

constexpr slong kMaxTerms = 200;
constexpr slong kMaxDegree = 16;
constexpr std::size_t kMaxVariables = 8;
constexpr int kMaxDepth = 40;

class Ring {
 public:
  explicit Ring(slong variables) { fmpq_mpoly_ctx_init(context_, variables, ORD_LEX); }
  ~Ring() { fmpq_mpoly_ctx_clear(context_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  const fmpq_mpoly_ctx_struct* get() const { return context_; }

 private:
  fmpq_mpoly_ctx_t context_;
};

class Polynomial {
 public:
  explicit Polynomial(const Ring& ring) : ring_(&ring) { fmpq_mpoly_init(value_, ring.get()); }
  Polynomial(const Polynomial& other) : Polynomial(*other.ring_) {
    fmpq_mpoly_set(value_, other.value_, ring_->get());
  }
  Polynomial& operator=(const Polynomial& other) {
    fmpq_mpoly_set(value_, other.value_, ring_->get());
    return *this;
  }
  ~Polynomial() { fmpq_mpoly_clear(value_, ring_->get()); }

  fmpq_mpoly_struct* raw() { return value_; }
  const fmpq_mpoly_struct* raw() const { return value_; }
  const fmpq_mpoly_ctx_struct* ring() const { return ring_->get(); }

  bool IsZero() const { return fmpq_mpoly_is_zero(value_, ring()) != 0; }
  bool IsConstant() const { return fmpq_mpoly_is_fmpq(value_, ring()) != 0; }
  bool Fits() const {
    return fmpq_mpoly_length(value_, ring()) <= kMaxTerms &&
           (IsZero() || (fmpq_mpoly_total_degree_fits_si(value_, ring()) != 0 &&
                         fmpq_mpoly_total_degree_si(value_, ring()) <= kMaxDegree));
  }
  Polynomial Times(const Polynomial& b) const {
    Polynomial out(*ring_);
    fmpq_mpoly_mul(out.value_, value_, b.value_, ring());
    return out;
  }
  Polynomial Plus(const Polynomial& b) const {
    Polynomial out(*ring_);
    fmpq_mpoly_add(out.value_, value_, b.value_, ring());
    return out;
  }
  // Scaled to leading coefficient one.
  Polynomial Monic() const {
    Polynomial out(*ring_);
    if (!IsZero()) fmpq_mpoly_make_monic(out.value_, value_, ring());
    return out;
  }
  bool Equals(const Polynomial& b) const { return fmpq_mpoly_equal(value_, b.value_, ring()) != 0; }

 private:
  const Ring* ring_;
  fmpq_mpoly_t value_;
};

struct Fraction {
  Polynomial above;
  Polynomial below;
};

class Reader {
 public:
  Reader(const Ring& ring, const std::vector<std::string_view>& variables, std::int64_t* budget)
      : ring_(ring), variables_(variables), budget_(budget) {}

  std::optional<Fraction> Read(const Tree& tree, NodeId id) {
    if (++depth_ > kMaxDepth || (*budget_ -= 20) <= 0) return std::nullopt;
    auto out = ReadNode(tree, tree.at(id));
    --depth_;
    if (out && (!out->above.Fits() || !out->below.Fits())) return std::nullopt;
    return out;
  }

  std::optional<Fraction> Add(const Fraction& a, const Fraction& b) {
    return Bounded({a.above.Times(b.below).Plus(b.above.Times(a.below)), a.below.Times(b.below)});
  }

  Fraction Constant(const Rational& value) {
    Fraction out{Polynomial(ring_), Polynomial(ring_)};
    fmpq_mpoly_set_fmpq(out.above.raw(), value.raw(), ring_.get());
    fmpq_mpoly_one(out.below.raw(), ring_.get());
    return out;
  }

 private:
  std::optional<Fraction> Bounded(Fraction f) {
    *budget_ -= 20;
    if (!f.above.Fits() || !f.below.Fits() || *budget_ <= 0) return std::nullopt;
    return f;
  }
  std::optional<Fraction> Multiply(const Fraction& a, const Fraction& b) {
    return Bounded({a.above.Times(b.above), a.below.Times(b.below)});
  }

  std::optional<Fraction> ReadNode(const Tree& tree, const Node& node) {
    switch (node.op) {
      case Op::kNumber:
        if (node.number.Bits() > 512) return std::nullopt;
        return Constant(node.number);
      case Op::kVar: {
        const auto at = std::find(variables_.begin(), variables_.end(), node.text);
        if (at == variables_.end()) return std::nullopt;
        Fraction out = Constant(Rational(1));
        fmpq_mpoly_gen(out.above.raw(), at - variables_.begin(), ring_.get());
        return out;
      }
      case Op::kNeg: {
        auto inner = Read(tree, node.kids[0]);
        return inner ? Multiply(*inner, Constant(Rational(-1))) : std::nullopt;
      }
      case Op::kAdd:
      case Op::kMul: {
        std::optional<Fraction> total = Constant(Rational(node.op == Op::kAdd ? 0 : 1));
        for (const NodeId kid : node.kids) {
          const auto part = Read(tree, kid);
          if (!part) return std::nullopt;
          total = node.op == Op::kAdd ? Add(*total, *part) : Multiply(*total, *part);
          if (!total) return std::nullopt;
        }
        return total;
      }
      case Op::kDiv: {
        const auto above = Read(tree, node.kids[0]);
        const auto below = above ? Read(tree, node.kids[1]) : std::nullopt;
        if (!below || below->above.IsZero()) return std::nullopt;
        return Multiply(*above, {below->below, below->above});
      }
      case Op::kPow: {
        const auto base = Read(tree, node.kids[0]);
        const Node* exponent = &tree.at(node.kids[1]);
        const bool negative = exponent->op == Op::kNeg;
        if (negative) exponent = &tree.at(exponent->kids[0]);
        const auto n = exponent->op == Op::kNumber ? exponent->number.ToInt() : std::nullopt;
        if (!base || !n || *n < 0 || *n > kMaxDegree || (negative && base->above.IsZero()))
          return std::nullopt;
        std::optional<Fraction> total = Constant(Rational(1));
        for (std::int64_t k = 0; k < *n && total; ++k) total = Multiply(*total, *base);
        if (total && negative) std::swap(total->above, total->below);
        return total;
      }
      default:
        return std::nullopt;
    }
  }

  const Ring& ring_;
  const std::vector<std::string_view>& variables_;
  std::int64_t* budget_;
  int depth_ = 0;
};

// Whether `zero` is a constant other than nought wherever a factor of `factor` vanishes.
bool NeverMeets(const Polynomial& factor, const Polynomial& zero, const Ring& ring) {
  if (factor.IsConstant()) return true;
  fmpq_mpoly_factor_t factors;
  fmpq_mpoly_factor_init(factors, ring.get());
  bool never = fmpq_mpoly_factor(factors, factor.raw(), ring.get()) != 0;
  const slong count = never ? fmpq_mpoly_factor_length(factors, ring.get()) : 0;
  for (slong k = 0; never && k < count; ++k) {
    Polynomial base(ring);
    Polynomial quotient(ring);
    Polynomial rest(ring);
    fmpq_mpoly_factor_get_base(base.raw(), factors, k, ring.get());
    fmpq_mpoly_divrem(quotient.raw(), rest.raw(), zero.raw(), base.raw(), ring.get());
    never = rest.IsConstant() && !rest.IsZero();
  }
  fmpq_mpoly_factor_clear(factors, ring.get());
  return never;
}

// letter = expression without that letter, either way round.
bool IsSolved(const Expr& e) {
  if (e.minus < 0) return false;
  for (const auto& [side, other] : {std::pair{e.id, e.minus}, std::pair{e.minus, e.id}}) {
    const Node& node = e.tree->at(side);
    if (node.op != Op::kVar) continue;
    Traits traits;
    CollectTraits(*e.tree, other, &traits);
    if (std::find(traits.variables.begin(), traits.variables.end(), node.text) ==
        traits.variables.end()) {
      return true;
    }
  }
  return false;
}

// Functions, roots and constants that the polynomials hold as letters of their own: \cos\theta in
// r(1 + \cos\theta) = 2. Taking them for independent loses equalities, but makes none.
class Atoms {
 public:
  // A copy of the expression's tree with its atoms as variables; `used` tells which.
  Expr Replace(const Expr& e, Tree* copy, std::vector<bool>* used) {
    *copy = *e.tree;
    used_ = used;
    Visit(*e.tree, e.id, copy, 0);
    if (e.minus >= 0) Visit(*e.tree, e.minus, copy, 0);
    Expr out = e;
    out.tree = copy;
    return out;
  }

 private:
  static bool IsAtom(const Tree& tree, const Node& node) {
    switch (node.op) {
      case Op::kFunc:
      case Op::kLog:
      case Op::kRoot:
      case Op::kAbs:
      case Op::kPi:
      case Op::kE:
        return true;
      case Op::kPow: {
        const Node* exponent = &tree.at(node.kids[1]);
        if (exponent->op == Op::kNeg) exponent = &tree.at(exponent->kids[0]);
        return exponent->op != Op::kNumber || !exponent->number.IsInteger();
      }
      default:
        return false;
    }
  }

  void Visit(const Tree& tree, NodeId id, Tree* copy, int depth) {
    if (depth > kMaxDepth) return;
    const Node& node = tree.at(id);
    if (!IsAtom(tree, node)) {
      for (const NodeId kid : node.kids) Visit(tree, kid, copy, depth + 1);
      return;
    }
    std::size_t at = 0;
    while (at < atoms_.size() && !SameStructure(tree, id, *atoms_[at].first, atoms_[at].second))
      ++at;
    if (at == atoms_.size()) {
      if (at == kMaxVariables) return;  // too many anyway
      atoms_.emplace_back(&tree, id);
    }
    used_->resize(kMaxVariables);
    (*used_)[at] = true;
    Node& letter = copy->at(id);
    letter.op = Op::kVar;
    letter.kids.clear();
    letter.text = "@" + std::to_string(at);
  }

  std::vector<std::pair<const Tree*, NodeId>> atoms_;
  std::vector<bool>* used_ = nullptr;
};

Decision ComparePolynomials(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  const Decision unknown{Verdict::kUndecided, "undecided"};
  Traits traits;
  for (const Expr* e : {&gold, &prediction}) {
    CollectTraits(*e->tree, e->id, &traits);
    if (e->minus >= 0) CollectTraits(*e->tree, e->minus, &traits);
  }
  if (traits.variables.empty() || traits.variables.size() > kMaxVariables) return unknown;
  const Ring ring(static_cast<slong>(traits.variables.size()));
  Reader reader(ring, traits.variables, budget);
  const auto read = [&](const Expr& e) -> std::optional<Fraction> {
    auto left = reader.Read(*e.tree, e.id);
    if (!left || e.minus < 0) return left;
    auto right = reader.Read(*e.tree, e.minus);
    if (!right) return std::nullopt;
    right->above = right->above.Times(reader.Constant(Rational(-1)).above);
    return reader.Add(*left, *right);
  };
  const auto g = read(gold);
  const auto p = g ? read(prediction) : std::nullopt;
  if (!p || g->above.IsConstant() || p->above.IsConstant()) return unknown;
  // Both numerators without what they share with their denominators, which never counts as zero.
  const auto reduced = [&](const Fraction& f) {
    Polynomial common(ring);
    Polynomial above(ring);
    fmpq_mpoly_gcd(common.raw(), f.above.raw(), f.below.raw(), ring.get());
    fmpq_mpoly_divides(above.raw(), f.above.raw(), common.raw(), ring.get());
    return above;
  };
  const Polynomial ng = reduced(*g);
  const Polynomial np = reduced(*p);
  if (ng.IsConstant() || !ng.Monic().Equals(np.Monic())) return unknown;
  // Where only one side is undefined, the other must have no solution. But solving for one letter,
  // P = nRT / V, is a rearrangement: it takes V as not zero.
  Polynomial common(ring);
  Polynomial only_g(ring);
  Polynomial only_p(ring);
  fmpq_mpoly_gcd(common.raw(), g->below.raw(), p->below.raw(), ring.get());
  fmpq_mpoly_divides(only_g.raw(), g->below.raw(), common.raw(), ring.get());
  fmpq_mpoly_divides(only_p.raw(), p->below.raw(), common.raw(), ring.get());
  // So is dividing a differential equation by one of its parameters.
  const bool differential =
      std::any_of(traits.variables.begin(), traits.variables.end(), [](std::string_view name) {
        return name.find("/d") != std::string_view::npos || name.starts_with("dot(") ||
               name.starts_with("ddot(") || name.ends_with('\'');
      });
  // And a formula of quantities, no curve in x, y, z, takes its letters as not zero.
  const bool formula =
      traits.variables.size() > 2 &&
      std::none_of(traits.variables.begin(), traits.variables.end(),
                   [](std::string_view name) { return name == "x" || name == "y" || name == "z"; });
  if (differential || formula) return {Verdict::kEqual, "same-solutions"};
  if (!IsSolved(gold) && !NeverMeets(only_g, ng, ring)) return unknown;
  if (!IsSolved(prediction) && !NeverMeets(only_p, np, ring)) return unknown;
  return {Verdict::kEqual, "same-solutions"};
}

}  // namespace

Decision CompareSolutions(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  if (gold.signs != 0 || prediction.signs != 0) return ComparePolynomials(gold, prediction, budget);
  Atoms atoms;
  Tree g;
  Tree p;
  std::vector<bool> of_gold(kMaxVariables);
  std::vector<bool> of_prediction(kMaxVariables);
  const Expr a = atoms.Replace(gold, &g, &of_gold);
  const Expr b = atoms.Replace(prediction, &p, &of_prediction);
  // An atom on one side only may be undefined where the other side holds.
  if (of_gold != of_prediction) return {Verdict::kUndecided, "undecided"};
  return ComparePolynomials(a, b, budget);
}

}  // namespace fuseo1
