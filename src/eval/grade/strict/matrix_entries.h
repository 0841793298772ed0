// The entries of a matrix with what is added, multiplied, divided or transposed done to each. Pure.
#pragma once

#include <optional>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Whether the expression is a matrix; a product, power or quotient with one matrix or tuple in it;
// or a sum of such.
bool HasMatrix(const Expr& e);

// A matrix in a tree of its own, with all that stands around it worked in.
std::optional<Tree> MatrixEntries(const Expr& e);

// [[1, 2], [3, 4]] as the matrix it is.
std::optional<Tree> RowsOfBrackets(const Expr& e);

}  // namespace fuseo1
