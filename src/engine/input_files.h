// The open input files of a plan, and positional reads from them. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

class InputFiles {
 public:
  // Opens every file that the plan reads. kInput where one is no longer what the plan saw.
  static Result<InputFiles> Open(FileSystem& fs, const MergePlan& plan);

  const File& Of(const JobInput& input) const { return *files_[input.model][input.file]; }
  // Again at the end: a file that changed while it was read spoils the merge.
  Status CheckUnchanged() const;

 private:
  explicit InputFiles(const MergePlan& plan) : plan_(&plan) {}

  const MergePlan* plan_;
  std::vector<std::vector<std::unique_ptr<File>>> files_;  // [model][file]
};

}  // namespace fuseo1
