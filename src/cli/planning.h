// The options that decide a plan, shared by the commands that make one, and the way from CONFIG to
// a plan. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "plan/build_plan.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// As the command line has them; checked by PlanOptionsFrom.
struct PlanningOptions {
  std::string config_path;
  std::string numerics = "exact";
  std::string sce_variant;
  std::string shard_size = "5B";
  std::string random_seed;
  std::string cache_dir;
  bool allow_crimes = false;
  bool unsafe_truncate_embeddings = false;
  bool as_mergekit = false;  // the defaults of mergekit-yaml
};

void AddPlanningOptions(CLI::App& command, PlanningOptions& options);

// Errors: kUsage with the option's name.
Result<PlanOptions> PlanOptionsFrom(const PlanningOptions& options);

// Reads CONFIG, parses it and plans. Errors as ParseMergeConfig and BuildPlan give them.
Result<MergePlan> PlanFromOptions(FileSystem& fs, const PlanningOptions& options,
                                  const PlanOptions& plan_options);

// Every warning that a plan and its config carry, once each.
std::vector<std::string> AllWarnings(const MergePlan& plan);

}  // namespace fuseo1
