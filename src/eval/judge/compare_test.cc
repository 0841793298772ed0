#include "eval/judge/compare.h"

#include <gtest/gtest.h>

#include <string>

#include "eval/judge/decimal.h"

namespace fuseo1 {
namespace {

constexpr auto kStrict = Comparator::kStrict, k2025 = Comparator::kLcb2025,
               kFork = Comparator::kLcbFork;

bool Values(const char* result, const char* expected, Comparator comparator) {
  return SameValue(*ParseValue(result, ValueSyntax::kTagged),
                   *ParseValue(expected, ValueSyntax::kJson), comparator);
}

TEST(Decimal, HasOneSpellingForANumber) {
  EXPECT_EQ(CanonicalDecimal("0.50"), CanonicalDecimal("+5e-1"));
  EXPECT_EQ(CanonicalDecimal("-0"), CanonicalDecimal("0.000"));
  EXPECT_EQ(CanonicalDecimal("1200"), CanonicalDecimal("1.2E3"));
  EXPECT_EQ(CanonicalDecimal(".5"), CanonicalDecimal("0.5"));
  EXPECT_NE(CanonicalDecimal("0.50000001"), CanonicalDecimal("0.5"));
  EXPECT_NE(CanonicalDecimal("-100000000001"), CanonicalDecimal("-100000000000"));
  EXPECT_NE(CanonicalDecimal("1e999999999"), CanonicalDecimal("1e999999998"));
  for (const char* bad : {"", ".", "+", "1e", "1e+", "0x1", "1.2.3", "abc", "1,000", "1e+-2", "e5",
                          "1e99999999999999999999"}) {
    EXPECT_FALSE(CanonicalDecimal(bad)) << bad;
  }
}

TEST(SameOutput, StrictForgivesBlanksAtLineEndsAndTheLastNewline) {
  EXPECT_TRUE(SameOutput("1 \r\n2", "1\n2\n", kStrict));
  EXPECT_TRUE(SameOutput("", "\n", kStrict));
  EXPECT_TRUE(SameOutput("1  2\n", "1 2", kStrict));
  EXPECT_TRUE(SameOutput("0.50 3.0 x", "0.5 3 x", kStrict));
  EXPECT_FALSE(SameOutput("YES", "Yes", kStrict));
  EXPECT_FALSE(SameOutput("1\n\n2", "1\n2", kStrict));
  EXPECT_FALSE(SameOutput("\n1", "1", kStrict));
  EXPECT_FALSE(SameOutput("1\n2\n3", "1\n2", kStrict));
  EXPECT_FALSE(SameOutput("1", "1\n2", kStrict));
  EXPECT_FALSE(SameOutput("0.50000001", "0.5", kStrict));
  EXPECT_FALSE(SameOutput("12", "1 2", kStrict));
}

TEST(SameOutput, Lcb2025WantsALineOfTextOrALineOfDecimals) {
  EXPECT_TRUE(SameOutput("0.50 0.250", "0.5 0.25\n", k2025));
  EXPECT_TRUE(SameOutput("\n 1 \n", "1", k2025));
  EXPECT_TRUE(SameOutput("1  2", "1 2", k2025));
  EXPECT_FALSE(SameOutput("a  b", "a b", k2025));
  EXPECT_FALSE(SameOutput("x 0.50", "x 0.5", k2025));
  EXPECT_FALSE(SameOutput("1\n\n2", "1\n2", k2025));
}

TEST(SameOutput, PublishedComparatorsReadNumbersAsPythonDoes) {
  EXPECT_TRUE(SameOutput("1_000 Infinity", "1000 inf", k2025));
  EXPECT_TRUE(SameOutput("\u0661\u0662 1", "12 1.0", k2025));  // Arabic digits
  EXPECT_FALSE(SameOutput("NaN 1", "nan 1", k2025));
  EXPECT_FALSE(SameOutput("-inf", "inf", k2025));
  EXPECT_TRUE(SameOutput("1_000.5", "1000.5", kFork));
  EXPECT_TRUE(SameOutput("1e-400", "0.0", kFork));
  EXPECT_TRUE(SameOutput("1e400", "Infinity", kFork));
  EXPECT_FALSE(SameOutput("NaN", "nan", kFork));
  EXPECT_FALSE(SameOutput("1__0.5", "10.5", kFork));
  EXPECT_FALSE(SameOutput("0x10p0", "16.0", kFork));
  EXPECT_FALSE(SameOutput("1_000", "1000", kStrict));
}

TEST(SameOutput, LcbForkKeepsItsRules) {
  EXPECT_TRUE(SameOutput("1\n\n2", "1\n2\n", kFork));
  EXPECT_TRUE(SameOutput("1 \n2 ", "1\n2", kFork));
  EXPECT_TRUE(SameOutput("0.50000001", "0.5", kFork));
  EXPECT_TRUE(SameOutput("-100000000001", "-100000000000", kFork));
  EXPECT_FALSE(SameOutput("100000000001", "100000000000", kFork));
  EXPECT_FALSE(SameOutput("1  2", "1 2", kFork));
  EXPECT_FALSE(SameOutput("0.50 0.250", "0.5 0.25", kFork));
  EXPECT_TRUE(SameOutput("1\f2", "1\n2", kFork));
}

TEST(SameValue, StrictComparesByType) {
  EXPECT_TRUE(Values("[1, 2]", "[1, 2]", kStrict));
  EXPECT_TRUE(Values(R"({"t": [1, 2]})", "[1, 2]", kStrict));
  EXPECT_FALSE(Values(R"([{"t": [1, 2]}])", "[[1, 2]]", kStrict));
  EXPECT_FALSE(Values(R"({"s": [1]})", "[1]", kStrict));
  EXPECT_FALSE(Values("true", "1", kStrict));
  EXPECT_FALSE(Values("1", "true", kStrict));
  EXPECT_TRUE(Values("1", "1.0", kStrict));
  EXPECT_TRUE(Values("1e20", "100000000000000000000", kStrict));
  EXPECT_FALSE(Values("9007199254740993", "9007199254740992.0", kStrict));
  EXPECT_FALSE(Values("0.30000000000000004", "0.3", kStrict));
  EXPECT_FALSE(Values("NaN", "NaN", kStrict));
  EXPECT_FALSE(Values("1", "\"1\"", kStrict));
  EXPECT_TRUE(Values("null", "null", kStrict));
  EXPECT_FALSE(Values("1", "[1, 2]", kStrict));
  EXPECT_TRUE(Values(R"({"d": [[1, 2], ["b", 3]]})", R"({"b": 3, "1": 2})", kStrict));
  EXPECT_FALSE(Values(R"({"o": "E"})", "5", kStrict));
}

TEST(SameValue, ThePublishedComparatorsKeepTheirRules) {
  for (const Comparator published : {k2025, kFork}) {
    EXPECT_TRUE(Values("true", "1", published));
    EXPECT_TRUE(Values(R"({"d": [[1, 2]]})", R"({"1": 2})", published));
    EXPECT_FALSE(Values(R"({"d": [["1", 2]]})", R"({"1": 2})", published));
    EXPECT_FALSE(Values(R"([{"t": [1, 2]}])", "[[1, 2]]", published));
  }
  EXPECT_TRUE(Values("1", "[1, 2]", kFork));
  EXPECT_TRUE(Values("[1, 2]", "[[1, 2], [3]]", kFork));
  EXPECT_FALSE(Values("1", "[1, 2]", k2025));
}

TEST(CloseValue, ForgivesRoundingOnly) {
  const auto close = [](const char* a, const char* b, double atol) {
    return CloseValue(*ParseValue(a, ValueSyntax::kTagged), *ParseValue(b, ValueSyntax::kTagged),
                      atol);
  };
  EXPECT_TRUE(close("0.30000000000000004", "0.3", 0));
  EXPECT_TRUE(close("[1.0001]", "[1.0]", 0.001));
  EXPECT_FALSE(close("1.1", "1.0", 0.001));
  EXPECT_FALSE(close("[1]", R"({"t": [1]})", 0));
  EXPECT_TRUE(close(R"({"s": [1, 2]})", R"({"s": [2, 1]})", 0));
  EXPECT_TRUE(close("NaN", "NaN", 0));
  EXPECT_FALSE(close("100000001", "100000000", 0.5));
}

TEST(Comparator, IsFoundByName) {
  for (const Comparator comparator : {kStrict, k2025, kFork})
    EXPECT_EQ(FindComparator(ComparatorName(comparator)), comparator);
  EXPECT_FALSE(FindComparator("loose"));
}

}  // namespace
}  // namespace fuseo1
