// What is said of the letters behind a value. Families over the integers in one form: x = 3k, k in
// Z; {3k | k in Z}; {x | x = 3n, n in Z}.
#pragma once

#include "eval/grade/strict/evaluate.h"

namespace fuseo1 {

// Gives the letter that runs through a set of integers one name in both trees, writes {x | x = E,
// ...} as {E | ...}, and drops "k in Z" from the side that says it where the other leaves it out.
// Trees that are no families stay as they are. Pure.
void UnifyFamilies(Tree* gold, Tree* prediction);

// Whether UnifyFamilies could change the tree.
bool MayBeFamily(const Tree& tree);

// Drops a condition behind an expression that says nothing new: x != 2 behind 1/(x - 2), n >= 1
// behind the terms of a sequence; x + 1, x != 1 becomes a function that is undefined at 1.
void ReadCondition(Tree* tree, std::int64_t* budget);

}  // namespace fuseo1
