// Which tokenizer files go from a model to the merged one, and the two edits that are made on the
// way: a chat template that the config asks for, and add_bos_token where it would double the BOS.
// One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/run_merge.h"
#include "io/file_system.h"

namespace fuseo1 {

// A small file that a tokenizer, processor or generation setting is read from; never weights, never
// code.
bool IsTokenizerFile(std::string_view name);

// Such files of a model's folder, to be copied unread, in order of name. A link may lead anywhere
// inside the model's folder, or its repository of the Hugging Face cache. Errors: kInput for a name
// that is no regular file, is too large, or leads outside.
Result<std::vector<SideFile>> ListTokenizerFiles(FileSystem& fs, const std::string& directory);

// A sentence for each that is a Git LFS pointer, a web page or empty: it is copied all the same.
std::vector<std::string> OddTokenizerFiles(FileSystem& fs, const std::vector<SideFile>& files);

// Reads what tokenizer_source copies: tokenizer.json and tokenizer_config.json where there are any,
// as JSON objects. kInput for damage, or where there is no tokenizer at all.
Status CheckTokenizer(FileSystem& fs, const std::string& directory,
                      const std::vector<SideFile>& files);

// The file's text, or "" where `files` has no such name.
Result<std::string> ReadSideFile(FileSystem& fs, const std::vector<SideFile>& files,
                                 std::string_view name);

// Replaces (or adds) a file's contents.
void SetContents(std::vector<SideFile>& files, std::string_view name, std::string contents);

// The template in tokenizer_config.json's "chat_template" (a text, or the entry named "default" of
// a list);
// "" where there is none.
std::string ConfiguredTemplate(const Json& tokenizer_config);

// Sets the template in tokenizer_config.json and in chat_template.jinja or .json where they exist.
// kInput where tokenizer_config.json is no JSON object.
Status SetChatTemplate(FileSystem& fs, std::vector<SideFile>& files, const std::string& text);

// A Qwen2-family tokenizer whose template writes the BOS and that would add it once more gets
// "add_bos_token": false; returns the sentence that says so, or "". Never an error: a
// tokenizer_config.json that cannot be read is copied as it is.
std::string FixDoubleBos(FileSystem& fs, std::vector<SideFile>& files, std::string_view model_type);

}  // namespace fuseo1
