// Answers that are words or letters: MR and \text{MR}. Pure.
#pragma once

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Letters side by side spell a word where the other side is one.
Decision CompareText(const Expr& gold, const Expr& prediction);

// MR = SRMC in letters or in words, either way round.
bool SameSpelling(const Expr& gold, const Expr& prediction);

}  // namespace fuseo1
