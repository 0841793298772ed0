#include "base/json_writer.h"
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

Json Tensor(const TensorJob& job, const TensorOutcome& outcome) {
  Json tensor = {{"name", job.name.view()},
                 {"dtype", DTypeName(job.dtype)},
                 {"shape", job.shape},
                 {"shard", job.shard},
                 {"offset", job.offset},
                 {"bytes", job.Bytes()},
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
  if (!outcome.notes.texts().empty()) {
    tensor["notes"] = outcome.notes.texts();
  }
  return tensor;
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

void WriteManifest(const MergePlan& plan, const MergeReport& report,
                   const std::vector<ManifestSideFile>& side_files,
                   const std::string& program_version, const Json& plan_options,
                   const TextSink& sink) {
  Json shards = Json::array();
  for (const OutputShard& shard : plan.shards) {
    shards.push_back({{"name", shard.name},
                      {"bytes", shard.bytes},
                      {"header_xxh3_128", shard.header_hash.Hex()}});
  }
  Json files = Json::array();
  for (const ManifestSideFile& file : side_files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"xxh3_128", file.hash.Hex()}});
  }
  JsonWriter manifest(sink);
  manifest.Add("format", "fuseo1-manifest");
  manifest.Add("format_version", 1);
  manifest.Add("program", Json{{"name", "fuseo1"}, {"version", program_version}});
  manifest.Add("recipe", Json{{"merge_method", plan.method->name},
                              {"variant", plan.variant},
                              {"seed", plan.seed},
                              {"plan_options", plan_options},
                              {"config", plan.config_text}});
  manifest.Add("inputs", Inputs(plan));
  manifest.Add("shards", shards);
  manifest.BeginList("tensors");
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    manifest.Add(Tensor(plan.jobs[i], report.tensors[i]));
  }
  manifest.End();
  manifest.BeginList("unused_tensors");
  for (const UnusedTensor& tensor : plan.unused) {
    manifest.Add(Json{{"model", plan.models[static_cast<std::size_t>(tensor.model)].ref.Text()},
                      {"name", tensor.name.view()},
                      {"reason", tensor.reason.view()}});
  }
  manifest.End();
  manifest.Add("side_files", files);
  manifest.Add("warnings", plan.warnings);
  manifest.End();
}

}  // namespace fuseo1
