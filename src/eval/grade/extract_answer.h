// The answer a response gives, as strict grading reads it: never a free-floating number. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

// Reasoning is no answer (extract/reasoning.h). Of the rest: the last balanced \boxed{...} or
// \fbox{...}, else what follows the last "answer is", "Answer:", "答案是" or "答案：" that an
// answer follows, to the end of its sentence or a remark on it ("because ..."); else nothing.
// Linear in the response.
std::optional<std::string> ExtractAnswer(std::string_view response);

}  // namespace fuseo1
