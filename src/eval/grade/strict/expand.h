// Answers that hold several: lists, sets, and what a plus-minus stands for. Pure.
#pragma once

#include <string>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// A list, a set, or one item that stands for two by its plus-minus: the items with their signs
// chosen.
struct Items {
  std::vector<Expr> items;
  std::vector<std::string>
      names;  // of "name = value" read from (x, y) = (1, 2); empty strings else
  bool many = false;
};

// At most 1024 items.
Items Expand(const Expr& e);

}  // namespace fuseo1
