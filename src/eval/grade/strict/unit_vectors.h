// Vectors written with unit vectors: 3i - 2j + k as (3, -2, 1).
#pragma once

#include <optional>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// The tuple of two or three coefficients, in a tree of its own; none where the expression is no sum
// of multiples of i, j and k (bold, hatted or plain) with j among them. Pure.
std::optional<Tree> AsUnitVectors(const Expr& e);

}  // namespace fuseo1
