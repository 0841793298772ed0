// Whether two equations in several variables have the same solutions, where both are quotients of
// polynomials: xy = 6 and y = 6/x, but not x = 2y and x/y = 2, which loses the origin.
#pragma once

#include <cstdint>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// gold = 0 and prediction = 0, each an expression that may carry `minus`. Equal where the
// numerators agree up to a rational factor and no denominator vanishes on their zeros, or one of
// them is solved for a letter; else undecided. Bounded in degree and terms. Pure; any thread.
Decision CompareSolutions(const Expr& gold, const Expr& prediction, std::int64_t* budget);

}  // namespace fuseo1
