// The answer a response gives, as strict grading reads it: never a free-floating number. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

// Reasoning (up to the last </think> or <|end_of_thought|>, or after an opening mark that never
// closes) is no answer. Of the rest: the last balanced \boxed{...} or \fbox{...}, else what follows
// the last "answer is", "Answer:", "答案是" or "答案：" that an answer follows, to the end of its
// sentence or a remark on it ("because ..."); else nothing. Linear in the response.
std::optional<std::string> ExtractAnswer(std::string_view response);

// The part of a response after its reasoning, as above.
std::string_view WithoutReasoning(std::string_view response);

}  // namespace fuseo1
