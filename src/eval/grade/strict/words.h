// English words that mean numbers, and words that mark an answer as prose or as program text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eval/grade/strict/exact.h"

namespace fuseo1 {

bool IsNumberWord(std::string_view word);  // "five", "hundred"; any case
bool IsScaleWord(std::string_view word,
                 Rational* scale);  // "million": multiplies the number before it

// 2 for "half", 3 for "third" ("thirds" where plural), ...; 0 for other words.
std::int64_t FractionWord(std::string_view word, bool plural);

// 1 for "first" to 12 for "twelfth"; 0 for other words.
std::int64_t OrdinalWord(std::string_view word);

// The value of a run of number words: {"two", "hundred", "and", "four"} is 204. False where the run
// is no well-formed number ("two three").
bool NumberFromWords(const std::vector<std::string>& words, Rational* value);

std::string ToLowerAscii(std::string_view text);

}  // namespace fuseo1
