#include "plan/build_plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <set>

#include "io/testing.h"
#include "plan/plan_testing.h"

namespace fuseo1 {
namespace {

using testing::FindJob;
using testing::HasWarning;
using testing::HollowTensor;
using testing::PlanOf;
using testing::QwenConfig;
using testing::QwenShape;
using testing::QwenTensors;
using testing::TempDirectory;
using testing::WriteHollowModel;

constexpr std::string_view kPlainConfig = R"({"architectures": ["UnknownForCausalLM"]})";

class BuildPlanTest : public ::testing::Test {
 protected:
  void Write(std::string_view name, const std::vector<HollowTensor>& tensors,
             std::string_view config = kPlainConfig) {
    WriteHollowModel(folder_ / name, tensors, config);
  }
  void WriteQwen(std::string_view name, const QwenShape& shape = {}) {
    WriteHollowModel(folder_ / name, QwenTensors(shape), QwenConfig(shape));
  }
  // `models:` with a weight each.
  std::string Models(const std::vector<std::string>& names) const {
    std::string text = "models:\n";
    for (const std::string& name : names) {
      text += "  - model: " + (folder_ / name) + "\n    parameters: {weight: 0.5}\n";
    }
    return text;
  }
  std::string Linear(const std::vector<std::string>& names) const {
    return Models(names) + "merge_method: linear\n";
  }
  std::string Base(const std::string& name) const {
    return "base_model: " + (folder_ / name) + "\n";
  }
  void ExpectError(std::string_view config, ErrorCode code, const std::vector<std::string>& parts,
                   const PlanOptions& options = {}) {
    const auto plan = PlanOf(config, options);
    ASSERT_FALSE(plan.ok()) << config;
    EXPECT_EQ(plan.error().code(), code) << plan.error().message();
    for (const std::string& part : parts) {
      EXPECT_NE(plan.error().message().find(part), std::string::npos)
          << plan.error().message() << "\n  lacks " << part;
    }
  }
  MergePlan Good(std::string_view config, const PlanOptions& options = {}) {
    auto plan = PlanOf(config, options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message());
    return plan.ok() ? *std::move(plan) : MergePlan{};
  }

