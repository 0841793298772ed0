#include "checkpoint/shard_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

Result<ShardIndex> Parse(std::string_view text) {
  static Interner interner;
  return ParseShardIndex(text, interner);
}

std::string Map(std::string_view members) {
  return fmt::format(R"({{"weight_map":{{{}}}}})", members);
}

TEST(ShardIndex, ReadsMapAndSize) {
  const auto index =
      Parse(R"({"metadata":{"total_size":12,"by":{"x":[1]}},"weight_map":)"
            R"({"b":"2.safetensors","a":"2.safetensors","c":"1.safetensors"},"more":[{}]})");
  ASSERT_TRUE(index.ok()) << index.error().message();
  EXPECT_EQ(index->shards, (std::vector<std::string>{"1.safetensors", "2.safetensors"}));
  ASSERT_EQ(index->entries.size(), 3u);
  EXPECT_EQ(index->entries[0].tensor, "a");
  EXPECT_EQ(index->entries[0].shard, 1u);
  EXPECT_EQ(index->entries[2].shard, 0u);
  EXPECT_EQ(index->total_size, 12u);
}

TEST(ShardIndex, TakesNoSizeFromOddMetadata) {
  for (const char* metadata : {"null", "[]", "7", "{}", R"({"total_size":1.5e10})",
                               R"({"total_size":"12"})", R"({"total_size":-1})"}) {
    const auto index =
        Parse(fmt::format(R"({{"metadata":{},"weight_map":{{"a":"1.safetensors"}}}})", metadata));
    ASSERT_TRUE(index.ok()) << metadata << index.error().message();
    EXPECT_FALSE(index->total_size.has_value()) << metadata;
  }
}

TEST(ShardIndex, RefusesDamage) {
  for (const std::string& text :
       {std::string(""), std::string("null"), std::string("[]"), std::string("{}"),
        std::string("{\"weight_map\":"), std::string(R"({"weight_map":[]})"),
        std::string(R"({"weight_map":null})"), std::string(R"({"weight_map":{}})"), Map(R"("a":1)"),
        Map(R"("a":null)"), Map(R"("a":["1.safetensors"])"), Map(R"("a":"1.safetensors",)"),
        Map(R"("a":"1.safetensors")") + "x", Map("\"\xff\":\"1.safetensors\""),
        Map(R"("a":"1.safetensors","a":"1.safetensors")"),
        Map(R"("a":"1.safetensors","\u0061":"2.safetensors")"), Map(R"("a\n":"1.safetensors")"),
        std::string(R"({"weight_map":{"a":"1.safetensors"},"weight_map":{}})")}) {
    const auto index = Parse(text);
    ASSERT_FALSE(index.ok()) << text;
    EXPECT_EQ(index.error().code(), ErrorCode::kInput);
    EXPECT_FALSE(HasControlCharacters(index.error().message()));
  }
}

TEST(ShardIndex, NamesBothShardsOfATensorNamedTwice) {
  const auto index = Parse(Map(R"("a":"2.safetensors","a":"1.safetensors")"));
  ASSERT_FALSE(index.ok());
  EXPECT_TRUE(Contains(index.error().message(), "1.safetensors"));
  EXPECT_TRUE(Contains(index.error().message(), "2.safetensors"));
}

TEST(ShardIndex, RefusesShardNamesThatAreNoPlainNames) {
  for (const char* name : {"",
                           ".",
                           "..",
                           "../x.safetensors",
                           "../../x.safetensors",
                           "/etc/passwd",
                           "/x.safetensors",
                           "a/../../b.safetensors",
                           "a/b.safetensors",
                           "./x.safetensors",
                           "a\\\\b.safetensors",
                           ".hidden.safetensors",
                           ".safetensors",
                           "x",
                           "pytorch_model.bin",
                           "x.pt",
                           "x.gguf",
                           "x.safetensors/",
                           "x.safetensors\\u0000",
                           "x\\n.safetensors",
                           "\\u202e.safetensors",
                           "%2e%2e%2fx.safetensors/..",
                           "file:///x.safetensors",
                           "C:\\\\x.safetensors"}) {
    const auto index = Parse(Map(fmt::format(R"("a":"{}")", name)));
    ASSERT_FALSE(index.ok()) << name;
    EXPECT_EQ(index.error().code(), ErrorCode::kInput);
    EXPECT_TRUE(Contains(index.error().message(), "tensor \"a\"")) << index.error().message();
  }
}

TEST(ShardIndex, CountsDepthAtTheLimit) {
  for (const int depth : {kMaxJsonDepth - 1, kMaxJsonDepth, kMaxJsonDepth + 1}) {
    const auto inner = static_cast<std::size_t>(depth - 1);
    const auto index = Parse(R"({"weight_map":{"a":"1.safetensors"},"x":)" +
                             std::string(inner, '[') + std::string(inner, ']') + "}");
    EXPECT_EQ(index.ok(), depth <= kMaxJsonDepth) << depth;
  }
}

TEST(ShardIndex, CountsNamesAtTheLimit) {
  for (const std::size_t bytes :
       {kMaxTensorNameBytes - 1, kMaxTensorNameBytes, kMaxTensorNameBytes + 1}) {
    const auto index = Parse(Map(fmt::format(R"("{}":"1.safetensors")", std::string(bytes, 'n'))));
    EXPECT_EQ(index.ok(), bytes <= kMaxTensorNameBytes);
  }
}

TEST(ShardIndex, ATotalSizeThatIsNoWholeNumberIsOdd) {
  for (const char* size : {"-1", "1.5", "\"x\"", "null", "[]", "1180591620717411303424"}) {
    const auto index = Parse(fmt::format(
        R"({{"metadata":{{"total_size":{}}},"weight_map":{{"a":"1.safetensors"}}}})", size));
    ASSERT_TRUE(index.ok()) << index.error().message();
    EXPECT_TRUE(index->total_size_is_odd) << size;
  }
}

}  // namespace
}  // namespace fuseo1
