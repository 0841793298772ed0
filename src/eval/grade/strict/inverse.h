// Two equations solved for letters, perhaps under a power or a logarithm: y = 2^x and x = \log_2 y,
// or \ln y = x \ln 2. Pure; any thread.
#pragma once

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Both are relations "=". Equal: they give one letter the same function, or the one undoes the
// other wherever either is defined. Otherwise undecided: nothing is said.
Decision CompareInverse(const Expr& gold, const Expr& prediction, std::int64_t* budget);

// A copy of `host` with `guest`'s expression in the place of the variable `name`, and where that
// expression now stands.
std::pair<Tree, NodeId> Substitute(const Tree& host, const std::string& name, const Expr& guest);

}  // namespace fuseo1
