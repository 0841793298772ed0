// Antiderivatives: the constant of integration takes up whatever constant two of them differ by.
// Pure; any thread.
#pragma once

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// sin^2(x)/2 + C against -cos(2x)/4 + C. Undecided where the two are no such sums.
Decision CompareAntiderivatives(const Expr& gold, const Expr& prediction, std::int64_t* budget);

}  // namespace fuseo1
