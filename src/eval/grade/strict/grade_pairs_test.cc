// Labelled pairs: the vectors of the evaluation study and our own table, both in tests/golden.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "base/json.h"
#include "eval/grade/grade.h"

namespace fuseo1 {
namespace {

std::vector<Json> ReadLines(const std::string& path) {
  std::ifstream in(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/" + path);
  std::vector<Json> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    auto json = ParseJson(line);
    EXPECT_TRUE(json.ok()) << line;
    if (json.ok()) rows.push_back(std::move(json).value());
  }
  return rows;
}

// Rows of math_pairs.jsonl whose hand label disagrees with a rule of the grading policy: none at
// present.
const std::set<std::pair<std::string, std::string>>& RuledOtherwise() {
  static const std::set<std::pair<std::string, std::string>> kRows;
  return kRows;
}

TEST(GradePairs, AgreesWithEveryLabelOfTheEvaluationVectors) {
  const auto rows = ReadLines("eval-vectors/math_pairs.jsonl");
  ASSERT_EQ(rows.size(), 259U);
  int labelled = 0;
  for (const Json& row : rows) {
    if (!row["truth"].is_boolean()) continue;
    ++labelled;
    const std::string gold = row["gold"];
    const std::string prediction = row["pred_boxed"];
    const bool truth = row["truth"].get<bool>() != (RuledOtherwise().count({gold, prediction}) > 0);
    const GradeResult result = GradeStrict(gold, prediction);
    EXPECT_EQ(result.equal, truth) << gold << " | " << prediction << " | " << result.rule;
  }
  EXPECT_EQ(labelled, 220);
}

TEST(GradePairs, AgreesWithOurOwnTable) {
  const auto rows = ReadLines("grade_pairs.jsonl");
  ASSERT_GT(rows.size(), 300U);
  for (const Json& row : rows) {
    const std::string gold = row["gold"];
    const std::string prediction = row["pred"];
    const GradeResult result = GradeStrict(gold, prediction);
    EXPECT_EQ(result.equal, row["equal"].get<bool>())
        << "rule " << row["rule"] << ": " << gold << " | " << prediction << " | " << result.rule;
  }
}

// A decimal gold is asymmetric (rule 2), and so is m + n = 17 for 17, which says more than it: rows
// with a point or marked one_way are left out.
TEST(GradePairs, IsSymmetricApartFromDecimalGolds) {
  for (const Json& row : ReadLines("grade_pairs.jsonl")) {
    const std::string gold = row["gold"];
    const std::string prediction = row["pred"];
    if (gold.find('.') != std::string::npos || prediction.find('.') != std::string::npos ||
        row["rule"] == 2 || row.contains("one_way"))
      continue;
    EXPECT_EQ(GradeStrict(gold, prediction).equal, GradeStrict(prediction, gold).equal)
        << gold << " | " << prediction;
  }
}

// Near misses of every rule: a sign, a bracket, a digit, a unit or a letter that only looks alike.
TEST(GradePairs, RefusesEveryLookalike) {
  const auto rows = ReadLines("lookalikes.jsonl");
  ASSERT_GE(rows.size(), 200U);
  for (const Json& row : rows) {
    const std::string gold = row["gold"];
    const std::string prediction = row["pred"];
    const GradeResult result = GradeStrict(gold, prediction);
    EXPECT_FALSE(result.equal) << gold << " | " << prediction << " | " << result.rule;
    if (prediction.find('.') != std::string::npos) continue;  // a decimal gold would round
    EXPECT_FALSE(GradeStrict(prediction, gold).equal) << prediction << " | " << gold;
  }
}

}  // namespace
}  // namespace fuseo1
