// From run directories to what a report needs of them. Reading only; one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eval/store/run_store.h"
#include "report/report.h"

namespace fuseo1 {

struct LoadedRuns {
  std::vector<RunResult> runs;
  std::vector<std::unique_ptr<RunStore>> stores;  // of the runs, for the answers
  std::vector<std::string> notes;
};

struct LoadOptions {
  std::vector<std::string> directories;
  std::vector<std::string> names;       // instead of the models' names; none, or one for each run
  std::vector<std::string> benchmarks;  // only these; none: all
  std::string grader;                   // "": strict where it has verdicts, else the one that has
};

// Errors: kUsage for a directory that is no run, one given twice, or one without verdicts; kInput
// for damage.
Result<LoadedRuns> LoadRuns(FileSystem& fs, const LoadOptions& options);

}  // namespace fuseo1
