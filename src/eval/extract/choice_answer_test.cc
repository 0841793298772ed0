#include "eval/extract/choice_answer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "eval/compat/choice_published.h"
#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

const std::vector<std::string> kTen = {"one", "42 K", "three", "four",      "five",
                                       "six", "7",    "eight", "vitamin A", "ten"};
const std::vector<std::string> kFour = {"one", "42 K", "vitamin A", "four"};

std::string Chosen(std::string_view response, const std::vector<std::string>& options = kFour) {
  const ChoiceAnswer answer = ExtractChoice(response, options);
  return answer.letter ? std::string(1, *answer.letter) : "none";
}

TEST(ChoiceAnswer, GivesWhatItShouldOnEveryVector) {
  const std::vector<Json> rows = ReadVectors("mcq_extraction.jsonl");
  ASSERT_EQ(rows.size(), 25U);
  for (const Json& row : rows) {
    const std::string response = TextOf(row, "response");
    EXPECT_EQ(PublishedChoice(response), TextOf(row, "fuseo1_gpqa_mmlu")) << row;
    const std::optional<std::string> ten = PublishedChoiceOfTen(response);
    EXPECT_EQ(ten.value_or(""), TextOf(row, "fuseo1_mmlu_pro")) << row;
    EXPECT_EQ(ten.has_value(), row.at("fuseo1_mmlu_pro").is_string()) << row;
    const std::string should = TextOf(row, "should_be");
    EXPECT_EQ(Chosen(response, kTen), should.empty() ? "none" : should) << row;
  }
}

TEST(ChoiceAnswer, ReadsEveryEndingOfTheTable) {
  std::ifstream in(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/extract_choices.jsonl");
  int rows = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    const Json row = ParseJson(line).value();
    const std::string response = row["response"];
    const auto options =
        row.contains("options") ? row["options"].get<std::vector<std::string>>() : kFour;
    EXPECT_EQ(Chosen(response, options),
              row["letter"].is_null() ? "none" : row["letter"].get<std::string>())
        << response;
  }
  EXPECT_GT(rows, 100);
}

TEST(ChoiceAnswer, ReadsALoneLetterInTheLastBalancedBox) {
  EXPECT_EQ(Chosen("\\boxed{{C}}"), "C");
  EXPECT_EQ(Chosen("\\boxed {\\mathbf{(d).}}"), "D");
  EXPECT_EQ(Chosen("\\boxed{\\text{Option B}}"), "B");
  EXPECT_EQ(Chosen("\\boxed{A} then \\boxed{B"), "A");
  EXPECT_EQ(Chosen("$\\boxed{\\text{(B) 42 K}}$"), "B");
  EXPECT_EQ(Chosen("\\boxed{B 42 K}"), "B");
  EXPECT_EQ(Chosen("\\boxed{C) vitamin A}"), "C");
  EXPECT_EQ(Chosen("\\boxed{C: vitamin A}"), "C");
  EXPECT_EQ(Chosen("\\boxed{Ｂ}"), "B");
  EXPECT_EQ(Chosen("\\boxed{**D**}"), "D");
}

TEST(ChoiceAnswer, LeavesABoxWithoutOneOptionUnparsed) {
  EXPECT_EQ(Chosen("\\boxed{E}"), "none");
  EXPECT_EQ(Chosen("\\boxed{AB}"), "none");
  EXPECT_EQ(Chosen("\\boxed{A or B}"), "none");
  EXPECT_EQ(Chosen("\\boxed{A/B}"), "none");
  EXPECT_EQ(Chosen("\\boxed{(A) (C)}"), "none");
  EXPECT_EQ(Chosen("\\boxed{A and C}"), "none");
  EXPECT_EQ(Chosen("\\boxed{42 K}"), "none");
  EXPECT_EQ(Chosen("\\boxed{}, so the answer is B"), "none");
  EXPECT_EQ(Chosen("\\boxed{a dog}"), "none");
  EXPECT_EQ(Chosen("\\boxed{А}"), "none");  // Cyrillic
}

TEST(ChoiceAnswer, ReadsAnchoredPhrasesTheLastOfThemFirst) {
  EXPECT_EQ(Chosen("The answer is A. No: the answer is **D**."), "D");
  EXPECT_EQ(Chosen("The answer is A because B is wrong."), "A");
  EXPECT_EQ(Chosen("So the answer is C, not B."), "C");
  EXPECT_EQ(Chosen("Answer:\n\nB"), "B");
  EXPECT_EQ(Chosen("Final Answer: $\\text{B}$"), "B");
  EXPECT_EQ(Chosen("答案是 C。"), "C");
  EXPECT_EQ(Chosen("The answer is (b)"), "B");
  EXPECT_EQ(Chosen("The answer is A or B."), "none");
  EXPECT_EQ(Chosen("The answer is a matter of taste"), "none");
  EXPECT_EQ(Chosen("The answer is not B"), "none");
  EXPECT_EQ(Chosen("The answer is I think hard to say", kTen), "none");
}

TEST(ChoiceAnswer, ReadsALastLineThatIsOnlyALetter) {
  EXPECT_EQ(Chosen("Let us see.\n\n**C**\n"), "C");
  EXPECT_EQ(Chosen("(B)."), "B");
  EXPECT_EQ(Chosen("Vitamin\nA is good"), "none");
  EXPECT_EQ(Chosen("A\nis an option, B as well"), "none");
}

TEST(ChoiceAnswer, IgnoresTheReasoningBlock) {
  EXPECT_EQ(Chosen("<think>\\boxed{A}</think>\nno idea"), "none");
  EXPECT_EQ(Chosen("the answer is A</think> The answer is B"), "B");
  EXPECT_EQ(Chosen("<|begin_of_thought|> \\boxed{A} <|end_of_thought|> \\boxed{D}"), "D");
  EXPECT_EQ(Chosen("<think>so \\boxed{A} or maybe"), "none");
}

TEST(ChoiceAnswer, EndsWithTheModelsTurn) {
  EXPECT_EQ(Chosen("\\boxed{B}<|im_end|>\n<|im_start|>user\n\\boxed{C}"), "B");
  EXPECT_EQ(Chosen("<|begin_of_solution|>The answer is D<|end_of_solution|>"), "D");
  EXPECT_EQ(Chosen("The answer is <b>C</b></s>"), "C");
}

TEST(ChoiceAnswer, EndsOnHostileText) {
  std::string open;
  for (int i = 0; i < 100'000; ++i) {
    open += "\\boxed{";
  }
  EXPECT_EQ(Chosen(open), "none");
  EXPECT_EQ(Chosen(std::string(1'000'000, '{')), "none");
  std::string phrases;
  for (int i = 0; i < 50'000; ++i) {
    phrases += "answer is ";
  }
  EXPECT_EQ(Chosen(phrases), "none");
  for (const char* part :
       {"answer is A ", "\\text{", "<b>", "A, ", "answer is then ", "[[[[", "选项"}) {
    std::string text = "The answer is ";
    while (text.size() < 1'000'000) text += part;
    Chosen(text);
  }
}

}  // namespace
}  // namespace fuseo1
