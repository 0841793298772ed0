// The part of a response that answers: what stands after the reasoning block. Pure; any thread;
// linear.
#pragma once

#include <string_view>

namespace fuseo1 {

// The text after the last `</think>` or `<|end_of_thought|>`. A response that opens a reasoning
// block and never closes it has no answer: empty. Otherwise the whole text.
std::string_view AnswerPart(std::string_view response);

}  // namespace fuseo1
