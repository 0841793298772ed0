// Answers that hold several: lists, sets, and what a plus-minus stands for. Pure.
#pragma once

#include <optional>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// A list, a set, or one item that stands for two by its plus-minus: the items with their signs
// chosen.
struct Items {
  std::vector<Expr> items;
  bool many = false;
};

// At most 1024 items.
Items Expand(const Expr& e);

// a < b < c as the list a < b, b < c; nothing for any other answer.
std::optional<Tree> ChainAsList(const Expr& e);

}  // namespace fuseo1
