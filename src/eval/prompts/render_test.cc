#include "eval/prompts/render.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

Json Golden() {
  std::ifstream file(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/eval-vectors/prompts.json");
  return *ParseJson(std::string(std::istreambuf_iterator<char>(file), {}));
}

const BenchmarkDef& Benchmark(std::string_view name) { return **FindBenchmark(name); }

std::string Text(std::string_view benchmark, const Problem& problem, ModelFamily family) {
  return RenderPrompt(Benchmark(benchmark), problem, Preset::kFuseO1, family, {}).text;
}

Problem Question() {
  Problem problem;
  problem.id = "1";
  problem.question = "<<QUESTION>>";
  return problem;
}

TEST(RenderPrompt, GivesThePublishedMathsPromptsByteForByte) {
  const Json golden = Golden().at("math").at("templates");
  EXPECT_EQ(Text("aime24", Question(), ModelFamily::kR1), golden.at("deepseek-math-cot"));
  EXPECT_EQ(Text("math500", Question(), ModelFamily::kQwq), golden.at("qwen25-math-cot"));
  EXPECT_EQ(Text("olympiadbench", Question(), ModelFamily::kQwen25), golden.at("qwen25-math-cot"));
  EXPECT_EQ(Text("aime24", Question(), ModelFamily::kSkyT1), golden.at("sky-t1-math-cot"));
}

TEST(RenderPrompt, GivesThePublishedSciencePromptsByteForByte) {
  const Json golden = Golden().at("science");
  Problem problem = Question();
  problem.options = {"<<opt0>>", "<<opt1>>", "<<opt2>>", "<<opt3>>"};
  for (const auto& [model, system] : golden.at("system").items()) {
    const Prompt prompt = RenderPrompt(Benchmark("mmlu"), problem, Preset::kFuseO1,
                                       FamilyOfModel(model), {0, 1, 2, 3});
    ASSERT_EQ(prompt.messages.size(), 2U);
    EXPECT_EQ(prompt.messages[0].content, system.get<std::string>()) << model;
    EXPECT_EQ(prompt.messages[1].content, golden.at("user").at("MMLU").get<std::string>());
  }
  const Prompt gpqa = RenderPrompt(Benchmark("gpqa_diamond"), problem, Preset::kFuseO1,
                                   ModelFamily::kR1, {0, 1, 2, 3});
  EXPECT_EQ(gpqa.messages[1].content, golden.at("user").at("GPQA-Diamond").get<std::string>());
  problem.options = {" a ", "b", "c"};
  const Prompt pro =
      RenderPrompt(Benchmark("mmlu_pro"), problem, Preset::kFuseO1, ModelFamily::kR1, {0, 1, 2});
  EXPECT_EQ(pro.messages[1].content,
            "Return your final response within \\boxed{{}}. <<QUESTION>>\nAnswer Choices: (A) a "
            "(B) b (C) c");
}

TEST(RenderPrompt, GivesThePublishedCodePromptsByteForByte) {
  const Json golden = Golden().at("code");
  Problem functional = Question();
  functional.starter_code = "<<STARTER>>";
  const auto check = [&](const char* style, ModelFamily family) {
    EXPECT_EQ(Text("livecodebench", Question(), family), golden.at(style).at("stdin"));
    EXPECT_EQ(Text("livecodebench", functional, family), golden.at(style).at("functional"));
  };
  check("DeepSeekR1", ModelFamily::kR1);
  check("QwenQwQPreview", ModelFamily::kQwq);
  check("SkyT1Preview", ModelFamily::kSkyT1);
}

TEST(RenderPrompt, AddsTheHintOfTrueFalseQuestions) {
  Problem problem = Question();
  problem.published_gold = "\\boxed{True}";
  EXPECT_NE(
      Text("math500", problem, ModelFamily::kQwq).find("<<QUESTION>> (True or False)<|im_end|>"),
      std::string::npos);
}

TEST(RenderPrompt, KnowsWhichPromptAModelGot) {
  const Json used = Golden().at("math").at("used_by");
  EXPECT_EQ(FamilyOfModel("FuseAI/FuseO1-DeepSeekR1-QwQ-SkyT1-32B-Preview"), ModelFamily::kR1);
  EXPECT_EQ(FamilyOfModel("Qwen/QwQ-32B-Preview"), ModelFamily::kQwq);
  EXPECT_EQ(FamilyOfModel("Qwen/Qwen2.5-32B-Instruct"), ModelFamily::kQwen25);
  EXPECT_EQ(FamilyOfModel("NovaSky-AI/Sky-T1-32B-Preview"), ModelFamily::kSkyT1);
}

TEST(OptionOrder, DependsOnItemAndSeedAndIsEverySortOfPermutation) {
  Problem problem = Question();
  problem.options = {"right", "w1", "w2", "w3"};
  const BenchmarkDef& gpqa = Benchmark("gpqa_diamond");
  std::set<std::vector<std::size_t>> orders;
  std::vector<int> letters(4, 0);
  for (int i = 0; i < 400; ++i) {
    problem.id = std::to_string(i);
    const std::vector<std::size_t> order = OptionOrder(gpqa, problem, 0);
    EXPECT_EQ(order, OptionOrder(gpqa, problem, 0));
    orders.insert(order);
    ++letters[static_cast<std::size_t>(CorrectLetter(gpqa, problem, order) - 'A')];
  }
  EXPECT_EQ(orders.size(), 24U);
  for (const int count : letters) {
    EXPECT_GT(count, 60);
  }
  EXPECT_EQ(OptionOrder(Benchmark("mmlu"), problem, 5), (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(OptionOrder, GivesTheFirstOfEqualTextsAsRight) {
  Problem problem = Question();
  problem.options = {"same", "same", "w2", "w3"};
  EXPECT_EQ(CorrectLetter(Benchmark("gpqa_diamond"), problem, {1, 2, 0, 3}), 'A');
  problem.correct_option = 1;
  EXPECT_EQ(CorrectLetter(Benchmark("mmlu"), problem, {0, 1, 2, 3}), 'B');
}

}  // namespace
}  // namespace fuseo1
