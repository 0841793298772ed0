// The program in a model's answer. Pure; any thread; linear in the answer.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

// The last closed fenced block tagged python (python3, py), else the last closed block, else "".
// Text after the last </think> is looked at first. A block that is never closed hides no closed
// one.
std::string ExtractCode(std::string_view response);

// LiveCodeBench's rule (eval-spec 5.3): the lines between the last two lines with three backticks.
std::string ExtractCodeLcb(std::string_view response);

}  // namespace fuseo1
