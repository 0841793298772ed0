#include "publish/tokenizer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "base/file_guess.h"
#include "base/limits.h"
#include "base/text.h"
#include "checkpoint/hub_cache.h"
#include "checkpoint/model_files.h"

namespace fuseo1 {
namespace {

constexpr std::array kExactNames = {"added_tokens.json",
                                    "bpe.codes",
                                    "chat_template.json",
                                    "encoder.json",
                                    "generation_config.json",
                                    "image_processor_config.json",
                                    "merges.txt",
                                    "normalizer.json",
                                    "preprocessor_config.json",
                                    "processor_config.json",
                                    "sentencepiece.bpe.model",
                                    "special_tokens_map.json",
                                    "spiece.model",
                                    "video_preprocessor_config.json",
                                    "vocab.bpe",
                                    "vocab.json",
                                    "vocab.txt"};
constexpr std::array kTokenizerSuffixes = {".json", ".model", ".txt", ".tiktoken"};
constexpr std::string_view kTokenizerConfig = "tokenizer_config.json";

bool IsInside(std::string_view path, std::string_view directory) {
  return StartsWith(path, directory) && path.size() > directory.size() &&
         (directory.back() == '/' || path[directory.size()] == '/');
}

// Where a hub repository that someone moved and linked keeps its files: beside its snapshots.
std::string BlobsBeside(const std::string& directory) {
  const std::size_t commit = directory.rfind('/');
  if (commit == std::string::npos || !EndsWith(directory.substr(0, commit), "/snapshots")) {
    return "";
  }
  return directory.substr(0, directory.rfind('/', commit - 1)) + "/blobs";
}

// A link may lead to anywhere in the model's own folder or hub repository; out of it only to a file
// of the same name, or to a blob of a hub cache, as people link models together. Anything else
// (tokenizer.json -> /etc/passwd in a folder from a stranger) would publish a file that is no
// tokenizer.
bool LinkIsHarmless(const std::string& name, const std::string& target,
                    const std::string& directory) {
  const std::string repository = RepositoryOfSnapshot(directory);
  if (IsInside(target, directory) || (!repository.empty() && IsInside(target, repository))) {
    return true;
  }
  const std::string blobs = BlobsBeside(directory);
  return (!blobs.empty() && IsInside(target, blobs)) || EndsWith(target, "/" + name) ||
         (Contains(target, "/models--") && Contains(target, "/blobs/"));
}

Result<Json> ReadObject(FileSystem& fs, const std::vector<SideFile>& files, std::string_view name) {
  FUSEO1_TRY(const std::string text, ReadSideFile(fs, files, name));
  Result<Json> json = ParseJson(text, {.max_bytes = kMaxTokenizerJsonBytes});
  if (!json.ok()) {
    return std::move(json).TakeError();
  }
  if (!json->is_object()) {
    return InputError(fmt::format("holds {}, expected an object", json->type_name()));
  }
  return json;
}

bool Has(const std::vector<SideFile>& files, std::string_view name) {
  return std::any_of(files.begin(), files.end(),
                     [name](const SideFile& file) { return file.name == name; });
}

// add_bos_token as transformers takes it: what is written, else true for the tokenizers of LLaMA.
bool AddsBos(const Json& tokenizer_config) {
  if (const Json* flag = FindKey(tokenizer_config, "add_bos_token"); flag != nullptr) {
    return flag->is_boolean() && flag->get<bool>();
  }
  const Json* kind = FindKey(tokenizer_config, "tokenizer_class");
  return kind != nullptr && kind->is_string() &&
         StartsWith(kind->get_ref<const std::string&>(), "LlamaTokenizer");
}

std::string BosText(const Json& tokenizer_config) {
  const Json* bos = FindKey(tokenizer_config, "bos_token");
  if (bos != nullptr && bos->is_object()) {
    bos = FindKey(*bos, "content");
  }
  return bos != nullptr && bos->is_string() ? bos->get<std::string>() : "";
}

}  // namespace

bool IsTokenizerFile(std::string_view name) {
  if (std::find(kExactNames.begin(), kExactNames.end(), name) != kExactNames.end()) {
    return true;
  }
  if (StartsWith(name, ".")) {
    return false;
  }
  if (EndsWith(name, ".jinja") || EndsWith(name, ".tiktoken") ||
      StartsWith(name, "tokenizer.model")) {
    return true;
  }
  return StartsWith(name, "tokenizer") &&
         std::any_of(kTokenizerSuffixes.begin(), kTokenizerSuffixes.end(),
                     [name](const char* suffix) { return EndsWith(name, suffix); });
}

Result<std::vector<SideFile>> ListTokenizerFiles(FileSystem& fs, const std::string& directory) {
  FUSEO1_TRY(const std::vector<std::string> names, fs.List(directory));
  std::vector<SideFile> files;
  for (const std::string& name : names) {
    if (!IsTokenizerFile(name)) {
      continue;
    }
    const std::string path = directory + "/" + name;
    FUSEO1_TRY(const std::string target, fs.Resolve(path));
    if (!LinkIsHarmless(name, target, directory)) {
      return InputError(fmt::format(
          "{}: a link that leads outside the model's folder, to {}. Put the file itself "
          "there, or merge with --no-copy-tokenizer.",
          Quoted(path), Quoted(target)));
    }
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind != FileKind::kRegular) {
      return InputError(fmt::format("{}: expected a regular file{}", Quoted(path),
                                    info.kind == FileKind::kMissing ? ", found a dangling link"
                                    : info.kind == FileKind::kDirectory
                                        ? ", found a directory"
                                        : ", found a FIFO, socket or device"));
    }
    if (info.bytes > kMaxTokenizerJsonBytes) {
      return InputError(fmt::format("{}: {} bytes, a tokenizer file may have {}", Quoted(path),
                                    info.bytes, kMaxTokenizerJsonBytes));
    }
    FUSEO1_TRY_VOID(fs.OpenRead(path));  // what may not be read is said before the merge
    files.push_back({.name = name, .contents = "", .copy_from = path});
  }
  return files;
}

