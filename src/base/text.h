// Text that may come from outside, made safe to print, and small helpers on text. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fuseo1 {

// `text` in double quotes with every control, bidirectional and invalid byte escaped (\n, \x1b, \u202e),
// cut after `max_bytes` with an ellipsis: what errors and logs show of outside text.
std::string Quoted(std::string_view text, std::size_t max_bytes = 200);

// The same without the quotes, for text inside a longer line.
std::string Printable(std::string_view text, std::size_t max_bytes = 1000);

bool IsValidUtf8(std::string_view text);

// True where text holds a byte below 0x20, 0x7f, or a Unicode control, bidirectional or line separator.
bool HasControlCharacters(std::string_view text);

// The candidate with the smallest edit distance to `word`, capitals aside, or "" where none is near (distance > 1 + size/3).
std::string_view NearestWord(std::string_view word, std::span<const std::string_view> candidates);

// "12.4 GB", "512 KiB"-style sizes: decimal units, three significant digits.
std::string HumanBytes(std::uint64_t bytes);

std::string_view Trim(std::string_view text);
bool StartsWith(std::string_view text, std::string_view prefix);
bool EndsWith(std::string_view text, std::string_view suffix);
bool Contains(std::string_view text, std::string_view part);

}  // namespace fuseo1
