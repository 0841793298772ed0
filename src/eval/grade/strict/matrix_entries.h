// The entries of a matrix with what multiplies, divides or transposes it done to each. Pure.
#pragma once

#include <optional>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Whether the expression is a matrix, or a product, power or quotient with one matrix or tuple in
// it.
bool HasMatrix(const Expr& e);

// A matrix with its scalar factor multiplied in and its transposition done, in a tree of its own.
std::optional<Tree> MatrixEntries(const Expr& e);

// [[1, 2], [3, 4]] as the matrix it is.
std::optional<Tree> RowsOfBrackets(const Expr& e);

}  // namespace fuseo1
