// The unit words that the published normaliser deletes, in its order. The list is data of the
// math_evaluation code (MIT, Copyright (c) 2024 Zhibin Gou), itself from the MathQA units; the
// order and the odd entries are part of the published behaviour. Constant; any thread.
#pragma once

#include <span>

#include "eval/compat/runes.h"

namespace fuseo1 {

// 132 entries; the full list is these, then each with an `s` appended. A dot stands for any
// character.
std::span<const RuneView> UnitWords();

}  // namespace fuseo1
