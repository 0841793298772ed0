#include "publish/tokenizer_files.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

// Edits work on contents; no file is read.
std::vector<SideFile> Files(std::initializer_list<std::pair<const char*, std::string>> contents) {
  std::vector<SideFile> files;
  for (const auto& [name, text] : contents) {
    files.push_back({.name = name, .contents = text, .copy_from = ""});
  }
  return files;
}

std::string Contents(const std::vector<SideFile>& files, std::string_view name) {
  for (const SideFile& file : files) {
    if (file.name == name) {
      return file.contents;
    }
  }
  return "(no such file)";
}

constexpr const char* kDoubled =
    R"({"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<B>", "chat_template": "{{ bos_token }}…", "z": 1})";

TEST(TokenizerFiles, KnowsTokenizersFromWeightsAndCode) {
  for (const char* name :
       {"tokenizer.json", "tokenizer_config.json", "tokenizer.model", "tokenizer.model.v3",
        "vocab.json", "merges.txt", "chat_template.jinja", "generation_config.json",
        "qwen.tiktoken", "special_tokens_map.json", "preprocessor_config.json"}) {
    EXPECT_TRUE(IsTokenizerFile(name)) << name;
  }
  for (const char* name : {"model.safetensors", "tokenizer.safetensors", "config.json",
                           "tokenization_x.py", "README.md", ".tokenizer.json", "tokenizer.py", "",
                           "model.safetensors.index.json", "mergekit_config.yml", "fuseo1.json"}) {
    EXPECT_FALSE(IsTokenizerFile(name)) << name;
  }
}

TEST(TokenizerFiles, ADoubleBosIsFixedInTheQwenFamilyOnly) {
  auto files = Files({{"tokenizer_config.json", kDoubled}});
  EXPECT_EQ(FixDoubleBos(PosixFileSystem(), files, "llama"), "");
  EXPECT_EQ(Contents(files, "tokenizer_config.json"), kDoubled);
  EXPECT_NE(FixDoubleBos(PosixFileSystem(), files, "qwen2").find("<B>"), std::string::npos);
  const auto json = ParseJson(Contents(files, "tokenizer_config.json"));
  EXPECT_EQ((*json)["add_bos_token"], false);
  EXPECT_EQ((*json)["z"], 1);
}

TEST(TokenizerFiles, NothingIsFixedWhereTheBosIsNotDoubled) {
  for (const char* text :
       {R"({"add_bos_token": false, "bos_token": "<B>", "chat_template": "<B>"})",
        R"({"add_bos_token": true, "bos_token": null, "chat_template": "bos_token"})",
        R"({"add_bos_token": true, "bos_token": "<B>", "chat_template": "nothing"})",
        R"({"tokenizer_class": "Qwen2Tokenizer", "bos_token": "<B>", "chat_template": "<B>"})",
        "[]", "not json"}) {
    auto files = Files({{"tokenizer_config.json", text}});
    EXPECT_EQ(FixDoubleBos(PosixFileSystem(), files, "qwen2"), "") << text;
    EXPECT_EQ(Contents(files, "tokenizer_config.json"), text);
  }
}

TEST(TokenizerFiles, ATemplateFileCountsForTheDoubleBos) {
  auto files = Files(
      {{"chat_template.jinja", "{{ bos_token }}"},
       {"tokenizer_config.json", R"({"add_bos_token": true, "bos_token": {"content": "<B>"}})"}});
  EXPECT_NE(FixDoubleBos(PosixFileSystem(), files, "qwen2"), "");
}

TEST(TokenizerFiles, ATemplateGoesWhereReadersLook) {
  auto files = Files({{"tokenizer_config.json", R"({"chat_template": "old", "b": 2, "a": 1})"},
                      {"chat_template.jinja", "old"}});
  ASSERT_TRUE(SetChatTemplate(PosixFileSystem(), files, "new").ok());
  EXPECT_EQ(Contents(files, "chat_template.jinja"), "new");
  EXPECT_EQ(Contents(files, "tokenizer_config.json"),
            "{\n  \"chat_template\": \"new\",\n  \"b\": 2,\n  \"a\": 1\n}\n");
  files.clear();
  ASSERT_TRUE(SetChatTemplate(PosixFileSystem(), files, "new").ok());
  EXPECT_EQ(Contents(files, "chat_template.jinja"), "new");
}

TEST(TokenizerFiles, ATemplateCannotGoIntoADamagedConfig) {
  auto files = Files({{"tokenizer_config.json", "[1]"}});
  const Status status = SetChatTemplate(PosixFileSystem(), files, "new");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kInput);
}

TEST(TokenizerFiles, AConfiguredTemplateMayBeAList) {
  EXPECT_EQ(ConfiguredTemplate(*ParseJson(R"({"chat_template": [{"name": "tool", "template": "t"},
                                             {"name": "default", "template": "d"}]})")),
            "d");
  EXPECT_EQ(ConfiguredTemplate(*ParseJson(R"({"chat_template": 5})")), "");
  EXPECT_EQ(ConfiguredTemplate(*ParseJson("[]")), "");
}

}  // namespace
}  // namespace fuseo1
