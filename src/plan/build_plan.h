// From a config and checkpoint headers to a MergePlan. Reads headers only; one thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "plan/merge_config.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

struct PlanOptions {
  Numerics numerics = Numerics::kExact;
  std::string sce_variant = {};  // overrides the config; empty: config, then default_sce_variant
  std::string default_sce_variant = "fuseo1";
  bool allow_crimes = false;
  bool unsafe_truncate_embeddings = false;
  std::uint64_t shard_bytes = 5'000'000'000;  // 0: one shard
  std::optional<std::uint64_t> random_seed = {};
  std::string cache_dir = {};  // overrides the Hugging Face cache
};

Result<MergePlan> BuildPlan(FileSystem& fs, MergeConfig config, std::string config_text,
                            const PlanOptions& options);

}  // namespace fuseo1