  TempDirectory folder_;
};

TEST_F(BuildPlanTest, MergesModelsByName) {
  WriteQwen("a");
  WriteQwen("b");
  const MergePlan plan = Good(Linear({"a", "b"}) + "dtype: float32\n");
  EXPECT_EQ(plan.jobs.size(), 2 * 12 + 3U);
  EXPECT_EQ(plan.shards.size(), 1U);
  EXPECT_EQ(plan.shards[0].name, "model.safetensors");
  const TensorJob* job = FindJob(plan, "model.layers.1.mlp.up_proj.weight");
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->dtype, DType::kF32);
  EXPECT_EQ(job->inputs.size(), 2U);
  EXPECT_EQ(job->inputs[1].model, 1);
  EXPECT_EQ(job->InputBytes(job->inputs[0]), 16 * 8 * 2U);
  EXPECT_EQ(job->Bytes(), 16 * 8 * 4U);
  EXPECT_EQ(job->params->Get("weight", 1), 0.5);
  EXPECT_TRUE(job->params->GetBool("normalize"));
  EXPECT_EQ(plan.output_config["torch_dtype"], "float32");
  EXPECT_EQ(plan.base_model, -1);
  EXPECT_TRUE(plan.unused.empty());
  std::set<const Params*> distinct;
  std::uint64_t end = plan.shards[0].header_bytes;
  for (const TensorJob& j : plan.jobs) {
    distinct.insert(j.params);
    end += j.Bytes();
  }
  EXPECT_EQ(distinct.size(), 1U);
  EXPECT_EQ(plan.shards[0].bytes, end);
  EXPECT_EQ(plan.output_bytes, end);
  // As mergekit executes: ascending strings.
  EXPECT_EQ(plan.jobs[0].name, "lm_head.weight");
  EXPECT_EQ(plan.jobs.back().name, "model.norm.weight");
}

TEST_F(BuildPlanTest, AppendsAnUnlistedBaseLast) {
  WriteQwen("a");
  WriteQwen("b");
  WriteQwen("base");
  const MergePlan plan =
      Good(Models({"a", "b"}) + Base("base") + "merge_method: task_arithmetic\n");
  EXPECT_EQ(plan.base_model, 2);
  const TensorJob& job = plan.jobs[0];
  EXPECT_EQ(job.base, 2);
  EXPECT_TRUE(job.base_configured);
  EXPECT_EQ(job.inputs.size(), 3U);
  EXPECT_FALSE(job.params->Has("weight", 2));
  const MergePlan listed =
      Good(Models({"base", "a"}) + Base("base") + "merge_method: task_arithmetic\n");
  EXPECT_EQ(listed.jobs[0].base, 0);
}

TEST_F(BuildPlanTest, ChecksWhatTheMethodNeeds) {
  for (const char* name : {"a", "b", "c"}) {
    WriteQwen(name);
  }
  ExpectError(Models({"a", "b"}) + "merge_method: ties\n", ErrorCode::kUsage,
              {"requires a base input", "default.slices[0]"});
  ExpectError(Models({"a", "b", "c"}) + Base("a") + "merge_method: slerp\nparameters: {t: 0.5}\n",
              ErrorCode::kUsage, {"requires exactly 2 inputs for default.slices[0]; got 3"});
  ExpectError(Models({"a", "b"}) + Base("a") + "merge_method: slerp\n", ErrorCode::kUsage,
              {"Missing required parameter t for", "write 't: NUMBER'"});
  ExpectError(Models({"a", "b"}) + Base("c") + "merge_method: ties\nparameters: {density: .nan}\n",
              ErrorCode::kUsage, {"line ", "\"density\" is a share from 0 to 1"});
  ExpectError("models:\n  - model: " + (folder_ / "a") + "\n  - model: " + (folder_ / "b") +
                  "\n    parameters: {weight: 1}\nmerge_method: linear\n",
              ErrorCode::kUsage,
              {"line 2, column ", "Missing required parameter weight for", "/a.", "beside"});
  // An unlisted base is a model like any other to linear, and has no weight.
  ExpectError(Models({"a", "b"}) + Base("c") + "merge_method: linear\n", ErrorCode::kUsage,
              {"Missing required parameter weight for", "/c."});
  ExpectError(Models({"a"}) + Base("b") + "merge_method: passthrough\n", ErrorCode::kUsage,
              {"requires exactly 1 inputs", "got 2"});
}

TEST_F(BuildPlanTest, ChoosesTypes) {
  Write("bf", {{"x", {4}, DType::kBF16}, {"y", {4}, DType::kF16}});
  Write("f", {{"x", {4}, DType::kF16}, {"y", {4}, DType::kF16}});
  const std::string config = Linear({"bf", "f"});
  const MergePlan plan = Good(config);
  EXPECT_EQ(FindJob(plan, "x")->dtype, DType::kF32);
  EXPECT_EQ(FindJob(plan, "y")->dtype, DType::kF16);
  EXPECT_EQ(FindJob(Good(config + "dtype: bfloat16\n"), "y")->dtype, DType::kBF16);
  const MergePlan out = Good(config + "dtype: bfloat16\nout_dtype: float32\n");
  EXPECT_EQ(FindJob(out, "y")->dtype, DType::kF32);
  EXPECT_EQ(FindJob(out, "y")->torch_dtype, DType::kBF16);
}

TEST_F(BuildPlanTest, CopiesIntegersAndRefusesWhatCannotBeMerged) {
  Write("a", {{"ids", {4}, DType::kI64}, {"x", {4}}});
  Write("b", {{"ids", {4}, DType::kI64}, {"x", {4}}});
  const MergePlan plan = Good(Linear({"a", "b"}) + "dtype: float32\n");
  EXPECT_EQ(FindJob(plan, "ids")->fate, TensorFate::kCopy);
  EXPECT_EQ(FindJob(plan, "ids")->dtype, DType::kI64);
  EXPECT_EQ(FindJob(plan, "ids")->inputs.size(), 2U);
  Write("i32", {{"ids", {4}, DType::kI32}, {"x", {4}}});
  ExpectError(Linear({"a", "i32"}), ErrorCode::kInput, {"\"ids\"", "I64", "I32"});
  Write("f8", {{"ids", {4}, DType::kI64}, {"x", {4}, DType::kF8E4M3}});
  ExpectError(Linear({"a", "f8"}), ErrorCode::kInput, {"not supported", "\"x\"", "F8_E4M3"});
  Write("shape", {{"ids", {4}, DType::kI64}, {"x", {2, 2}}});
  ExpectError(Linear({"a", "shape"}), ErrorCode::kInput,
              {"Tensor size mismatch for \"x\"", "[4]", "[2, 2]"});
}

TEST_F(BuildPlanTest, NeverDropsATensor) {
  Write("a", {{"only_a", {4}}, {"x", {4}}});
  Write("b", {{"only_b", {4}}, {"two", {2}}, {"x", {4}}});
  Write("c", {{"two", {2}}, {"x", {4}}});
  const MergePlan plan = Good(Linear({"a", "b", "c"}));
  EXPECT_EQ(plan.jobs.size(), 4U);
  EXPECT_TRUE(HasWarning(plan, "only_a"));
  EXPECT_EQ(FindJob(plan, "two")->inputs.size(), 2U);
  EXPECT_TRUE(HasWarning(plan, "lacks it"));
  const MergePlan based = Good(Models({"b"}) + Base("a") + "merge_method: task_arithmetic\n");
  EXPECT_EQ(FindJob(based, "only_b")->fate, TensorFate::kCopy);
  EXPECT_EQ(FindJob(based, "only_a")->fate, TensorFate::kCopy);
  ExpectError(Models({"b", "c"}) + Base("a") + "merge_method: task_arithmetic\n", ErrorCode::kInput,
              {"\"two\"", "base model", "lacks it"});
}

TEST_F(BuildPlanTest, UsesTiedEmbeddingsForAMissingHead) {
  WriteQwen("untied");
  WriteQwen("tied", {.is_tied = true});
  const MergePlan plan = Good(Linear({"untied", "tied"}));
  const TensorJob* head = FindJob(plan, "lm_head.weight");
  ASSERT_NE(head, nullptr);
  ASSERT_EQ(head->inputs.size(), 2U);
  EXPECT_EQ(head->inputs[1].offset, FindJob(plan, "model.embed_tokens.weight")->inputs[1].offset);
  EXPECT_TRUE(HasWarning(plan, "tied"));
  WriteQwen("tied2", {.is_tied = true});
  EXPECT_EQ(FindJob(Good(Linear({"tied", "tied2"})), "lm_head.weight"), nullptr);
}

TEST_F(BuildPlanTest, RefusesAModelThatLacksARequiredTensor) {
  WriteQwen("a");
  auto tensors = QwenTensors({});
  tensors.erase(tensors.begin() + 3);
  WriteHollowModel(folder_ / "b", tensors, QwenConfig({}));
  ExpectError(Linear({"a", "b"}), ErrorCode::kInput,
              {"model.layers.0.mlp.gate_proj.weight", "required but not present", "/b"});
}

TEST_F(BuildPlanTest, BelievesFilesAndNotConfigs) {
  WriteQwen("a");
  const auto lie = [&](const std::string& name, const std::string& from, const std::string& to) {
    std::string config = QwenConfig({});
    config.replace(config.find(from), from.size(), to);
    WriteHollowModel(folder_ / name, QwenTensors({}), config);
    return Linear({"a", name});
  };
  ExpectError(lie("layers", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000000"),
              ErrorCode::kInput, {"/layers", "num_hidden_layers", "1000000000", "2"});
  ExpectError(lie("hidden", "\"hidden_size\": 8", "\"hidden_size\": 4096"), ErrorCode::kInput,
              {"hidden_size", "4096", "8"});
  ExpectError(lie("vocab", "\"vocab_size\": 32", "\"vocab_size\": 33"), ErrorCode::kInput,
              {"vocab_size", "33", "32"});
  EXPECT_TRUE(HasWarning(Good(lie("pad", "\"vocab_size\": 32", "\"vocab_size\": 30")), "padding"));
  WriteHollowModel(folder_ / "headless", QwenTensors({.is_tied = true}), QwenConfig({}));
  ExpectError(Linear({"a", "headless"}), ErrorCode::kInput, {"tie_word_embeddings", "lm_head"});
}

TEST_F(BuildPlanTest, RefusesModelsThatDoNotFitEachOther) {
  WriteQwen("a");
  WriteQwen("deep", {.layers = 3});
  ExpectError(Linear({"a", "deep"}), ErrorCode::kInput, {"depth", "2", "3"});
  std::string llama = QwenConfig({});
  llama.replace(llama.find("Qwen2"), 5, "Llama");
  WriteHollowModel(folder_ / "llama", QwenTensors({}), llama);
  ExpectError(Linear({"a", "llama"}), ErrorCode::kInput, {"--allow-crimes"});
  EXPECT_TRUE(HasWarning(Good(Linear({"a", "llama"}), {.allow_crimes = true}), "allow-crimes"));
  ExpectError(Linear({"a", "nowhere/to/be"}), ErrorCode::kUsage,
              {"line ", "nowhere", "Check the spelling"});
}

TEST_F(BuildPlanTest, CutsVocabulariesOnlyWhenTold) {
  WriteQwen("a");
  WriteQwen("long", {.vocabulary = 40});
  ExpectError(Linear({"long", "a"}), ErrorCode::kInput,
              {"Tensor size mismatch", "--unsafe-truncate-embeddings", "[40, 8]", "[32, 8]"});
  const MergePlan plan = Good(Linear({"long", "a"}), {.unsafe_truncate_embeddings = true});
  const TensorJob* embed = FindJob(plan, "model.embed_tokens.weight");
  EXPECT_EQ(embed->shape[0], 32U);
  EXPECT_EQ(embed->InputBytes(embed->inputs[0]), 32 * 8 * 2U);
  EXPECT_EQ(plan.output_config["vocab_size"], 32);
}

TEST_F(BuildPlanTest, RenumbersLayersOfSlices) {
  WriteQwen("a", {.layers = 4});
  WriteQwen("b", {.layers = 4});
  const auto source = [&](const char* model, int first, int end) {
    return fmt::format("  - sources:\n      - model: {}\n        layer_range: [{}, {}]\n",
                       folder_ / model, first, end);
  };
  const MergePlan plan =
      Good("slices:\n" + source("a", 0, 3) + source("b", 1, 4) + "merge_method: passthrough\n");
  EXPECT_EQ(plan.jobs.size(), 6 * 12 + 3U);
  EXPECT_EQ(plan.output_config["num_hidden_layers"], 6);
  EXPECT_EQ(plan.output_config["max_window_layers"], 6);
  const TensorJob* job = FindJob(plan, "model.layers.3.mlp.up_proj.weight");
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->inputs[0].model, 1);
  EXPECT_EQ(FindJob(plan, "model.embed_tokens.weight")->inputs[0].model, 0);
  EXPECT_EQ(FindJob(plan, "lm_head.weight")->inputs[0].model, 1);
  EXPECT_FALSE(plan.unused.empty());
  ExpectError("slices:\n" + source("a", 2, 5) + "merge_method: passthrough\n", ErrorCode::kInput,
              {"layer_range [2, 5] is outside", "4 layers"});
}

TEST_F(BuildPlanTest, RebuildsListsPerLayer) {
  const std::string config =
      R"({"architectures": ["Qwen2ForCausalLM"], "num_hidden_layers": 2, "hidden_size": 8,)"
      R"( "layer_types": ["sliding", "full"], "dtype": "bfloat16"})";
  WriteHollowModel(folder_ / "a", QwenTensors({}), config);
  const MergePlan plan =
      Good(fmt::format("slices:\n  - sources: [{{model: {0}, layer_range: [1, 2]}}]\n  - sources: "
                       "[{{model: {0}, layer_range: [0, 2]}}]\nmerge_method: passthrough\ndtype: "
                       "torch.float16\n",
                       folder_ / "a"));
  EXPECT_EQ(plan.output_config["layer_types"], Json::parse(R"(["full", "sliding", "full"])"));
  EXPECT_EQ(plan.output_config["dtype"], "float16");
  EXPECT_FALSE(plan.output_config.contains("torch_dtype"));
}

TEST_F(BuildPlanTest, ResolvesGradientsAndFilters) {
  WriteQwen("a", {.layers = 3});
  WriteQwen("b", {.layers = 3});
  const MergePlan plan = Good(fmt::format(
      "models:\n  - model: {}\n    parameters:\n      weight:\n        - {{filter: mlp, value: [0, "
      "1]}}\n        - value: 0.25\n  - model: {}\n    parameters: {{weight: 1}}\nmerge_method: "
      "linear\n",
      folder_ / "a", folder_ / "b"));
  const auto weight = [&](const char* name) {
    return FindJob(plan, name)->params->Get("weight", 0);
  };
  EXPECT_EQ(weight("model.layers.0.mlp.up_proj.weight"), 0);
  EXPECT_EQ(weight("model.layers.1.mlp.up_proj.weight"), 0.5);
  EXPECT_EQ(weight("model.layers.2.mlp.up_proj.weight"), 1);
  EXPECT_EQ(weight("model.layers.2.self_attn.q_proj.weight"), 0.25);
  EXPECT_EQ(weight("model.norm.weight"), 0.25);

  const MergePlan slerp =
      Good(Models({"a", "b"}) + Base("a") + "merge_method: slerp\nparameters: {t: [0.1, 0.9]}\n");
  const auto t = [&](const char* name) { return FindJob(slerp, name)->params->Get("t"); };
  EXPECT_EQ(t("model.embed_tokens.weight"), 0.1);
  EXPECT_DOUBLE_EQ(t("model.layers.1.mlp.up_proj.weight"), 0.5);
  EXPECT_EQ(t("model.layers.2.mlp.up_proj.weight"), 0.9);
  EXPECT_EQ(t("model.norm.weight"), 0.1);  // tensors after the layers are at 0, as before them
}

TEST_F(BuildPlanTest, WarnsOfSettingsThatDecideNothing) {
  WriteQwen("a");
  WriteQwen("b");
  const MergePlan plan = Good(
      Linear({"a", "b"}) +
      "parameters:\n  weight: 3\n  normalize:\n    - {filter: mpl, value: false}\n    - value: "
      "true\n");
  EXPECT_TRUE(HasWarning(plan, "parameter \"weight\" is never used"));
  EXPECT_TRUE(HasWarning(plan, "\"mpl\""));
  EXPECT_TRUE(HasWarning(
      Good(fmt::format("models:\n  - {{model: {}, parameters: {{weight: 1}}}}\n  - {{model: {}, "
                       "parameters: {{weight: -1}}}}\nmerge_method: linear\n",
                       folder_ / "a", folder_ / "b")),
      "cancel"));
}

TEST_F(BuildPlanTest, SplitsShardsAndNamesThem) {
  Write("a", {{"a", {100}}, {"b", {100}}, {"c", {300}}, {"d", {50}}});
  Write("b", {{"a", {100}}, {"b", {100}}, {"c", {300}}, {"d", {50}}});
  const MergePlan plan = Good(Linear({"a", "b"}), {.shard_bytes = 400});
  ASSERT_EQ(plan.shards.size(), 3U);  // 200 + 200, 600 alone, 100
  EXPECT_EQ(plan.shards[0].name, "model-00001-of-00003.safetensors");
  EXPECT_EQ(FindJob(plan, "b")->shard, 0);
  EXPECT_EQ(FindJob(plan, "c")->shard, 1);
  EXPECT_EQ(FindJob(plan, "d")->shard, 2);
  EXPECT_EQ(Good(Linear({"a", "b"}), {.shard_bytes = 0}).shards.size(), 1U);
}

TEST_F(BuildPlanTest, FingerprintFollowsWhatDecidesBytes) {
  WriteQwen("a");
  WriteQwen("b");
  const std::string config = Linear({"a", "b"});
  const Hash128 plain = Good(config).Fingerprint();
  EXPECT_EQ(Good(config + "# a comment\n").Fingerprint(), plain);
  EXPECT_NE(Good(config + "dtype: float32\n").Fingerprint(), plain);
  EXPECT_NE(Good(config + "parameters: {normalize: false}\n").Fingerprint(), plain);
  EXPECT_NE(Good(config, {.numerics = Numerics::kTorch}).Fingerprint(), plain);
  EXPECT_NE(Good(config, {.shard_bytes = 100}).Fingerprint(), plain);
  EXPECT_NE(Good(config, {.random_seed = 7}).Fingerprint(), plain);
  WriteQwen("b");  // a new file of the same contents
  EXPECT_NE(Good(config).Fingerprint(), plain);
}

TEST_F(BuildPlanTest, CountsDrawsAndPasses) {
  WriteQwen("a");
  WriteQwen("b");
  const std::string dare =
      Models({"a", "b"}) + Base("a") + "merge_method: dare_linear\nparameters: {density: 0.5}\n";
  const MergePlan plan = Good(dare, {.numerics = Numerics::kTorch});
  EXPECT_EQ(plan.jobs[0].torch_draws_before, 0U);
  EXPECT_EQ(plan.jobs[1].torch_draws_before, plan.jobs[0].Elems());
  EXPECT_GE(Good(Models({"a", "b"}) + Base("a") + "merge_method: slerp\nparameters: {t: 0.5}\n")
                .survey_passes,
            1);
  EXPECT_EQ(Good(Linear({"a", "b"})).survey_passes, 0);
}

TEST_F(BuildPlanTest, RefusesAnEpsilonBeyondTheDensity) {
  WriteQwen("a");
  WriteQwen("b");
  const std::string della =
      Models({"a", "b"}) + Base("a") + "merge_method: della\nparameters: {epsilon: 0.1, density: ";
  Good(della + "0.5}\n");
  Good(della + "1.0}\n");
  ExpectError(della + "0.95}\n", ErrorCode::kUsage, {"Epsilon must be chosen", "0.95", "0.1"});
  ExpectError(della + "0.05}\n", ErrorCode::kUsage, {"density +/- epsilon"});
}

TEST_F(BuildPlanTest, ChoosesTheVariantOfSce) {
  WriteQwen("a");
  WriteQwen("b");
  const std::string sce = Models({"a", "b"}) + Base("a") + "merge_method: sce\n";
  EXPECT_EQ(Good(sce).variant, "fuseo1");
  EXPECT_EQ(Good(sce, {.default_sce_variant = "mergekit"}).variant, "mergekit");
  EXPECT_EQ(Good(sce + "parameters: {variant: paper}\n").variant, "paper");
  EXPECT_EQ(Good(sce + "parameters: {variant: paper}\n", {.sce_variant = "fuseo1"}).variant,
            "fuseo1");
  EXPECT_EQ(Good(sce).jobs[0].params->GetText("variant"), "fuseo1");
}

TEST_F(BuildPlanTest, ComparesVocabulariesUnderTokenizerSource) {
  WriteQwen("a");
  WriteQwen("b");
  const auto tokenizer = [&](const char* model, std::string_view text) {
    testing::WriteText(folder_ / (std::string(model) + "/tokenizer.json"), text);
  };
  const std::string config = Linear({"a", "b"}) + "tokenizer_source: base\n";
  ExpectError(config, ErrorCode::kUsage, {"tokenizer.json"});
  tokenizer("a", R"({"model": {"vocab": {"x": 0, "y": 1}}, "added_tokens": []})");
  tokenizer("b", R"({"model": {"vocab": {"x": 0, "y": 1}}})");
  Good(config);
  tokenizer("b", R"({"model": {"vocab": {"x": 0, "y": 2}}})");
  ExpectError(config, ErrorCode::kUsage, {"not supported", "\"y\""});
  tokenizer("b", R"({"model": )");
  ExpectError(config, ErrorCode::kInput, {"tokenizer.json"});
  tokenizer("b", R"({"model": {"vocab": {"x": -1}}})");
  ExpectError(config, ErrorCode::kInput, {"\"x\"", "-1"});
  Good(Linear({"a", "b"}));  // a plain merge copies tokenizers unread
  ExpectError(Linear({"a", "b"}) + "tokenizer_source: elsewhere\n", ErrorCode::kUsage,
              {"none of the models"});
}

TEST_F(BuildPlanTest, NumbersOfConfigJsonAreWholeNumbers) {
  WriteQwen("b");
  for (const auto& [key, value] : {std::pair("num_hidden_layers", "[]"),
                                   {"num_hidden_layers", "-1"},
                                   {"num_hidden_layers", "1e30"},
                                   {"hidden_size", "\"8\""},
                                   {"vocab_size", "{}"}}) {
    Json config = Json::parse(QwenConfig({}));
    config[key] = Json::parse(value);
    WriteHollowModel(folder_ / "a", QwenTensors({}), DumpJson(config));
    ExpectError(Linear({"a", "b"}), ErrorCode::kInput, {key, "whole number", "/a"});
    config[key] = nullptr;
    config["quantization_config"] = nullptr;
    WriteHollowModel(folder_ / "a", QwenTensors({}), DumpJson(config));
    EXPECT_FALSE(HasWarning(Good(Linear({"a", "b"})), "quantised"));
  }
}

TEST_F(BuildPlanTest, PlansTwoHundredThousandTinyTensors) {
  std::vector<HollowTensor> tensors;
  for (int i = 0; i < 200'000; ++i) {
    tensors.push_back({fmt::format("block.{}.tensor_{}", i / 100, i % 100), {2}});
  }
  Write("a", tensors);
  Write("b", tensors);
  const std::clock_t start =
      std::clock();  // of this process: other work on the machine is not ours
  const MergePlan plan = Good(Linear({"a", "b"}));
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_EQ(plan.jobs.size(), 200'000U);
  std::printf("200,000 tensors planned in %.2f s of processor time\n", seconds);
}

TEST_F(BuildPlanTest, PlansFour32BCheckpoints) {
  const QwenShape shape{
      .layers = 64, .hidden = 5120, .feed_forward = 27648, .key_value = 1024, .vocabulary = 152064};
  for (const char* name : {"base", "r1", "qwq", "sky"}) {
    WriteHollowModel(folder_ / name, QwenTensors(shape), QwenConfig(shape), 17);
  }
  const std::string config = Models({"base", "r1", "qwq", "sky"}) + Base("base") +
                             "merge_method: sce\nparameters: "
                             "{select_topk: 1.0}\ndtype: bfloat16\n";
  const std::clock_t start =
      std::clock();  // of this process: other work on the machine is not ours
  const MergePlan plan = Good(config);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_EQ(plan.jobs.size(), 771U);
  EXPECT_EQ(plan.shards.size(), 14U);
  EXPECT_EQ(plan.read_bytes, 4 * 65'527'752'704U);
  std::printf("four 32B checkpoints planned in %.3f s of processor time\n", seconds);
}

}  // namespace
}  // namespace fuseo1
