// Numbers with units, degrees and plain numbers against each other: rules 2, 7 and 9 of the grading
// policy.
#pragma once

#include <cstdint>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

Decision CompareQuantities(const Expr& gold, const Expr& prediction, std::int64_t* budget);

}  // namespace fuseo1
