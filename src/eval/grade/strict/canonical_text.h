// Unicode mathematics, full-width forms and Chinese punctuation rewritten in ASCII and LaTeX. Pure;
// any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

// Writes the canonical form of `text` to `out`. Returns "" or the rule that rejects the text: NUL
// and other control characters, bidirectional overrides, invalid UTF-8. Linear in the text's size.
std::string_view CanonicalText(std::string_view text, std::string* out);

}  // namespace fuseo1
