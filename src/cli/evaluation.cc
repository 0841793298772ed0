#include "cli/evaluation.h"

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

void AddJudgeFlags(CLI::App& command, JudgeFlags& flags) {
  command
      .add_option("--time-limit", flags.time_limit_s,
                  "Processor time of one test of a program (default 6)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 600.0));
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
