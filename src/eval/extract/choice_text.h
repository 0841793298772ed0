// The characters of a text that names an option: a letter that stands alone, the markup around it,
// the option's own text. Pure; any thread; linear.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fuseo1 {

// Full-width letters and punctuation, ideographic marks, blanks and quotation marks as ASCII.
std::string PlainForms(std::string_view utf8);

// Past what may stand before a letter without meaning: blanks (line breaks where `newlines`),
// opening brackets, quotes, emphasis, font, size and colour commands, tags, boxes.
std::size_t SkipMarkup(std::string_view text, std::size_t at, bool newlines);

// Past what may close it again, and blanks.
std::size_t SkipClosing(std::string_view text, std::size_t at);

// Whether the byte at `at` is a Latin letter and no part of a word, a name or a formula: not in
// "B12", "C++", "D-glucose", "x_B". Chinese is written without blanks: beside it a letter is alone.
bool LetterAt(std::string_view text, std::size_t at);

// The index of the option that a letter of either case names, or npos.
std::size_t OptionOf(char c, std::size_t options);

// The bytes of "option", "the letter", "choice" and their Chinese words at the front, or 0.
std::size_t NounLength(std::string_view text);

// The bytes of what may announce a letter in a box ("the correct answer is", "Final answer:"), or
// 0.
std::size_t LeadLength(std::string_view text);

// Whether `text` is the option's text: letters, digits, dots and signs alone count, not the fonts.
// False for an option without any.
bool IsOption(std::string_view text, std::string_view option);

// The bytes of the option's text at the front, with what may stand between it and its letter, or 0.
std::size_t OptionLength(std::string_view text, std::string_view option);

}  // namespace fuseo1
