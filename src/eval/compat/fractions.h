// Single rewriting steps of the published normalisers on roots, fractions and integers. Pure; any
// thread.
#pragma once

#include "eval/compat/runes.h"

namespace fuseo1 {

// \sqrt directly followed by word characters: these get braces (\sqrt3x -> \sqrt{3x}).
Runes BraceRoots(RuneView text);

// \frac12 -> \frac{1}{2}; the whole text unchanged where a \frac has fewer than two characters
// after it.
Runes BraceFractions(RuneView text);

// a/b -> \frac{a}{b} where the text holds one slash between integers in canonical form or roots.
Runes SlashToFraction(RuneView text);

// \text{word} with one number word inside becomes its number (second normaliser).
Runes SingleWordNumbers(RuneView text);

// A backslash directly before an integer and a trailing `thgrade` go (second normaliser).
Runes BareIntegers(RuneView text);

// A plain comma list of integers in ascending order; anything else unchanged (second normaliser).
Runes SortIntegerList(RuneView text);

}  // namespace fuseo1
