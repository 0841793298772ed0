// What stands around an answer and says nothing: HTML tags, emphasis marks, filler words, the
// phrases that announce it. Pure; any thread; linear.
#pragma once

#include <cstddef>
#include <string_view>

namespace fuseo1 {

// The bytes of an HTML tag of text (`<b>`, `</answer>`, `<br/>`) at the front, or 0.
std::size_t TagLength(std::string_view text);

// The bytes of a colon, ASCII or wide, that emphasis marks and blanks may precede, or 0.
std::size_t ColonLength(std::string_view text);

// The bytes of the words that may come between "is" and an answer without changing it
// ("therefore", "clearly,", "equal to"), blanks and emphasis marks included; 0 where there are
// none.
std::size_t FillersLength(std::string_view text);

// The bytes of `word` (lower case, blanks in it stand for any white space) at the front of `text`
// in any case, or 0 where it does not stand there or goes on as a longer word.
std::size_t WordLength(std::string_view text, std::string_view word);

enum class Anchors { kMaths, kChoice };

// The bytes of an anchored phrase at the front of `text`, with the fillers after it, or 0: "answer
// is", "Answer:", "答案是", "答案："; for choices also "the correct option is" and its like.
// `before` is the byte that precedes it, 0 at the beginning.
std::size_t AnchorLength(std::string_view text, char before, Anchors anchors);

}  // namespace fuseo1
