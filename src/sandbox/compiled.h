// Our own Python texts as an interpreter has compiled them: compiling the driver anew in every
// sandbox takes as long as a small program. Only what a sandbox answers before any program is in it
// may be kept. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

// Empty where nothing is kept.
std::string CompiledText(const std::string& interpreter, std::string_view text);
void KeepCompiledText(const std::string& interpreter, std::string_view text,
                      const std::string& compiled);

}  // namespace fuseo1
