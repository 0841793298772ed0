// Intervals whose ends hold letters: x >= a against [a, +inf), a < x < b against (a, b).
#pragma once

#include <cstdint>
#include <optional>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Nothing where the two are not such a pair: the relation's variable is the letter that the
// interval lacks. Pure.
std::optional<Decision> CompareLetteredInterval(const Expr& interval, const Expr& relation,
                                                std::int64_t* budget);

}  // namespace fuseo1
