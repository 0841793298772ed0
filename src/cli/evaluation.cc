#include "cli/evaluation.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/console.h"
#include "cli/sizes.h"
#include "cli/version.h"

namespace fuseo1 {

CommandIo ProgramIo(const CommonOptions& common, const StopScope& stop) {
  CommandIo io{PosixFileSystem(), WriteOut, {}, stop.stop(), kVersion};
  if (!common.quiet) {
    io.progress = [](std::string_view line) { WriteErr(std::string(line) + "\n"); };
  }
  return io;
}

CLI::Validator NumberFrom(double low, double high) {
  const auto check = [low, high](const std::string& text) {
    double value = 0;
    const bool inside = CLI::detail::lexical_cast(text, value) && value >= low && value <= high;
    return inside ? std::string()
                  : fmt::format("{} is no number from {} to {}", Quoted(text, 40), low, high);
  };
  return CLI::Validator(check, fmt::format("{} to {}", low, high));
}

void AddJudgeFlags(CLI::App& command, JudgeFlags& flags) {
  command
      .add_option("--time-limit", flags.time_limit_s,
                  "Processor time of one test of a program (default 6)")
      ->type_name("SECONDS")
      ->check(NumberFrom(0.1, 600.0));
  command.add_option("--memory-limit", flags.memory_limit, "Memory of a program (default 4GiB)")
      ->type_name("SIZE");
  command.add_option("--threads", flags.threads, "Threads that grade (default: one for each core)")
      ->check(CLI::Range(1, 256));
}

Result<std::uint64_t> MemoryLimitOf(const JudgeFlags& flags) {
  return flags.memory_limit.has_value() ? ParseMemorySize(*flags.memory_limit)
                                        : Result<std::uint64_t>(std::uint64_t{0});
}

}  // namespace fuseo1
