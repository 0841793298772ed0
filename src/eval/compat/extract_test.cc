#include "eval/compat/extract.h"

#include <gtest/gtest.h>

#include <map>

#include "base/shared_data_test.h"
#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

std::string RawGold(const std::string& benchmark, const Json& row) {
  if (benchmark == "math500") {
    return row.at("solution").get<std::string>();
  }
  if (benchmark == "olympiadbench") {
    const Runes raw = RunesFromUtf8(row.at("final_answer").at(0).get<std::string>());
    return Utf8FromRunes(TrimAny(raw, U"$"));
  }
  const Json& answer = row.at("answer");
  return answer.is_string() ? answer.get<std::string>() : answer.dump();
}

TEST(ExtractPublished, GivesEveryVector) {
  const std::vector<Json> rows = ReadVectors("math_extraction.jsonl");
  ASSERT_EQ(rows.size(), 40U);
  for (const Json& row : rows) {
    const Runes response = RunesFromUtf8(TextOf(row, "response"));
    EXPECT_EQ(Utf8FromRunes(ExtractPublished(response)), TextOf(row, "fuseo1_extracted")) << row;
    EXPECT_EQ(Utf8FromRunes(PublishedPrediction(response, U"0")), TextOf(row, "fuseo1_prediction"))
        << row;
  }
}

TEST(ExtractPublished, NormalisesEveryGoldOfTheSharedDataSets) {
  const std::map<std::string, std::string> files = {{"aime24", "aime24/test.jsonl"},
                                                    {"math500", "math/test.jsonl"},
                                                    {"olympiadbench", "olympiadbench/test.jsonl"},
                                                    {"amc23", "amc23/test.jsonl"}};
  std::map<std::string, std::vector<Json>> data;
  for (const auto& [name, path] : files) {
    data[name] = SharedRows("data/" + path);
    if (data[name].empty()) GTEST_SKIP() << kNoSharedData;
  }
  std::size_t same = 0;
  for (const Json& row : ReadVectors("gold_normalised.jsonl")) {
    std::string name = row.at("benchmark").get<std::string>();
    name = name == "math" ? "math500" : name;
    const Json& problem = data.at(name).at(row.at("row").get<std::size_t>());
    const GoldRule rule = name == "math500" ? GoldRule::kFromSolution : GoldRule::kTwicePassed;
    const std::string gold = Utf8FromRunes(PublishedGold(RawGold(name, problem), rule));
    EXPECT_EQ(gold, TextOf(row, "fuseo1_gold")) << row;
    same += gold == TextOf(row, "fuseo1_gold") ? 1 : 0;
  }
  EXPECT_EQ(same, 1245U);
}

TEST(ExtractPublished, ReducesToLettersWhereTheGoldIsOnlyLetters) {
  const auto prediction = [](std::string_view response, RuneView gold) {
    return Utf8FromRunes(PublishedPrediction(RunesFromUtf8(response), gold));
  };
  EXPECT_EQ(prediction("I think choice is (B). It says so.", U"B"), "B");
  EXPECT_EQ(prediction("\\boxed{A and 7}", U"AC"), "A");
  EXPECT_EQ(prediction("\\boxed{17}", U""), "");
  EXPECT_EQ(prediction("\\boxed{17}", U"17"), "17");
}

}  // namespace
}  // namespace fuseo1
