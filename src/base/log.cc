#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

namespace fuseo1 {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kWarning};

// One write: lines of several threads do not mix, and a closed stderr harms nobody.
void Write(std::string_view prefix, std::string_view line) {
  std::string text;
  text.reserve(prefix.size() + line.size() + 1);
  text.append(prefix).append(line).push_back('\n');
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void SetLogLevel(LogLevel level) { g_level = level; }
LogLevel GetLogLevel() { return g_level; }

void LogWarning(std::string_view line) {
  if (GetLogLevel() >= LogLevel::kWarning) {
    Write("warning: ", line);
  }
}

void LogInfo(std::string_view line) {
  if (GetLogLevel() >= LogLevel::kInfo) {
    Write("", line);
  }
}

void LogDebug(std::string_view line) {
  if (GetLogLevel() >= LogLevel::kDebug) {
    Write("debug: ", line);
  }
}

}  // namespace fuseo1
