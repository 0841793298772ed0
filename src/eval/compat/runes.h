// Text as code points, with the few operations the published rules are written in. The rules count
// characters ("the next two characters"), so they run on code points and not on UTF-8 bytes.
// Values; any thread; nothing fails (a byte that is no UTF-8 becomes U+FFFD).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fuseo1 {

using Runes = std::u32string;
using RuneView = std::u32string_view;

Runes RunesFromUtf8(std::string_view text);
std::string Utf8FromRunes(RuneView text);

// Every occurrence of `from`, left to right and without overlap, becomes `to`.
void ReplaceAll(Runes& text, RuneView from, RuneView to);

bool ContainsRunes(RuneView text, RuneView part);
std::size_t CountRunes(RuneView text, RuneView part);

RuneView TrimSpace(RuneView text);                     // Unicode white space at both ends
RuneView TrimAny(RuneView text, RuneView characters);  // any of `characters` at both ends
RuneView TrimLeft(RuneView text, RuneView characters);
RuneView TrimRight(RuneView text, RuneView characters);

// The pieces between occurrences of `separator`: n occurrences give n + 1 pieces, views into
// `text`.
std::vector<RuneView> SplitRunes(RuneView text, RuneView separator);

Runes LowerRunes(RuneView text);
Runes UpperRunes(RuneView text);

}  // namespace fuseo1