std::vector<std::string> OddTokenizerFiles(FileSystem& fs, const std::vector<SideFile>& files) {
  std::vector<std::string> notes;
  for (const SideFile& file : files) {
    const auto opened = file.copy_from.empty() ? Result<std::unique_ptr<File>>(nullptr)
                                               : fs.OpenRead(file.copy_from);
    if (!opened.ok() || *opened == nullptr) {
      continue;
    }
    const auto info = (*opened)->Info();
    std::string start(
        info.ok() ? static_cast<std::size_t>(std::min<std::uint64_t>(info->bytes, kGuessBytes)) : 0,
        ' ');
    if (!(*opened)->ReadAt(0, std::as_writable_bytes(std::span(start))).ok()) {
      continue;
    }
    const FileGuess guess = GuessFile(start);
    const bool is_empty = start.empty() && EndsWith(file.name, ".json");
    if (is_empty || (guess.is_text && !EndsWith(file.name, ".txt"))) {
      notes.push_back(fmt::format("{} is copied as it is, but it is {}. {}",
                                  Printable(file.copy_from), is_empty ? "empty" : guess.what,
                                  is_empty ? "Fetch it again." : guess.remedy));
    }
  }
  return notes;
}

Result<std::string> ReadSideFile(FileSystem& fs, const std::vector<SideFile>& files,
                                 std::string_view name) {
  for (const SideFile& file : files) {
    if (file.name == name) {
      return file.copy_from.empty() ? Result<std::string>(file.contents)
                                    : ReadWholeFile(fs, file.copy_from, kMaxTokenizerJsonBytes);
    }
  }
  return std::string();
}

