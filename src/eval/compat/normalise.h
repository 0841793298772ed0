// The published normalisers of an answer's text (eval-spec 3.3 and 3.4), step for step, faults
// included: the `fuseo1` grader exists to reproduce published verdicts. Not idempotent, so callers
// count passes. Pure; any thread; linear in the text but for the unit words (264 passes over it).
#pragma once

#include "eval/compat/runes.h"

namespace fuseo1 {

// What one normalising pass keeps of the published steps.
enum class UnitStep { kDelete, kSkip };

// The normaliser of every published maths number (3.3).
Runes NormaliseAnswer(RuneView text, UnitStep units = UnitStep::kDelete);

// The second normaliser (3.4), used only by the MATH500 and AIME handlers of the science harness.
Runes NormaliseAnswerSecond(RuneView text);

}  // namespace fuseo1
