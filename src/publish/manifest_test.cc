#include "publish/manifest.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

MethodDef TestMethod() {
  MethodDef method{};
  method.name = "linear";
  return method;
}

Json TestManifest() {
  static const MethodDef method = TestMethod();
  MergePlan plan;
  plan.method = &method;
  plan.config_text = "merge_method: linear\n";
  plan.models.resize(1);
  plan.models[0].ref.path = "a";
  plan.models[0].files.push_back(
      {.path = "/m/model.safetensors", .info = {}, .header_hash = {1, 2}});
  plan.shards.push_back(
      {.name = "model.safetensors", .header_bytes = 1, .header_hash = {7, 8}, .bytes = 9});
  TensorJob job;
  Interner interner;
  job.name = interner.Intern("t");
  job.shape = interner.Intern(std::vector<std::uint64_t>{2, 3});
  job.offset = 80;
  plan.jobs.push_back(job);
  MergeReport report;
  report.tensors.push_back({.hash = {3, 4},
                            .nan_in = 1,
                            .inf_in = 0,
                            .nan_out = 2,
                            .inf_out = 0,
                            .notes = Notes({"n"})});
  PlanOptions options;
  options.numerics = Numerics::kTorch;
  options.random_seed = 5;
  std::string text;
  WriteManifest(plan, report, {{.name = "README.md", .bytes = 3, .hash = {5, 6}}}, "1.2.3",
                PlanOptionsToJson(options, false), [&](std::string_view piece) { text += piece; });
  return Json::parse(text);
}

TEST(Manifest, ReadsBackWhatWasWritten) {
  const auto manifest = ParseManifest(DumpJson(TestManifest()));
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->program_version, "1.2.3");
  EXPECT_EQ(manifest->config_text, "merge_method: linear\n");
  EXPECT_EQ(manifest->plan_options.numerics, Numerics::kTorch);
  EXPECT_EQ(manifest->plan_options.random_seed, 5U);
  EXPECT_FALSE(manifest->unknown_keys_are_errors);
  ASSERT_EQ(manifest->tensors.size(), 1U);
  EXPECT_EQ(manifest->tensors[0].hash, (Hash128{3, 4}));
  EXPECT_EQ(manifest->tensors[0].shape, (std::vector<std::uint64_t>{2, 3}));
  ASSERT_EQ(manifest->inputs.size(), 1U);
  EXPECT_EQ(manifest->inputs[0].files[0].name, "model.safetensors");
  EXPECT_EQ(manifest->side_files[0].name, "README.md");
}

TEST(Manifest, NamesNoFolderOfThisMachine) {
  EXPECT_EQ(DumpJson(TestManifest()).find("/m/"), std::string::npos);
}

TEST(Manifest, EveryMissingOrMistypedKeyIsNamed) {
  const Json whole = TestManifest();
  for (const char* key : {"format", "format_version", "program", "recipe", "inputs", "shards",
                          "tensors", "side_files"}) {
    Json missing = whole;
    missing.erase(key);
    const auto without = ParseManifest(DumpJson(missing));
    ASSERT_FALSE(without.ok()) << key;
    EXPECT_EQ(without.error().code(), ErrorCode::kInput);
    EXPECT_NE(without.error().message().find(key), std::string::npos) << without.error().message();
    Json mistyped = whole;
    mistyped[key] = nullptr;
    EXPECT_FALSE(ParseManifest(DumpJson(mistyped)).ok()) << key;
  }
}

TEST(Manifest, NamesOfFilesStayInTheFolder) {
  for (const char* name : {"../x", "/etc/passwd", "", ".", "..", "a/b"}) {
    Json evil = TestManifest();
    evil["shards"][0]["name"] = name;
    EXPECT_FALSE(ParseManifest(DumpJson(evil)).ok()) << name;
    evil = TestManifest();
    evil["side_files"][0]["name"] = name;
    EXPECT_FALSE(ParseManifest(DumpJson(evil)).ok()) << name;
  }
}

TEST(Manifest, ATensorOfAShardThatIsNotThereIsRefused) {
  Json evil = TestManifest();
  evil["tensors"][0]["shard"] = 1;
  EXPECT_FALSE(ParseManifest(DumpJson(evil)).ok());
  evil["tensors"][0]["shard"] = -1;
  EXPECT_FALSE(ParseManifest(DumpJson(evil)).ok());
}

}  // namespace
}  // namespace fuseo1