void SetContents(std::vector<SideFile>& files, std::string_view name, std::string contents) {
  for (SideFile& file : files) {
    if (file.name == name) {
      file.contents = std::move(contents);
      file.copy_from.clear();
      return;
    }
  }
  files.push_back({.name = std::string(name), .contents = std::move(contents), .copy_from = ""});
}

Status CheckTokenizer(FileSystem& fs, const std::string& directory,
                      const std::vector<SideFile>& files) {
  for (const std::string_view name : {std::string_view("tokenizer.json"), kTokenizerConfig}) {
    if (!Has(files, name)) {
      continue;
    }
    if (Result<Json> json = ReadObject(fs, files, name); !json.ok()) {
      return Damaged(directory + "/" + std::string(name), json.error());
    } else if (const Json* model = FindKey(*json, "model");
               name == "tokenizer.json" && (model == nullptr || !model->is_object())) {
      return InputError(
          fmt::format("{}: key \"model\" is missing or no object; the file is no "
                      "tokenizer",
                      Quoted(directory + "/tokenizer.json")));
    }
  }
  if (!Has(files, "tokenizer.json") && !Has(files, "tokenizer.model") &&
      !Has(files, "vocab.json") && !Has(files, "vocab.txt")) {
    return InputError(fmt::format(
        "{}: has no tokenizer (tokenizer.json, tokenizer.model, vocab.json or vocab.txt), which "
        "tokenizer_source asks for",
        Quoted(directory)));
  }
  return {};
}

std::string ConfiguredTemplate(const Json& tokenizer_config) {
  const Json* found = FindKey(tokenizer_config, "chat_template");
  if (found == nullptr) {
    return "";
  }
  if (found->is_string()) {
    return found->get<std::string>();
  }
  if (found->is_array()) {
    for (const Json& entry : *found) {
      const Json* name = FindKey(entry, "name");
      const Json* text = FindKey(entry, "template");
      if (name != nullptr && text != nullptr && *name == "default" && text->is_string()) {
        return text->get<std::string>();
      }
    }
  }
  return "";
}

Status SetChatTemplate(FileSystem& fs, std::vector<SideFile>& files, const std::string& text) {
  if (Has(files, kTokenizerConfig)) {
    Result<Json> json = ReadObject(fs, files, kTokenizerConfig);
    if (!json.ok()) {
      return std::move(json).TakeError().In("chat_template: the tokenizer_config.json to edit");
    }
    (*json)["chat_template"] = text;
    SetContents(files, kTokenizerConfig, DumpJson(*json) + "\n");
  }
  // Readers prefer these files to the key where they are there.
  if (Has(files, "chat_template.json")) {
    SetContents(files, "chat_template.json", DumpJson({{"chat_template", text}}) + "\n");
  }
  if (Has(files, "chat_template.jinja") || !Has(files, kTokenizerConfig)) {
    SetContents(files, "chat_template.jinja", text);
  }
  return {};
}

std::string FixDoubleBos(FileSystem& fs, std::vector<SideFile>& files,
                         std::string_view model_type) {
  if (!StartsWith(model_type, "qwen") || !Has(files, kTokenizerConfig)) {
    return "";
  }
  Result<Json> json = ReadObject(fs, files, kTokenizerConfig);
  if (!json.ok() || !AddsBos(*json)) {
    return "";
  }
  const std::string bos = BosText(*json);
  std::string chat_template = ConfiguredTemplate(*json);
  if (const auto text = ReadSideFile(fs, files, "chat_template.jinja"); text.ok()) {
    chat_template += *text;
  }
  if (bos.empty() || (!Contains(chat_template, bos) && !Contains(chat_template, "bos_token"))) {
    return "";
  }
  (*json)["add_bos_token"] = false;
  SetContents(files, kTokenizerConfig, DumpJson(*json) + "\n");
  return fmt::format(
      "tokenizer_config.json: add_bos_token is set to false, because the chat template already "
      "writes {} and the tokenizer would put it there twice",
      Quoted(bos));
}

}  // namespace fuseo1
