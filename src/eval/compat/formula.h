// Formulas as the published grader's first LaTeX parser reads them, for its last rule
// (eval-spec 3.7): pi, i and e are plain symbols, \log is natural, x(…) is a function call, what
// follows a complete formula is ignored. Values are numbers with an error bound, at a point that
// gives each symbol a number. Own reader, no evaluation of model text. Values; any thread; bounded
// in depth, nodes and work.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include "eval/compat/runes.h"

namespace fuseo1 {

enum class FormulaKind : std::uint8_t {
  kNumber,    // number
  kSymbol,    // name
  kSum,       // children added
  kProduct,   // children multiplied
  kNegate,    // one child
  kQuotient,  // two children
  kPower,     // base, exponent
  kRoot,      // radicand, degree
  kFunction,  // name of a known function, one child (and the base of a logarithm)
  kCall,      // name of an unknown function, its arguments
  kAbs,
  kFloor,
  kCeiling,
  kFactorial,
  kBinomial,
  kSeries,       // \sum: body, first, last; name is the index
  kSequence,     // \prod, likewise
  kIntegral,     // body, from, to; name is the variable
  kDeterminant,  // children row by row; width columns
  kMatrix,       // likewise, only as a whole formula
  kRelation,     // lhs, rhs
};

struct FormulaNode {
  FormulaKind kind = FormulaKind::kNumber;
  long double number = 0;
  std::size_t width = 0;
  Runes name;
  std::vector<std::size_t> children;
};

// nodes.back() is the root; children stand before their parent.
struct Formula {
  std::vector<FormulaNode> nodes;
  const FormulaNode& root() const { return nodes.back(); }
};

// Nothing where the text is no formula or exceeds the limits.
std::optional<Formula> ParseFormula(RuneView text);

struct Approximate {
  std::complex<long double> value;
  long double error = 0;  // |true value - value| is about this or less
};

// The value of a node at point number `point` (symbols get fixed pseudo-random complex numbers), or
// nothing where it is undefined. Each visited node takes one of `fuel`; without fuel nothing has a
// value.
std::optional<Approximate> EvaluateFormula(const Formula& formula, std::size_t node,
                                           std::uint64_t point, int& fuel);

// True where the value of `node` does not depend on the point.
bool IsConstantFormula(const Formula& formula, std::size_t node, int& fuel);

}  // namespace fuseo1
