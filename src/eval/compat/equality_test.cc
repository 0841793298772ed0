#include "eval/compat/equality.h"

#include <gtest/gtest.h>


#include "eval/compat/extract.h"
#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

bool Equal(std::string_view gold, std::string_view prediction) {
  return GradePublishedPair(gold, prediction).equal;
}

TEST(PublishedEqual, GivesFuseO1sVerdictOnNearlyEveryPair) {
  const std::vector<Json> rows = ReadVectors("math_pairs.jsonl");
  ASSERT_EQ(rows.size(), 259U);
  int same = 0;
  for (const Json& row : rows) {
    const Runes gold = PublishedGold(TextOf(row, "gold"), GoldRule::kTwicePassed);
    EXPECT_EQ(Utf8FromRunes(gold), TextOf(row, "fuseo1_gold_norm")) << row;
    const Runes boxed = RunesFromUtf8("\\boxed{" + TextOf(row, "pred_boxed") + "}");
    EXPECT_EQ(Utf8FromRunes(NormaliseAnswer(ExtractPublished(boxed))),
              TextOf(row, "fuseo1_pred_norm"))
        << row;
    const bool equal = Equal(TextOf(row, "gold"), TextOf(row, "pred_boxed"));
    same += equal == row.at("fuseo1_equal").get<bool>() ? 1 : 0;
    if (equal != row.at("fuseo1_equal").get<bool>()) {
      std::cout << "differs: " << row << "\n";
    }
  }
  EXPECT_GE(same, 258);
}

TEST(PublishedEqual, KeepsThePublishedFaults) {
  EXPECT_TRUE(Equal("204", "2.04"));
  EXPECT_TRUE(Equal("10000", "10001"));
  EXPECT_TRUE(Equal("[1,2]", "(1,2)"));
  EXPECT_TRUE(Equal("(1,2)+4", "(1,2)+3"));
  EXPECT_TRUE(Equal("52_8", "528"));
  EXPECT_TRUE(Equal("x>3", "x<3"));
  const Runes empty = PublishedGold("\\text{east}", GoldRule::kTwicePassed);
  EXPECT_TRUE(PublishedEqual(PublishedPrediction(U"\\boxed{17}", empty), empty).equal);
  EXPECT_FALSE(Equal("3.14159", "\\pi"));
  EXPECT_FALSE(Equal("x^2+x", "x(x+1)"));
  EXPECT_FALSE(Equal("\\frac32", "1\\frac12"));
}

TEST(PublishedEqual, DecidesHostileText) {
  EXPECT_FALSE(Equal("1", "9^{9^{9^{9^{9}}}}"));
  EXPECT_FALSE(Equal("1", std::string(1'000'000, '{')));
  EXPECT_FALSE(Equal("x", std::string(5'000, '(') + "y" + std::string(5'000, ')')));
  std::string fractions = "1";
  for (int i = 0; i < 3'000; ++i) {
    fractions.insert(0, "\\frac{");
  }
  EXPECT_FALSE(Equal("x", fractions));
  EXPECT_FALSE(Equal("1", "\\sum_{a=1}^{9999}\\sum_{b=1}^{9999}\\sum_{c=1}^{9999}a*b*c"));
  EXPECT_FALSE(Equal("", "[[[[[[[[((((((([[[[[[x^2"));
  EXPECT_FALSE(Equal("5", std::string("\0\xff\xfe", 3)));
}

}  // namespace
}  // namespace fuseo1
