// Lines for people, on stderr. Thread-safe: each call writes one whole line. Text from outside passes through
// Quoted() or Printable() first; a line never holds a control character.
#pragma once

#include <string_view>

namespace fuseo1 {

enum class LogLevel { kQuiet, kWarning, kInfo, kDebug };

void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();

void LogWarning(std::string_view line);  // "warning: …"; hidden by kQuiet
void LogInfo(std::string_view line);     // shown from kInfo on
void LogDebug(std::string_view line);

}  // namespace fuseo1
