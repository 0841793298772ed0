#include "eval/judge/value.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(Value, ReadsJsonWithAllDigitsOfIntegers) {
  const Result<Value> value = ParseValue(
      R"( [1, -0, 123456789012345678901234567890, 2.5e3, "a\n\ud83d\ude00", null, true, {"k": []}] )",
      ValueSyntax::kJson);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->items[1].text, "0");
  EXPECT_EQ(value->items[2].text, "123456789012345678901234567890");
  EXPECT_EQ(value->items[3].number, 2500.0);
  EXPECT_EQ(value->items[4].text, "a\n\xf0\x9f\x98\x80");
  EXPECT_EQ(value->items[7].kind, Value::Kind::kDict);
}

TEST(Value, ReadsTags) {
  const auto kind = [](std::string_view text) {
    return ParseValue(text, ValueSyntax::kTagged)->kind;
  };
  EXPECT_EQ(kind(R"({"t": [1]})"), Value::Kind::kTuple);
  EXPECT_EQ(kind(R"({"s": [1]})"), Value::Kind::kSet);
  EXPECT_EQ(kind(R"({"d": [[1, 2]]})"), Value::Kind::kDict);
  EXPECT_EQ(kind(R"({"c": [1.0, 2.0]})"), Value::Kind::kComplex);
  EXPECT_EQ(kind(R"({"o": "E"})"), Value::Kind::kOther);
  for (const char* bad : {R"({"x": 1})", R"({"t": 1})", R"({"d": [[1]]})", R"({"d": [1]})", "{}",
                          R"({"c": [1]})", R"({"b": 1})"}) {
    EXPECT_FALSE(ParseValue(bad, ValueSyntax::kTagged).ok()) << bad;
  }
}

TEST(Value, RejectsWhatIsNotOneValue) {
  for (const char* bad :
       {"", " ", "1 2", "[1,]", "[", "{", "{\"a\"}", "{\"a\":}", "\"", "\"\\u12\"", "\"\\x\"", "01",
        "-", "1.2.3", "nul", "tru", "+1", "--1", "1e"}) {
    EXPECT_FALSE(ParseValue(bad, ValueSyntax::kJson).ok()) << bad;
  }
}

TEST(Value, NestsOnlySoDeep) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(ParseValue(nested(kMaxValueDepth + 1), ValueSyntax::kJson).ok());
  EXPECT_FALSE(ParseValue(nested(kMaxValueDepth + 2), ValueSyntax::kJson).ok());
  EXPECT_FALSE(ParseValue(nested(1'000'000), ValueSyntax::kJson).ok());
}

}  // namespace
}  // namespace fuseo1
