// Merges a share of a finished merge's tensors again and compares their hashes with the manifest's:
// proof that recipe, inputs and program still give these bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/run_merge.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"
#include "publish/manifest.h"

namespace fuseo1 {

// `share` of `count` tensors, at least one, drawn by `seed`; ascending. Pure.
std::vector<std::size_t> ChooseTensors(std::size_t count, double share, std::uint64_t seed);

// The part of a plan that makes `jobs` (indices of MergePlan::jobs) alone, laid out as one file.
MergePlan PlanPart(const MergePlan& plan, const std::vector<std::size_t>& jobs);

struct RecomputeReport {
  std::vector<std::string> damage;  // one sentence each
  std::size_t tensors = 0;
  std::uint64_t bytes = 0;
};

// `scratch_dir` exists and is empty; it is empty again afterwards. At most about 1 GiB is written
// there at a time, or the largest tensor.
Result<RecomputeReport> Recompute(FileSystem& fs, const MergePlan& plan, const Manifest& manifest,
                                  const std::vector<std::size_t>& chosen,
                                  const std::string& scratch_dir, const EngineOptions& options,
                                  const MergeHooks& hooks);

}  // namespace fuseo1
