#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(JsonWriter, WritesTheBytesOfTheWholeDocument) {
  const Json item = {{"name", "a \"b\"\n\u00e9"}, {"shape", {1, 2}}, {"none", Json::array()}};
  std::string text;
  JsonWriter writer([&](std::string_view piece) { text += piece; });
  writer.Add("format", "x");
  writer.BeginList("tensors");
  writer.Add(item);
  writer.Add(Json(3));
  writer.End();
  writer.BeginList("unused");
  writer.End();
  writer.BeginObject("map");
  writer.Add("k", item);
  writer.Add("", nullptr);
  writer.End();
  writer.BeginObject("empty");
  writer.End();
  writer.Add("nested", Json{{"deep", item}});
  writer.End();
  const Json whole = {{"format", "x"},           {"tensors", Json::array({item, 3})},
                      {"unused", Json::array()}, {"map", {{"k", item}, {"", nullptr}}},
                      {"empty", Json::object()}, {"nested", {{"deep", item}}}};
  EXPECT_EQ(text, DumpJson(whole) + "\n");
}

TEST(JsonWriter, HandsOverLongDocumentsInPieces) {
  std::string text;
  std::size_t largest = 0;
  JsonWriter writer([&](std::string_view piece) {
    text += piece;
    largest = std::max(largest, piece.size());
  });
  Json whole;
  writer.BeginList("list");
  for (int i = 0; i < 50'000; ++i) {
    writer.Add(Json(i));
    whole["list"].push_back(i);
  }
  writer.End();
  writer.End();
  EXPECT_EQ(text, DumpJson(whole) + "\n");
  EXPECT_LT(largest, 100'000U);
}

}  // namespace
}  // namespace fuseo1
