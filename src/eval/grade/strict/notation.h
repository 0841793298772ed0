// One thing under two notations, given one name in both trees: f(t) = t^2 for f(x) = x^2, x' or
// \dot x for dx/dt, C = 4h for C(h) = 4h, and constants of integration in capitals or not.
#pragma once

#include "eval/grade/strict/node.h"

namespace fuseo1 {

// Renames in `prediction` the arguments of functions that `gold` defines by other letters, unless a
// letter would be caught by it, and derivatives that the gold writes in another notation. Pure.
void UnifyNotation(const Tree& gold, Tree* prediction);

// Whether UnifyNotation could change the prediction.
bool MayBeRenamed(const Tree& gold, const Tree& prediction);

}  // namespace fuseo1
