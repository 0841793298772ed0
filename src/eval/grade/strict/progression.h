// Families over the integers as sets that repeat: x = a + dk with k in Z, x congruent to a modulo
// d, intervals from a + dk to b + dk. Pure; any thread; spends from the caller's budget.
#pragma once

#include <cstdint>
#include <optional>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

// Whether both answers are families that hold the same points. Nothing where one is no family, or
// where they are not shown to be equal: then the answers compare as they are written.
std::optional<Decision> CompareProgressions(const Tree& gold, const Tree& prediction,
                                            std::int64_t* budget);

}  // namespace fuseo1
