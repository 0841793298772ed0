#include "cli/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "cli/sizes.h"
#include "plan/merge_config.h"

namespace fuseo1 {
namespace {

// Universal newlines: CR LF and lone CR become LF.
std::string WithLineFeeds(const std::string& text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      clean += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      clean += '\n';
    }
  }
  return clean;
}

Result<std::string> ReadConfig(FileSystem& fs, const std::string& path) {
  FUSEO1_TRY(const FileInfo info, fs.Info(path));
  if (info.kind == FileKind::kMissing) {
    return UsageError(
        fmt::format("{}: no such file; CONFIG is the YAML file of a merge", Quoted(path)));
  }
  if (info.kind == FileKind::kDirectory) {
    return InputError(
        fmt::format("{}: a directory; CONFIG is the YAML file of a merge", Quoted(path)));
  }
  FUSEO1_TRY(const std::string text, ReadWholeFile(fs, path, kMaxYamlBytes));
  return WithLineFeeds(text);
}

}  // namespace

void AddPlanningOptions(CLI::App& command, PlanningOptions& options) {
  command
      .add_option("--numerics", options.numerics,
                  "exact: one rounding at the end; torch: round as mergekit's tensors do")
      ->type_name("exact|torch")
      ->capture_default_str();
  command
      .add_option("--sce-variant", options.sce_variant,
                  "Which SCE runs, whatever the config says (docs/configs.md)")
      ->type_name("fuseo1|mergekit|paper");
  command
      .add_option("--out-shard-size", options.shard_size,
                  "Bytes of a shard: 5B is five billion; also 500M, 2GiB; 0: one shard")
      ->type_name("SIZE")
      ->capture_default_str();
  command.add_option("--random-seed", options.random_seed, "Seed of the randomised methods")
      ->type_name("INT");
  command
      .add_option("--transformers-cache", options.cache_dir,
                  "The Hugging Face cache to look in, instead of HF_HOME's")
      ->type_name("PATH");
  command.add_flag("--allow-crimes,!--no-allow-crimes", options.allow_crimes,
                   "Merge models of different architectures");
  command.add_flag("--unsafe-truncate-embeddings,!--no-unsafe-truncate-embeddings",
                   options.unsafe_truncate_embeddings,
                   "Cut embeddings of different vocabularies to the smallest");
}

Result<PlanOptions> PlanOptionsFrom(const PlanningOptions& options) {
  PlanOptions plan;
  if (options.numerics != "exact" && options.numerics != "torch") {
    return UsageError(
        fmt::format("--numerics: {} is neither exact nor torch", Quoted(options.numerics)));
  }
  plan.numerics = options.numerics == "torch" ? Numerics::kTorch : Numerics::kExact;
  if (!options.sce_variant.empty() && options.sce_variant != "fuseo1" &&
      options.sce_variant != "mergekit" && options.sce_variant != "paper") {
    return UsageError(fmt::format("--sce-variant: {} is none of fuseo1, mergekit and paper",
                                  Quoted(options.sce_variant)));
  }
  plan.sce_variant = options.sce_variant;
  plan.default_sce_variant = options.as_mergekit ? "mergekit" : "fuseo1";
  plan.allow_crimes = options.allow_crimes;
  plan.unsafe_truncate_embeddings = options.unsafe_truncate_embeddings;
  Result<std::uint64_t> shard_bytes = ParseShardSize(options.shard_size);
  if (!shard_bytes.ok()) {
    return std::move(shard_bytes).TakeError().In("--out-shard-size");
  }
  plan.shard_bytes = *shard_bytes;
  if (!options.random_seed.empty()) {
    const std::string& text = options.random_seed;
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc() || end != text.data() + text.size()) {
      return UsageError(
          fmt::format("--random-seed: {} is no whole number from 0 to 2^64 - 1", Quoted(text)));
    }
    plan.random_seed = seed;
  }
  plan.cache_dir = options.cache_dir;
  return plan;
}

Result<MergePlan> PlanFromOptions(FileSystem& fs, const PlanningOptions& options,
                                  const PlanOptions& plan_options) {
  FUSEO1_TRY(std::string text, ReadConfig(fs, options.config_path));
  FUSEO1_TRY(MergeConfig config,
             ParseMergeConfig(text, options.config_path,
                              {.unknown_keys_are_errors = !options.as_mergekit}));
  return BuildPlan(fs, std::move(config), std::move(text), plan_options);
}

std::vector<std::string> AllWarnings(const MergePlan& plan) {
  std::vector<std::string> all;
  const auto add = [&all](const std::vector<std::string>& some) {
    for (const std::string& line : some) {
      if (std::find(all.begin(), all.end(), line) == all.end()) {
        all.push_back(line);
      }
    }
  };
  add(plan.config.warnings);
  add(plan.warnings);
  for (const Checkpoint& model : plan.models) {
    add(model.warnings);
  }
  return all;
}

}  // namespace fuseo1
