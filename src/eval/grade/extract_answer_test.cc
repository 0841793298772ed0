#include "eval/grade/extract_answer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/json.h"
#include "eval/grade/grade.h"

namespace fuseo1 {
namespace {

std::string Answer(std::string_view response) { return ExtractAnswer(response).value_or("(none)"); }

TEST(ExtractAnswer, TakesTheLastBalancedBox) {
  EXPECT_EQ(Answer("so \\boxed{1} then \\boxed{2}"), "2");
  EXPECT_EQ(Answer("\\boxed {5}"), "5");
  EXPECT_EQ(Answer("\\boxed{5} I mean boxed"), "5");
  EXPECT_EQ(Answer("\\boxed{12}\\boxed{"), "12");
  EXPECT_EQ(Answer("\\fbox{3}"), "3");
  EXPECT_EQ(Answer("$$\\boxed{\\left\\{1,2\\right\\}}$$"), "\\left\\{1,2\\right\\}");
  EXPECT_EQ(Answer("\\boxed{\\frac{1}{2}} cm"), "\\frac{1}{2}");
  EXPECT_EQ(Answer("\\boxed{\\text{a } \\fbox{b}}"), "\\text{a } \\fbox{b}");
  EXPECT_EQ(Answer("\\boxed{}"), "");
}

TEST(ExtractAnswer, ABoxInTheReasoningIsNoAnswer) {
  EXPECT_EQ(Answer("<think>\\boxed{9}</think> The answer is 8"), "8");
  EXPECT_EQ(Answer("<think>\\boxed{9}</think> The answer is \\boxed{8}"), "8");
  EXPECT_EQ(Answer("\\boxed{9} <|end_of_thought|> Answer: 8"), "8");
  EXPECT_EQ(Answer("<think>\\boxed{9}</think>"), "(none)");
  EXPECT_EQ(Answer("<think> I try \\boxed{9}"), "(none)");
}

TEST(ExtractAnswer, FallsBackToAnchoredPhrasesOnly) {
  EXPECT_EQ(Answer("The answer is 5. The final answer is 7"), "7");
  EXPECT_EQ(Answer("Final answer is 42."), "42");
  EXPECT_EQ(Answer("**Final Answer:** 3.5\nthanks"), "3.5");
  EXPECT_EQ(Answer("the answer is $\\frac{1}{2}$."), "$\\frac{1}{2}$");
  EXPECT_EQ(Answer("\xe7\xad\x94\xe6\xa1\x88\xe6\x98\xaf\xef\xbc\x9a"
                   "5\xe3\x80\x82"),
            "5");
  EXPECT_EQ(Answer("Answer:\n\n12"), "12");
  EXPECT_EQ(Answer("Therefore 2+2=4"), "(none)");
  EXPECT_EQ(Answer(""), "(none)");
  EXPECT_EQ(Answer("\\boxed{\\frac{1}{2"), "(none)");
}

TEST(ExtractAnswer, EndsOnHostileText) {
  std::string text;
  for (int i = 0; i < 150'000; ++i) text += "\\boxed{";
  EXPECT_EQ(ExtractAnswer(text), std::nullopt);
  // Each of these would take minutes if an announcement looked over the whole text again.
  for (const char* part : {"answer to the problem ", "**Answer**\n", "# answer # ", ")", "**the"}) {
    text = "The answer is ";
    while (text.size() < 1'000'000) text += part;
    ExtractAnswer(text + "answer");
  }
}

// Endings as models write them; an answer is compared as graded, so that marks around it are free.
TEST(ExtractAnswer, ReadsEveryEndingOfTheTable) {
  std::ifstream in(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/extract_answers.jsonl");
  int rows = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    const Json row = ParseJson(line).value();
    const std::string response = row["response"];
    const std::string answer = ExtractAnswer(response).value_or("");
    const std::string expected = row["answer"].is_null() ? "" : row["answer"].get<std::string>();
    EXPECT_TRUE(answer == expected || GradeStrict(expected, answer).equal)
        << response << " gave " << answer;
  }
  EXPECT_GT(rows, 100);
}

}  // namespace
}  // namespace fuseo1
