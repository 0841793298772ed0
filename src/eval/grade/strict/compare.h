// Two parsed answers to a verdict, by kind: numbers, quantities, lists, tuples, sets, matrices,
// relations.
#pragma once

#include <cstdint>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Pure. Spends at most *budget steps; what is not decided by then is kUndecided with rule "budget".
Decision CompareTrees(const Tree& gold, const Tree& prediction, std::int64_t* budget);

// Parts of two trees. For compare_trees.cc.
Decision CompareExpressions(const Expr& gold, const Expr& prediction, std::int64_t* budget);

}  // namespace fuseo1
