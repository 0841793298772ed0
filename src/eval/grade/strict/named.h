// "name = value" and chains of equalities that all say one value: x = 10/2 = 5. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

struct Named {
  std::string name;                // empty: the answer names nothing
  std::vector<std::string> parts;  // of a name that is a tuple of names: (x, y) = (1, 2)
  Expr value;                  // what is left without the name; the answer itself where it has none
  bool contradictory = false;  // the members of the chain differ: x = 3 = 5
};

Named StripName(const Expr& e, std::int64_t* budget);

// The number that a prediction such as m + n = 17 or \frac{a}{b} = 3 gives for what was asked,
// where the gold is a bare number. Two letters or more, none of them x, y or z: those say a curve.
std::optional<Expr> AskedValue(const Expr& gold, const Expr& prediction);

// The value of a prediction "a = b" that says one expression in letters twice, for a gold that is
// one.
std::optional<Expr> IdentityValue(const Expr& gold, const Expr& prediction, std::int64_t* budget);

// The values of items that all have names of their own, x = 2, y = -3, in each order in which bare
// values may stand for them: as written (not for a prediction in single letters), and by name.
// Empty where the items are not so; then *bare tells whether none has a name.
std::vector<std::vector<Expr>> OrdersOfNamed(const std::vector<Expr>& items, bool is_gold,
                                             bool* bare, std::int64_t* budget);

}  // namespace fuseo1
