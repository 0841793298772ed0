// Whether two expressions have the same value, or the same values as functions of their variables.
//
// Rational values are compared exactly. Other constants are enclosed in balls: disjoint balls prove
// that they differ; equality is taken when the balls still meet at a precision that exceeds twice
// the size of every exact number inside (rule "ball-agreement"). Expressions in variables are
// compared at points (rule "identity-at-points"). Pure; every decision spends from the caller's
// budget.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/grade/strict/evaluate.h"

namespace fuseo1 {

enum class Verdict : std::uint8_t { kEqual, kUnequal, kUndecided };

struct Decision {
  Verdict verdict = Verdict::kUndecided;
  std::string_view rule;
  bool equal() const { return verdict == Verdict::kEqual; }
};

// An expression: a node, the choice of its plus-minus signs, minus another node, scaled: (node -
// minus + offset) * scale.
struct Expr {
  const Tree* tree = nullptr;
  NodeId id = -1;
  std::uint32_t signs = 0;
  NodeId minus = -1;
  Rational scale = 1;
  Rational offset = 0;

  const Node& node() const { return tree->at(id); }
  Expr With(NodeId other) const {
    Expr e = *this;
    e.id = other;
    return e;
  }
};

struct Traits {
  std::vector<std::string_view> variables;  // free ones, each once
  bool has_i = false;
  bool has_pi = false;
  bool has_degree = false;  // outside trigonometry
  bool has_infinity = false;
  bool integer_variables = false;  // n!, (-1)^n, a sum up to n
  bool has_series = false;
  bool has_pieces = false;  // min, |x|, floor, ...: other values on either side of some place
};
void CollectTraits(const Tree& tree, NodeId id, Traits* traits);

struct CompareOptions {
  bool degrees_are_radians = false;
  const Rational* tolerance = nullptr;  // |gold - prediction| within it is equal
};

Decision CompareScalars(const Expr& gold, const Expr& prediction, const CompareOptions& options,
                        std::int64_t* budget);

// Whether gold = c * prediction for one constant c that is not zero (and positive, where asked).
Decision CompareProportional(const Expr& gold, const Expr& prediction, bool positive,
                             std::int64_t* budget);

// Whether a : b and c : d are the same ratio of numbers.
Decision CompareRatios(const Expr& a, const Expr& b, const Expr& c, const Expr& d,
                       std::int64_t* budget);

// The sign of a - b for constants, where it can be told.
std::optional<int> CompareOrder(const Expr& a, const Expr& b, std::int64_t* budget);

// +1 or -1 for a signed infinity, 0 for anything without infinity, 2 for what has no value (inf -
// inf).
int InfinitySign(const Expr& e);

// Half a unit of the last digit of a decimal number: what rule 2 of the policy allows around a
// gold.
std::optional<Rational> DecimalTolerance(const Tree& tree, NodeId id);

bool SameStructure(const Tree& a, NodeId x, const Tree& b, NodeId y);

}  // namespace fuseo1
