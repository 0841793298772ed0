// English number words to numbers, as the published normaliser does it (eval-spec 3.3.1): unknown
// words are ignored, so "two and a half" is 2. Pure; any thread.
#pragma once

#include <optional>

#include "eval/compat/runes.h"

namespace fuseo1 {

// The number as text ("42", "105.2"), or nothing where the rules find none.
std::optional<Runes> NumberFromWords(RuneView text);

}  // namespace fuseo1
