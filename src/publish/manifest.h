// fuseo1.json, the manifest of a merged checkpoint: the recipe, what went in, and the hash of
// everything that came out. Written last beside the tensors; read by `fuseo1 verify`. Nothing in it
// depends on when, where or how fast the merge ran. docs/formats.md. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/run_merge.h"
#include "plan/build_plan.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

inline constexpr std::string_view kManifestName = "fuseo1.json";
inline constexpr std::uint64_t kMaxManifestBytes = 1024ULL * 1024 * 1024;

struct ManifestSideFile {
  std::string name;
  std::uint64_t bytes = 0;
  Hash128 hash;
};

void WriteManifest(const MergePlan& plan, const MergeReport& report,
                   const std::vector<ManifestSideFile>& side_files,
                   const std::string& program_version, const Json& plan_options,
                   const TextSink& sink);

// PlanOptions as the manifest holds them, and back. kInput for anything else.
Json PlanOptionsToJson(const PlanOptions& options, bool unknown_keys_are_errors);

struct ManifestTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::uint64_t> shape;
  int shard = 0;  // index of Manifest::shards
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  Hash128 hash;
};

struct ManifestShard {
  std::string name;
  std::uint64_t bytes = 0;
  Hash128 header_hash;
};

struct ManifestInputFile {
  std::string name;
  std::uint64_t bytes = 0;
  Hash128 header_hash;
};

struct ManifestInput {
  std::string model;  // as the config names it
  std::vector<ManifestInputFile> files;
};

struct Manifest {
  std::string program_version;
  std::string config_text;
  PlanOptions plan_options;
  bool unknown_keys_are_errors = true;
  std::vector<ManifestInput> inputs;
  std::vector<ManifestShard> shards;
  std::vector<ManifestTensor> tensors;
  std::vector<ManifestSideFile> side_files;
};

// Errors: kInput with the key that is missing or of the wrong kind.
Result<Manifest> ParseManifest(std::string_view text);

}  // namespace fuseo1
