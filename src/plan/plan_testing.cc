#include "plan/plan_testing.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/check.h"
#include "base/text.h"
#include "io/testing.h"

namespace fuseo1::testing {

void WriteHollowModel(const std::string& directory, const std::vector<HollowTensor>& tensors,
                      std::string_view config, std::size_t shards) {
  std::vector<std::vector<TensorSpec>> specs(shards);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    specs[i * shards / tensors.size()].push_back(
        {tensors[i].name, tensors[i].dtype, tensors[i].shape});
  }
  Json index = Json::object();
  for (std::size_t i = 0; i < shards; ++i) {
    const SafetensorsLayout layout = LayOutSafetensors(specs[i]);
    const std::string name = shards == 1
                                 ? "model.safetensors"
                                 : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards);
    WriteText(directory + "/" + name, SafetensorsHeaderText(specs[i]));
    std::filesystem::resize_file(directory + "/" + name, layout.file_bytes);
    for (const TensorSpec& spec : shards > 1 ? specs[i] : std::vector<TensorSpec>()) {
      index["weight_map"][spec.name] = name;
    }
  }
  if (shards > 1) {
    WriteText(directory + "/model.safetensors.index.json", DumpJson(index));
  }
  if (!config.empty()) {
    WriteText(directory + "/config.json", config);
  }
}

std::vector<HollowTensor> QwenTensors(const QwenShape& s) {
  std::vector<HollowTensor> tensors = {{"model.embed_tokens.weight", {s.vocabulary, s.hidden}}};
  for (std::int64_t i = 0; i < s.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    const auto add = [&](const char* name, std::vector<std::uint64_t> shape) {
      tensors.push_back({layer + name, std::move(shape)});
    };
    add("input_layernorm.weight", {s.hidden});
    add("mlp.down_proj.weight", {s.hidden, s.feed_forward});
    add("mlp.gate_proj.weight", {s.feed_forward, s.hidden});
    add("mlp.up_proj.weight", {s.feed_forward, s.hidden});
    add("post_attention_layernorm.weight", {s.hidden});
    add("self_attn.k_proj.bias", {s.key_value});
    add("self_attn.k_proj.weight", {s.key_value, s.hidden});
    add("self_attn.o_proj.weight", {s.hidden, s.hidden});
    add("self_attn.q_proj.bias", {s.hidden});
    add("self_attn.q_proj.weight", {s.hidden, s.hidden});
    add("self_attn.v_proj.bias", {s.key_value});
    add("self_attn.v_proj.weight", {s.key_value, s.hidden});
  }
  tensors.push_back({"model.norm.weight", {s.hidden}});
  if (!s.is_tied) {
    tensors.push_back({"lm_head.weight", {s.vocabulary, s.hidden}});
  }
  return tensors;
}

std::string QwenConfig(const QwenShape& s) {
  return fmt::format(
      R"({{"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": {},)"
      R"( "num_hidden_layers": {}, "vocab_size": {}, "max_window_layers": {},)"
      R"( "tie_word_embeddings": {}, "torch_dtype": "bfloat16"}})",
      s.hidden, s.layers, s.vocabulary, s.layers, s.is_tied);
}

Result<MergePlan> PlanOf(std::string_view config, const PlanOptions& options) {
  FUSEO1_TRY(MergeConfig parsed, ParseMergeConfig(config, "c.yml", {}));
  return BuildPlan(PosixFileSystem(), std::move(parsed), std::string(config), options);
}

const TensorJob* FindJob(const MergePlan& plan, std::string_view name) {
  for (const TensorJob& job : plan.jobs) {
    if (job.name == name) {
      return &job;
    }
  }
  return nullptr;
}

bool HasWarning(const MergePlan& plan, std::string_view words) {
  for (const std::string& warning : plan.warnings) {
    if (Contains(warning, words)) {
      return true;
    }
  }
  return false;
}

}  // namespace fuseo1::testing
