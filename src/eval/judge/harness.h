// The Python texts that run beside a program inside the sandbox. Any thread.
#pragma once

#include <string>

#include "eval/judge/judge.h"

namespace fuseo1 {

// "" for kStdin: the program runs by itself.
const std::string& HarnessText(JudgeMode mode);

// The star imports that published LiveCodeBench numbers gave to every program, in one line.
std::string_view PreambleText();

}  // namespace fuseo1
