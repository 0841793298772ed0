#include "base/json.h"

#include <gtest/gtest.h>

#include "base/json_any_text.h"

namespace fuseo1 {
namespace {

TEST(Json, KeepsTheOrderOfKeys) {
  const auto json = ParseJson(R"({"z": 1, "a": [true, null, "x"]})");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(DumpJson(*json, -1), R"({"z":1,"a":[true,null,"x"]})");
}

TEST(Json, RejectsAKeyThatOccursTwice) {
  const auto json = ParseJson(R"({"a": 1, "b": {"a": 2}, "a": 3})");
  ASSERT_FALSE(json.ok());
  EXPECT_EQ(json.error().message(), R"(key "a" occurs twice in one object)");
}

TEST(Json, CountsDepthAtTheLimit) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(ParseJson(nested(kMaxJsonDepth - 1)).ok());
  EXPECT_TRUE(ParseJson(nested(kMaxJsonDepth)).ok());
  EXPECT_FALSE(ParseJson(nested(kMaxJsonDepth + 1)).ok());
  EXPECT_FALSE(ParseJson(nested(1'000'000)).ok());
}

TEST(Json, CountsBytesAtTheLimit) {
  const JsonLimits limits{.max_bytes = 4};
  EXPECT_TRUE(ParseJson("123", limits).ok());
  EXPECT_TRUE(ParseJson("1234", limits).ok());
  EXPECT_FALSE(ParseJson("12345", limits).ok());
}

TEST(Json, RejectsDamage) {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "1 2", "\"\xff\"", "NaN", "{'a':1}"}) {
    const auto json = ParseJson(text);
    ASSERT_FALSE(json.ok()) << text;
    EXPECT_EQ(json.error().code(), ErrorCode::kInput);
  }
}

TEST(Json, RejectsWhatHidesBehindAZeroByte) {
  EXPECT_FALSE(ParseJson(std::string_view("{}\0[", 4)).ok());
  EXPECT_FALSE(ParseJson(std::string_view("{}\0", 3)).ok());
}

TEST(Json, QuotesNumbersThatJsonDoesNotHave) {
  EXPECT_EQ(QuoteNonFiniteNumbers(R"([NaN, -Infinity, Infinity, "NaN \" Infinity", 1])"),
            R"(["NaN", "-Infinity", "Infinity", "NaN \" Infinity", 1])");
  EXPECT_FALSE(ParseJson("[NaN]").ok());
}

TEST(Json, KeepsTheNumbersThatOnlyPythonHas) {
  const std::string text =
      "{\n  \"a\": [\n    0.0,\n    Infinity\n  ],\n  \"b\": \"NaN\",\n  \"c\": NaN\n}";
  const auto json = ParsePythonJson(text);
  ASSERT_TRUE(json.ok()) << json.error().message();
  EXPECT_EQ(DumpPythonJson(*json), text);
  EXPECT_FALSE(ParsePythonJson("{\"a\": Infinity, oops}").ok());
  EXPECT_FALSE(ParsePythonJson("{\"a\": nan}").ok());
}

TEST(Json, ReplacesHalvesOfSurrogatePairsInTextOfOthers) {
  const auto text = [](std::string_view json) {
    return ParseJsonOfAnyText(json)->get<std::string>();
  };
  EXPECT_FALSE(ParseJson(R"("\ud800")").ok());
  EXPECT_EQ(text(R"("5\ud800")"), "5\xef\xbf\xbd");
  EXPECT_EQ(text(R"("\uDC00\uD83D\uDE00x")"), "\xef\xbf\xbd\xf0\x9f\x98\x80x");
  EXPECT_EQ(text(R"("\ud83d\ud83d\ude00")"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
  EXPECT_EQ(text(R"("\\ud800")"), "\\ud800");
  EXPECT_FALSE(ParseJsonOfAnyText(R"("\ud8)").ok());
  EXPECT_FALSE(ParseJsonOfAnyText("\"\\").ok());
}

}  // namespace
}  // namespace fuseo1
