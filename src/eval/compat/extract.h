// How the published harness finds the answer in a response, and the gold in a record
// (eval-spec 3.1, 3.2, 3.5). Pure; any thread; linear.
#pragma once

#include <string>
#include <string_view>

#include "eval/compat/normalise.h"
#include "eval/compat/runes.h"

namespace fuseo1 {

// The answer of a whole response after one normalising pass (3.2).
Runes ExtractPublished(RuneView response, UnitStep units = UnitStep::kDelete);

// The choice letter A..E of a text (3.5), or the trimmed text where there is none.
Runes CleanChoice(RuneView text);

// The grader's simpler copy: no phrase handling, always the last letter.
Runes CleanChoiceSimple(RuneView text);

// What the published harness compares with `gold`: extraction, two passes, then the choice rules
// that depend on the gold (3.1). An empty response gives an empty prediction.
Runes PublishedPrediction(RuneView response, RuneView gold, UnitStep units = UnitStep::kDelete);

// The three ways the published harness makes a comparable gold of a record.
enum class GoldRule { kTwicePassed, kFromSolution, kMinerva };
Runes PublishedGold(std::string_view raw, GoldRule rule);

}  // namespace fuseo1
