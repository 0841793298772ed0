// \boxed{…} and \fbox{…} in a text: where a response puts its answer. Pure; any thread; linear.
#pragma once

#include <optional>
#include <string_view>

namespace fuseo1 {

// The inside of the last box whose braces match, trimmed; a box inside another one is part of its
// answer. An escaped brace is text; blanks and line breaks may stand before the opening brace.
std::optional<std::string_view> LastBox(std::string_view text);

}  // namespace fuseo1
