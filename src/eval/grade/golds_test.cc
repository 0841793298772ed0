// Every gold of every published set of maths problems accepts itself, and the golds of other
// problems are not taken for it.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/shared_data_test.h"
#include "base/text.h"
#include "eval/grade/extract_answer.h"
#include "eval/grade/grade.h"

namespace fuseo1 {
namespace {

std::string Boxed(const Json& row) {
  return ExtractAnswer(row["solution"].get<std::string>()).value_or("");
}
std::string Answer(const Json& row) {
  return row["answer"].is_string() ? row["answer"].get<std::string>() : row["answer"].dump();
}
std::string AfterMarks(const Json& row) {
  const std::string text = row["answer"];
  return std::string(Trim(std::string_view(text).substr(text.rfind("####") + 4)));
}
std::string First(const Json& row) { return row["final_answer"][0]; }

struct Set {
  const char* path;
  std::function<std::string(const Json&)> gold;
  std::size_t rows;
  int empty;  // golds that say nothing: they can accept nothing
};

class Golds : public testing::TestWithParam<Set> {};

TEST_P(Golds, AcceptThemselvesAndNotEachOther) {
  const std::vector<Json> rows = SharedRows(GetParam().path);
  if (rows.empty()) GTEST_SKIP() << kNoSharedData;
  EXPECT_EQ(rows.size(), GetParam().rows);
  std::vector<ParsedAnswer> golds;
  std::vector<std::string> texts;
  int empty = 0;
  for (const Json& row : rows) {
    const std::string gold = GetParam().gold(row);
    const ParsedAnswer parsed(gold);
    const GradeResult result = GradeStrict(parsed, parsed);
    if (result.rule == "empty") {
      ++empty;
      continue;
    }
    EXPECT_TRUE(result.equal) << gold << ": " << result.rule;
    if (std::find(texts.begin(), texts.end(), gold) != texts.end()) continue;
    texts.push_back(gold);
    golds.push_back(parsed);
  }
  EXPECT_EQ(empty, GetParam().empty);
  // Every gold against up to a hundred others, spread over the set.
  std::size_t pairs = 0;
  std::size_t accepted = 0;
  const std::size_t step = std::max<std::size_t>(1, golds.size() / 100);
  for (std::size_t i = 0; i < golds.size(); ++i) {
    for (std::size_t j = i % step; j < golds.size(); j += step) {
      if (i == j) continue;
      ++pairs;
      accepted += GradeStrict(golds[i], golds[j]).equal ? 1U : 0U;
    }
  }
  // The same number with and without its unit, "x =" or dollar signs are among those accepted.
  EXPECT_LT(static_cast<double>(accepted), 0.001 * static_cast<double>(pairs));
  std::printf("    %zu decoys, %zu accepted\n", pairs, accepted);
}

INSTANTIATE_TEST_SUITE_P(Published, Golds,
                         testing::Values(Set{"data/aime24/test.jsonl", Answer, 30, 0},
                                         Set{"data/math/test.jsonl", Boxed, 500, 0},
                                         Set{"data/olympiadbench/test.jsonl", First, 675, 0},
                                         Set{"data/minerva_math/test.jsonl", Boxed, 272, 0},
                                         Set{"data/amc23/test.jsonl", Answer, 40, 0},
                                         Set{"data/gsm8k/test.jsonl", AfterMarks, 1319, 0},
                                         Set{"data/gaokao2023en/test.jsonl", Answer, 385, 2}));

}  // namespace
}  // namespace fuseo1
