// One thing under two notations, given one name in both trees: f(t) = t^2 for f(x) = x^2, x' or
// \dot x for dx/dt, C = 4h for C(h) = 4h, and constants of integration in capitals or not.
#pragma once

#include <vector>

#include "eval/grade/strict/node.h"

namespace fuseo1 {

// Renames in `prediction` the arguments of functions that `gold` defines by other letters, unless a
// letter would be caught by it, and derivatives that the gold writes in another notation. Pure.
void UnifyNotation(const Tree& gold, Tree* prediction);

// The prediction with its constants of integration C_1, C_2, ... in every other order, where the
// gold has the same ones and both are the general solution of something. Pure.
std::vector<Tree> WithOtherConstants(const Tree& gold, const Tree& prediction);

// Whether UnifyNotation could change the prediction.
bool MayBeRenamed(const Tree& gold, const Tree& prediction);

}  // namespace fuseo1
