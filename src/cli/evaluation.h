// What the evaluation commands share: their input and output, and options that they all have. Main
// thread.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/process.h"
#include "eval/commands/command_io.h"

namespace fuseo1 {

// The real file system, standard output, progress on standard error unless quiet, and the stop
// flag.
CommandIo ProgramIo(const CommonOptions& common, const StopScope& stop);

// A number from low to high; "nan" is none.
CLI::Validator NumberFrom(double low, double high);

struct JudgeFlags {
  double time_limit_s = 0;
  std::optional<std::string> memory_limit;
  int threads = 0;
};

void AddJudgeFlags(CLI::App& command, JudgeFlags& flags);

// The bytes of --memory-limit, 0 where it was not given. kUsage.
Result<std::uint64_t> MemoryLimitOf(const JudgeFlags& flags);

}  // namespace fuseo1
