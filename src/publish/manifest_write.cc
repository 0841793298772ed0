#include "publish/manifest.h"

namespace fuseo1 {
namespace {

// Models are named as the config names them; a file by its basename: the manifest is published.
Json Inputs(const MergePlan& plan) {
  Json inputs = Json::array();
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    const Checkpoint& model = plan.models[i];
    Json files = Json::array();
    for (const CheckpointFile& file : model.files) {
      files.push_back({{"name", file.path.substr(file.path.find_last_of('/') + 1)},
                       {"bytes", file.info.bytes},
                       {"header_xxh3_128", file.header_hash.Hex()}});
    }
    inputs.push_back({{"model", model.ref.Text()},
                      {"base", static_cast<int>(i) == plan.base_model},
                      {"tensors", model.tensors.size()},
                      {"files", std::move(files)}});
  }
  return inputs;
}

Json Tensors(const MergePlan& plan, const MergeReport& report) {
  Json tensors = Json::array();
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    const TensorJob& job = plan.jobs[i];
    const TensorOutcome& outcome = report.tensors[i];
    Json tensor = {{"name", job.name},
                   {"dtype", DTypeName(job.dtype)},
                   {"shape", job.shape},
                   {"shard", job.shard},
                   {"offset", job.offset},
                   {"bytes", job.bytes},
                   {"xxh3_128", outcome.hash.Hex()}};
    if (job.fate == TensorFate::kCopy) {
      tensor["copied"] = true;
    }
    if (outcome.nan_in + outcome.inf_in + outcome.nan_out + outcome.inf_out > 0) {
      tensor["nonfinite"] = {{"nan_in", outcome.nan_in},
                             {"inf_in", outcome.inf_in},
                             {"nan_out", outcome.nan_out},
                             {"inf_out", outcome.inf_out}};
    }
    if (!outcome.notes.empty()) {
      tensor["notes"] = outcome.notes;
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace

Json PlanOptionsToJson(const PlanOptions& options, bool unknown_keys_are_errors) {
  Json json = {{"numerics", options.numerics == Numerics::kTorch ? "torch" : "exact"},
               {"sce_variant", options.sce_variant},
               {"default_sce_variant", options.default_sce_variant},
               {"allow_crimes", options.allow_crimes},
               {"unsafe_truncate_embeddings", options.unsafe_truncate_embeddings},
               {"shard_bytes", options.shard_bytes},
               {"unknown_keys_are_errors", unknown_keys_are_errors}};
  if (options.random_seed) {
    json["random_seed"] = *options.random_seed;
  }
  return json;
}

Json BuildManifest(const MergePlan& plan, const MergeReport& report,
                   const std::vector<ManifestSideFile>& side_files,
                   const std::string& program_version, const Json& plan_options) {
  Json shards = Json::array();
  for (const OutputShard& shard : plan.shards) {
    shards.push_back({{"name", shard.name},
                      {"bytes", shard.bytes},
                      {"header_xxh3_128", HashText(shard.header).Hex()}});
  }
  Json unused = Json::array();
  for (const UnusedTensor& tensor : plan.unused) {
    unused.push_back({{"model", plan.models[static_cast<std::size_t>(tensor.model)].ref.Text()},
                      {"name", tensor.name},
                      {"reason", tensor.reason}});
  }
  Json files = Json::array();
  for (const ManifestSideFile& file : side_files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"xxh3_128", file.hash.Hex()}});
  }
  Json recipe = {{"merge_method", plan.method->name},
                 {"variant", plan.variant},
                 {"seed", plan.seed},
                 {"plan_options", plan_options},
                 {"config", plan.config_text}};
  return {{"format", "fuseo1-manifest"},
          {"format_version", 1},
          {"program", {{"name", "fuseo1"}, {"version", program_version}}},
          {"recipe", std::move(recipe)},
          {"inputs", Inputs(plan)},
          {"shards", std::move(shards)},
          {"tensors", Tensors(plan, report)},
          {"unused_tensors", std::move(unused)},
          {"side_files", std::move(files)},
          {"warnings", plan.warnings}};
}

}  // namespace fuseo1
