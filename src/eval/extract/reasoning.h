// The part of a response that answers: what stands after the reasoning block. Pure; any thread;
// linear.
#pragma once

#include <string_view>

namespace fuseo1 {

// The text after the last `</think>` or `<|end_of_thought|>`, up to a reasoning block that opens
// and never closes, and up to the mark that ends a model's turn (`<|im_end|>` and its like), where
// an engine kept it. A response that is nothing but reasoning has no answer: empty.
std::string_view AnswerPart(std::string_view response);

}  // namespace fuseo1
