#include "cli/sizes.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(Sizes, MemoryTakesDecimalAndBinaryUnits) {
  EXPECT_EQ(*ParseMemorySize("4096"), 4096U);
  EXPECT_EQ(*ParseMemorySize("256MiB"), 256U << 20);
  EXPECT_EQ(*ParseMemorySize("256 mib"), 256U << 20);
  EXPECT_EQ(*ParseMemorySize("2GB"), 2'000'000'000U);
  EXPECT_EQ(*ParseMemorySize("2G"), 2ULL << 30);
  EXPECT_EQ(*ParseMemorySize("1.5KiB"), 1536U);
}

TEST(Sizes, MemoryRefusesWhatIsNoSize) {
  for (const char* text : {"", "x", "-1", "0", "1.", "1.2.3MB", "5 apples", "1e9", "0x10",
                           "99999999999999999999", "16777216TiB", "1.1234567GB", "\xff"}) {
    const auto bytes = ParseMemorySize(text);
    ASSERT_FALSE(bytes.ok()) << text;
    EXPECT_EQ(bytes.error().code(), ErrorCode::kUsage);
  }
}

TEST(Sizes, ShardSizeCountsInMergekitsLetters) {
  EXPECT_EQ(*ParseShardSize("5B"), 5'000'000'000U);
  EXPECT_EQ(*ParseShardSize("5b"), 5'000'000'000U);
  EXPECT_EQ(*ParseShardSize("300M"), 300'000'000U);
  EXPECT_EQ(*ParseShardSize("12k"), 12'000U);
  EXPECT_EQ(*ParseShardSize("5GB"), 5'000'000'000U);
  EXPECT_EQ(*ParseShardSize("2GiB"), 2ULL << 30);
  EXPECT_EQ(*ParseShardSize("0"), 0U);
  EXPECT_FALSE(ParseShardSize("5X").ok());
  EXPECT_FALSE(ParseShardSize("-5B").ok());
}

TEST(Sizes, ShareIsAboveZeroAndAtMostOne) {
  EXPECT_DOUBLE_EQ(*ParseShare("0.25"), 0.25);
  EXPECT_DOUBLE_EQ(*ParseShare("25%"), 0.25);
  EXPECT_DOUBLE_EQ(*ParseShare("1"), 1);
  EXPECT_DOUBLE_EQ(*ParseShare("100%"), 1);
  for (const char* text : {"0", "1.01", "101%", "-0.5", "half", "", "%"}) {
    EXPECT_FALSE(ParseShare(text).ok()) << text;
  }
}

}  // namespace
}  // namespace fuseo1
