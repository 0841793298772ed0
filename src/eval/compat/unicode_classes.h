// Character classes of the published graders, whose patterns work on Unicode text: what a word
// character, a decimal digit and white space are there. Tables, no locale. Pure; any thread.
#pragma once

namespace fuseo1 {

bool IsUnicodeAlphanumeric(char32_t c);

// 0..9 for a decimal digit of any script, -1 for anything else.
int UnicodeDigitValue(char32_t c);

bool IsUnicodeSpace(char32_t c);

// A letter, number or underscore: what \w means on Unicode text.
inline bool IsUnicodeWord(char32_t c) { return c == U'_' || IsUnicodeAlphanumeric(c); }

// One-to-one case mapping of Latin, Greek, Cyrillic and full-width letters; others map to
// themselves.
char32_t UnicodeLower(char32_t c);
char32_t UnicodeUpper(char32_t c);

}  // namespace fuseo1
