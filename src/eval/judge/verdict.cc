#include "eval/judge/verdict.h"

#include <signal.h>
#include <sys/wait.h>

#include <string_view>

#include "base/text.h"

namespace fuseo1 {
namespace {

std::string_view LastLine(std::string_view text) {
  text = Trim(text);
  const std::size_t at = text.rfind('\n');
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

// An uncaught MemoryError, or one of numpy's: the last line is "MemoryError" or "….…MemoryError:
// why".
bool EndsInMemoryError(std::string_view errors) {
  const std::string_view line = LastLine(errors);
  return EndsWith(Trim(line.substr(0, line.find(':'))), "MemoryError");
}

std::string Seconds(std::uint64_t us) {
  const std::uint64_t ms = us / 1000;
  std::string text = std::to_string(ms / 1000) + ".";
  for (std::uint64_t unit = 100; unit > 0; unit /= 10) text += std::to_string(ms / unit % 10);
  return text + " s";
}

}  // namespace

TestVerdict VerdictOfEnd(const RunOutcome& outcome, double time_limit_s,
                         std::uint64_t memory_limit_bytes) {
  TestVerdict verdict{.cpu_us = outcome.cpu_us,
                      .wall_us = outcome.wall_us,
                      .peak_memory_bytes = outcome.peak_memory_bytes};
  const auto say = [&verdict](CodeVerdict code, std::string reason) {
    verdict.verdict = code;
    verdict.reason = std::move(reason);
    return verdict;
  };
  const bool over_time = static_cast<double>(outcome.cpu_us) > time_limit_s * 1e6;
  switch (outcome.end) {
    case RunEnd::kOutputLimit:
      return say(CodeVerdict::kWrong, "wrote more output than the limit");
    case RunEnd::kWallLimit:
      return say(CodeVerdict::kTime, "still ran after " + Seconds(outcome.wall_us));
    case RunEnd::kOutOfMemory:
      return say(CodeVerdict::kMemory, "its processes used more memory than the limit");
    case RunEnd::kLost:
      return say(CodeVerdict::kRuntime, "the program ended its own sandbox");
    case RunEnd::kExited:
      break;
  }
  const int status = outcome.wait_status;
  if (over_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
    return say(CodeVerdict::kTime, "used " + Seconds(outcome.cpu_us) + " of processor time");
  }
  if (WIFSIGNALED(status)) {
    const bool full = outcome.peak_memory_bytes > memory_limit_bytes / 10 * 9;
    return say(full ? CodeVerdict::kMemory : CodeVerdict::kRuntime,
               std::string("ended by signal ") + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    const bool memory = EndsInMemoryError(outcome.err_tail);
    const std::string_view last = LastLine(outcome.err_tail);
    return say(
        memory ? CodeVerdict::kMemory : CodeVerdict::kRuntime,
        last.empty() ? "exit status " + std::to_string(WEXITSTATUS(status)) : Printable(last, 200));
  }
  return say(CodeVerdict::kAccepted, "");
}

}  // namespace fuseo1
