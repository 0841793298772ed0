// Functions defined by cases, as functions: by what they give at points in all their parts. Pure;
// any thread.
#pragma once

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Whether the expression is a list of cases.
bool IsByCases(const Expr& e);

// One side at least is by cases: |x| against x where x >= 0 and -x where x < 0. Undecided where a
// condition is no set of reals with rational ends.
Decision CompareByCases(const Expr& gold, const Expr& prediction, std::int64_t* budget);

}  // namespace fuseo1
