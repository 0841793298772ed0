#include "base/file_guess.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/json.h"

namespace fuseo1 {
namespace {

TEST(FileGuess, KnowsWhatTakesTheirPlaceOfModelFiles) {
  const std::pair<std::string, std::string> cases[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"},
      {"<!DOCTYPE html><html>", "web page"},
      {"<!doctype HTML>", "web page"},
      {"\xEF\xBB\xBF \n<HTML lang=en>", "web page"},
      {"<?xml version=\"1.0\"?><Error>", "XML"},
      {"<Error><Code>AccessDenied</Code>", "XML"},
      {"GGUF\x03", "GGUF"},
      {"PK\x03\x04", "PyTorch"},
      {"\x80\x02}q", "pickle"},
      {"\x80\x04\x95\x10", "pickle"},
      {"\x1f\x8b\x08", "gzip"},
      {"\x89HDF\r\n\x1a\n", "HDF5"},
      {"<<<<<<< HEAD\n", "conflict"},
      {std::string(64, '\0'), "interrupted"},
  };
  for (const auto& [start, words] : cases) {
    const std::string message = GuessFile(start).Message("JSON");
    EXPECT_NE(message.find(words), std::string::npos) << message;
    EXPECT_EQ(message.find("expected JSON, found "), 0U) << message;
  }
}

TEST(FileGuess, LeavesGoodFilesAlone) {
  for (const char* start : {"", "{\"a\": 1}", "[]", "models:\n", "<unk>", "versions: 1", "null"}) {
    EXPECT_TRUE(GuessFile(start).what.empty()) << start;
  }
  EXPECT_TRUE(LooksLikeText("Entry not found"));
  EXPECT_FALSE(LooksLikeText("\x01 x"));
  EXPECT_FALSE(LooksLikeText(""));
}

TEST(FileGuess, JsonThatIsNoneIsNamed) {
  const auto message = [](std::string_view text) { return ParseJson(text).error().message(); };
  EXPECT_NE(message("version https://git-lfs.github.com/spec/v1\n").find("git lfs pull"),
            std::string::npos);
  EXPECT_NE(message("<html></html>").find("web page"), std::string::npos);
  EXPECT_NE(message(" \n").find("found an empty file"), std::string::npos);
  EXPECT_EQ(message("{\"a\": 1,\n \"b\": oops}"),
            "not valid JSON near byte 16 (line 2, column 7), at \"oops}\"");
  EXPECT_EQ(message("{\"a\": 1"), "not valid JSON near byte 7, where the text ends too early");
}

}  // namespace
}  // namespace fuseo1
