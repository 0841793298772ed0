// JSON that other programs made of what models wrote: ParseJson, but not strict about half
// characters. Any thread.
#pragma once

#include "base/json.h"

namespace fuseo1 {

// Every half of a surrogate pair becomes U+FFFD: one such character is no reason to lose its line.
Result<Json> ParseJsonOfAnyText(std::string_view text, JsonLimits limits = {});

}  // namespace fuseo1
