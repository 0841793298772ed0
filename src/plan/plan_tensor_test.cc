#include "plan/plan_tensor.h"

#include <gtest/gtest.h>

#include "io/testing.h"
#include "plan/plan_testing.h"

namespace fuseo1 {
namespace {

using testing::FindJob;
using testing::HasWarning;
using testing::HollowTensor;
using testing::PlanOf;
using testing::QwenConfig;
using testing::QwenTensors;
using testing::TempDirectory;
using testing::WriteHollowModel;

class PlanTensorTest : public ::testing::Test {
 protected:
  void Write(std::string_view name, const std::vector<HollowTensor>& tensors) {
    WriteHollowModel(folder_ / name, tensors, R"({"architectures": ["UnknownForCausalLM"]})");
  }
  void WriteQwen(std::string_view name, bool is_tied, const std::vector<HollowTensor>& more = {}) {
    std::vector<HollowTensor> tensors = QwenTensors({.is_tied = is_tied});
    tensors.insert(tensors.end(), more.begin(), more.end());
    WriteHollowModel(folder_ / name, tensors, QwenConfig({.is_tied = is_tied}));
  }
  std::string Model(const std::string& name, const std::string& parameters) const {
    return "  - model: " + (folder_ / name) + "\n    parameters: {" + parameters + "}\n";
  }
  static MergePlan Good(const std::string& config, const PlanOptions& options = {}) {
    auto plan = PlanOf(config, options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message());
    return plan.ok() ? *std::move(plan) : MergePlan{};
  }

  TempDirectory folder_;
};

TEST_F(PlanTensorTest, ATensorOfOneModelIsCastWithoutTheMethod) {
  Write("a", {{"x", {4}}});
  Write("b", {{"lone", {4}}, {"x", {4}}});
  const std::string config = "models:\n" + Model("a", "weight: 1") + Model("b", "weight: 1") +
                             "merge_method: nuslerp\ndtype: float32\n";
  const MergePlan plan = Good(config, {.numerics = Numerics::kTorch});
  const TensorJob* lone = FindJob(plan, "lone");
  ASSERT_NE(lone, nullptr);
  EXPECT_EQ(lone->fate, TensorFate::kCast);
  EXPECT_EQ(lone->base, -1);
  EXPECT_EQ(lone->dtype, DType::kF32);
  EXPECT_EQ(MethodOf(plan, *lone).name, "passthrough");
  EXPECT_EQ(MethodOf(plan, *FindJob(plan, "x")).name, "nuslerp");
}

TEST_F(PlanTensorTest, FiltersOfATiedHeadSeeTheHeadsName) {
  WriteQwen("untied", false);
  WriteQwen("tied", true);
  const MergePlan plan =
      Good("models:\n" + Model("untied", "weight: 1") +
           Model("tied",
                 "weight: [{filter: lm_head, value: 3}, {filter: embed, value: 5}, {value: 7}]") +
           "merge_method: linear\n");
  EXPECT_EQ(FindJob(plan, "lm_head.weight")->params->Get("weight", 1), 3);
  EXPECT_EQ(FindJob(plan, "model.embed_tokens.weight")->params->Get("weight", 1), 5);
}

TEST_F(PlanTensorTest, FiltersOfExpertsSeeMergekitsNamesToo) {
  const std::string moe = "model.layers.0.block_sparse_moe.";
  Write("a", {{moe + "experts.3.w1.weight", {4}},
              {moe + "experts.3.w2.weight", {4}},
              {moe + "gate.weight", {4}},
              {"model.layers.0.self_attn.q_proj.weight", {4}}});
  const auto weight = [&](const std::string& filter, const std::string& name) {
    const MergePlan plan =
        Good("models:\n" + Model("a", "weight: [{filter: " + filter + ", value: 3}, {value: 7}]") +
             "merge_method: linear\n");
    return FindJob(plan, name)->params->Get("weight", 0);
  };
  EXPECT_EQ(weight("mlp", moe + "experts.3.w1.weight"), 3);
  EXPECT_EQ(weight("mlp.gate", moe + "gate.weight"), 3);
  EXPECT_EQ(weight("gate_up_proj", moe + "experts.3.w1.weight"), 3);
  EXPECT_EQ(weight("gate_up_proj", moe + "experts.3.w2.weight"), 7);
  EXPECT_EQ(weight("down_proj", moe + "experts.3.w2.weight"), 3);
  EXPECT_EQ(weight("w2", moe + "experts.3.w2.weight"), 3);
  EXPECT_EQ(weight("mlp", "model.layers.0.self_attn.q_proj.weight"), 7);
}

TEST_F(PlanTensorTest, LeavesOutWhatTheTableLacksAndTheMethodCannotMerge) {
  WriteQwen("base", true);
  WriteQwen("a", true, {{"model.stray.weight", {4}}});
  WriteQwen("b", true, {{"model.stray.weight", {4}}});
  const MergePlan plan =
      Good("models:\n" + Model("a", "weight: 1") + Model("b", "weight: 1") +
           "base_model: " + (folder_ / "base") + "\nmerge_method: task_arithmetic\n");
  EXPECT_EQ(FindJob(plan, "model.stray.weight"), nullptr);
  EXPECT_TRUE(HasWarning(plan, "model.stray.weight\" is left out"));
  ASSERT_EQ(plan.unused.size(), 2U);
  EXPECT_NE(plan.unused[1].reason.view().find("lacks it"), std::string_view::npos);
}

TEST_F(PlanTensorTest, TensorsOutsideTheTableDrawLast) {
  const std::vector<HollowTensor> stray = {{"model.a_stray.weight", {4}}};
  WriteQwen("base", true, stray);
  WriteQwen("a", true, stray);
  WriteQwen("plain_base", true);
  WriteQwen("plain", true);
  const auto plan_of = [&](const std::string& model, const std::string& base) {
    return Good("models:\n" + Model(model, "weight: 1, density: 0.5") +
                    "base_model: " + (folder_ / base) + "\nmerge_method: dare_linear\n",
                {.numerics = Numerics::kTorch});
  };
  const MergePlan with_stray = plan_of("a", "base");
  const MergePlan plain = plan_of("plain", "plain_base");
  for (const TensorJob& job : plain.jobs) {
    EXPECT_EQ(FindJob(with_stray, job.name.view())->torch_draws_before, job.torch_draws_before)
        << job.name.view();
  }
  EXPECT_EQ(FindJob(with_stray, "model.a_stray.weight")->torch_draws_before,
            plain.jobs.back().torch_draws_before + plain.jobs.back().Elems());
}

TEST_F(PlanTensorTest, NobodyReadsTheDensityOfTheBase) {
  WriteQwen("base", true);
  WriteQwen("a", true);
  const std::string rest =
      "base_model: " + (folder_ / "base") + "\nmerge_method: della\nparameters: {epsilon: 0.1}\n";
  const MergePlan plan = Good("models:\n" + Model("base", "density: 0.05") +
                              Model("a", "weight: 1, density: 0.5") + rest);
  EXPECT_FALSE(plan.jobs.empty());
  EXPECT_FALSE(PlanOf("models:\n" + Model("base", "density: 0.5") +
                      Model("a", "weight: 1, density: 0.05") + rest)
                   .ok());
}

}  // namespace
}  // namespace fuseo1
