// The published equality of two normalised answers (eval-spec 3.6): ten rules in order, the first
// success wins. Rules 1 to 9 are exact; rule 10 (a computer algebra system there) is decided by
// evaluation at fixed points. Re-entrant, any thread; bounded in time and memory.
#pragma once

#include <string>
#include <string_view>

#include "eval/compat/runes.h"

namespace fuseo1 {

struct PublishedVerdict {
  bool equal = false;
  std::string_view rule;  // "text", "choice", "number", …; for a rejection the last rule tried
};

// Both sides normalised as their pipeline does it.
PublishedVerdict PublishedEqual(RuneView prediction, RuneView gold);

// A raw pair: the prediction as if it stood in a box, the gold normalised twice. The choice rules
// that need a whole response (eval-spec 3.1) do not apply.
PublishedVerdict GradePublishedPair(std::string_view gold, std::string_view prediction);

// 3.7: both sides parsed and compared as formulas; see EvaluateFormula for `fuel`.
bool SymbolicallyEqual(RuneView a, RuneView b, int& fuel);

}  // namespace fuseo1
