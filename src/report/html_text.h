// Pieces of HTML. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

// Text from outside as text of a page, and as a quoted attribute: markup characters are references,
// controls and bidirectional marks are shown as escapes, at most `max_bytes`.
std::string HtmlText(std::string_view text, std::size_t max_bytes = 400);

}  // namespace fuseo1
