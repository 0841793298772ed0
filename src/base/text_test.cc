#include "base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace fuseo1 {
namespace {

TEST(Text, QuotedShowsNoControlCharacter) {
  EXPECT_EQ(Quoted("a\n\x1b[31m"), "\"a\\n\\x1b[31m\"");
  EXPECT_EQ(Quoted("\u202eabc"), "\"\\u202eabc\"");
  EXPECT_EQ(Quoted("\xff"), "\"\\xff\"");
  EXPECT_EQ(Quoted("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\"");
  EXPECT_EQ(Quoted("多"), "\"多\"");
}

TEST(Text, QuotedIsBounded) { EXPECT_EQ(Quoted("abcdef", 3), "\"abc…\""); }

TEST(Text, ValidUtf8) {
  EXPECT_TRUE(IsValidUtf8("aé多😀"));
  EXPECT_FALSE(IsValidUtf8("\xc0\x80"));      // overlong
  EXPECT_FALSE(IsValidUtf8("\xed\xa0\x80"));  // surrogate
  EXPECT_FALSE(IsValidUtf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(IsValidUtf8("\xe2\x82"));
}

TEST(Text, NearestWordFindsTypos) {
  constexpr std::array<std::string_view, 3> kKeys = {"parameters", "models", "dtype"};
  EXPECT_EQ(NearestWord("paramters", kKeys), "parameters");
  EXPECT_EQ(NearestWord("xyzzy", kKeys), "");
}

TEST(Text, HumanBytes) {
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1000), "1.00 kB");
  EXPECT_EQ(HumanBytes(12'400'000'000), "12.4 GB");
  EXPECT_EQ(HumanBytes(999'999), "1.00 MB");
}

}  // namespace
}  // namespace fuseo1
