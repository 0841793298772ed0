#include "eval/compat/normalise.h"

#include <gtest/gtest.h>

#include "eval/compat/number_words.h"
#include "eval/compat/vectors_test.h"

namespace fuseo1 {
namespace {

std::string Normalised(std::string_view text) {
  return Utf8FromRunes(NormaliseAnswer(RunesFromUtf8(text)));
}

std::string Words(std::string_view text) {
  const std::optional<Runes> number = NumberFromWords(RunesFromUtf8(text));
  return number ? Utf8FromRunes(*number) : "none";
}

TEST(Normalise, GivesEveryPublishedVector) {
  const std::vector<Json> rows = ReadVectors("strip_string.jsonl");
  ASSERT_EQ(rows.size(), 123U);
  for (const Json& row : rows) {
    const Runes in = RunesFromUtf8(TextOf(row, "in"));
    const Runes once = NormaliseAnswer(in);
    EXPECT_EQ(Utf8FromRunes(once), TextOf(row, "out")) << row;
    EXPECT_EQ(Utf8FromRunes(NormaliseAnswer(once)), TextOf(row, "out_twice")) << row;
    EXPECT_EQ(Utf8FromRunes(NormaliseAnswer(in, UnitStep::kSkip)), TextOf(row, "out_skip_unit"))
        << row;
  }
}

TEST(Normalise, IsNotIdempotentWhereTheReferenceIsNot) {
  EXPECT_EQ(Normalised("x \\in [-2,7]"), "x\\in[-2,7]");
  EXPECT_EQ(Normalised("x\\in[-2,7]"), "[-2,7]");
}

TEST(Normalise, LeavesAVeryLongTextAlone) {
  const std::string prose(100'000, 'm');
  EXPECT_EQ(Normalised(prose), prose);
}

TEST(Normalise, SecondNormaliserSortsIntegerListsAndKeepsUnitWords) {
  const auto second = [](std::string_view text) {
    return Utf8FromRunes(NormaliseAnswerSecond(RunesFromUtf8(text)));
  };
  EXPECT_EQ(second("3, -1, 20, 2"), "-1,2,3,20");
  EXPECT_EQ(second("5 apples"), "5apples");
  EXPECT_EQ(second("12\\text{ cm}^2"), "12");
  EXPECT_EQ(second("\\text{five}"), "5");
  EXPECT_EQ(second("\\7"), "7");
}

TEST(NumberWords, FollowThePublishedSums) {
  EXPECT_EQ(Words("one hundred and five point two"), "105.2");
  EXPECT_EQ(Words("two million three hundred thousand and six"), "2300006");
  EXPECT_EQ(Words("million two"), "none");
  EXPECT_EQ(Words("thousand thousand"), "none");
  EXPECT_EQ(Words("thousand one million"), "none");
  EXPECT_EQ(Words("apples"), "none");
  EXPECT_EQ(Words("٠٢٥"), "25");
  EXPECT_EQ(Words("point"), "0");
}

}  // namespace
}  // namespace fuseo1
