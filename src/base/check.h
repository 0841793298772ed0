// FUSEO1_CHECK: an invariant of our own code. If a file, config, network reply or model output can fire
// one, that is a security bug. Ends the process with exit code 70 after one line on stderr.
#pragma once

namespace fuseo1 {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace fuseo1

#define FUSEO1_CHECK(condition)                                        \
  do {                                                                 \
    if (!(condition)) {                                                \
      ::fuseo1::CheckFailed(__FILE__, __LINE__, #condition);           \
    }                                                                  \
  } while (false)
