#include "plan/print_config.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "io/file_system.h"

namespace fuseo1 {
namespace {

void ExpectRoundTrip(const std::string& text) {
  const auto first = ParseMergeConfig(text, "first.yml", {});
  ASSERT_TRUE(first.ok()) << text << "\n" << first.error().message();
  const std::string printed = PrintMergeConfig(*first);
  const auto second = ParseMergeConfig(printed, "second.yml", {});
  ASSERT_TRUE(second.ok()) << printed << "\n" << second.error().message();
  EXPECT_EQ(PrintMergeConfig(*second), printed) << text;
  EXPECT_EQ(second->models.size(), first->models.size());
  EXPECT_EQ(second->base_model, first->base_model);
  EXPECT_EQ(second->dtype, first->dtype);
}

TEST(PrintMergeConfig, ReadsBackAsItWas) {
  for (const char* text : {
           "models: [{model: a, parameters: {weight: 1}}]\nmerge_method: linear\n",
           "models:\n  - model: a\n    parameters: {weight: [0.1, 1e-7, 3]}\n  - model: {model: "
           "{path: 'x+y@z', revision: r}, override_architecture: Q}\n    parameters: {weight: "
           "[{filter: \"q\\\"x\", value: [1, 2]}, {value: .nan}]}\nbase_model: a\nmerge_method: "
           "ties\nparameters: {density: -.inf, normalize: off}\ndtype: bfloat16\nout_dtype: "
           "torch.float16\ntokenizer: {source: base, pad_to_multiple_of: 8}\nchat_template: "
           "\"{{ x }}\\n{{ more text }}\"\n",
           "slices:\n  - sources: [{model: a, layer_range: [0, 4], parameters: {scale: 2}}]\n    "
           "base_model: a\n  - sources: [{model: a, layer_range: [2, 6]}]\nmerge_method: "
           "passthrough\n",
           "modules:\n  t:\n    models: [{model: a}]\n    parameters: {scale: 1}\n  v:\n    "
           "slices: "
           "[{sources: [{model: a, layer_range: [0, 1]}]}]\nmerge_method: passthrough\n",
       }) {
    ExpectRoundTrip(text);
  }
}

TEST(PrintMergeConfig, EveryShippedConfigParsesAndReadsBack) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(FUSEO1_SOURCE_DIR) + "/configs")) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".yaml" && entry.path().extension() != ".yml") {
      continue;
    }
    const auto text = ReadWholeFile(PosixFileSystem(), entry.path(), 1 << 20);
    ASSERT_TRUE(text.ok());
    ExpectRoundTrip(*text);
    const auto config = ParseMergeConfig(*text, name, {});
    EXPECT_TRUE(config->warnings.empty()) << name << ": " << config->warnings.front();
    if (name.rfind("FuseO1", 0) == 0) {
      ++count;
      EXPECT_EQ(config->merge_method, "sce");
      EXPECT_EQ(*config->base_model, config->models[0].model);
      std::string windows;
      for (const char c : *text) {
        windows += c == '\n' ? "\r\n" : std::string(1, c);
      }
      EXPECT_TRUE(ParseMergeConfig(windows, name, {}).ok()) << name;
    }
  }
  EXPECT_EQ(count, 5);
}

}  // namespace
}  // namespace fuseo1
