// What three dots leave out: 1 + 2 + ... + n as a sum, {1, 2, ..., 10} as ten elements.
#pragma once

#include <cstdint>

#include "eval/grade/strict/node.h"

namespace fuseo1 {

// Writes each Op::kEllipsis whose law all its written terms follow as a sum or a product. Others
// stay, and have no value. Spends from *budget. Pure.
void ResolveEllipses(Tree* tree, std::int64_t* budget);

// Whether the tree has an ellipsis to resolve.
bool HasEllipsis(const Tree& tree);

// Fills the dots in items such as 1, 2, ..., 10 where all are whole and steps are even. For the
// parser.
void FillDots(Tree* tree, std::vector<NodeId>* items, std::size_t limit);

}  // namespace fuseo1
