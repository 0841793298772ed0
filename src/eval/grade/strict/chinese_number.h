// Chinese numerals: 三百零五, 二〇二四, 一点五, 三分之二, 百分之四十, 三又二分之一. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fuseo1 {

// Reads the number at the start of `text` (UTF-8). Returns the bytes it takes and sets *latex to
// it in digits; 0 where the text starts with no well-formed number below 10^16.
std::size_t ReadChineseNumber(std::string_view text, std::string* latex);

}  // namespace fuseo1
