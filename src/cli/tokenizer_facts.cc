#include "cli/tokenizer_facts.h"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "publish/tokenizer_files.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kHashDigitsShown = 8;

std::string TextOf(const Json* value) {
  if (value != nullptr && value->is_object()) {
    value = FindKey(*value, "content");
  }
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

// Ids in the vocabulary and among the added tokens, each once.
std::optional<std::uint64_t> CountTokens(const Json& tokenizer) {
  const Json* model = FindKey(tokenizer, "model");
  const Json* vocabulary = model == nullptr ? nullptr : FindKey(*model, "vocab");
  if (vocabulary == nullptr || !vocabulary->is_structured()) {
    return std::nullopt;
  }
  std::uint64_t count = vocabulary->size();
  std::set<std::string> known;
  const Json* added = FindKey(tokenizer, "added_tokens");
  if (added == nullptr || !added->is_array() || !vocabulary->is_object()) {
    return count;
  }
  for (const Json& token : *added) {
    known.insert(TextOf(FindKey(token, "content")));
  }
  for (const auto& [token, id] : vocabulary->items()) {
    known.erase(token);
  }
  return count + known.size();
}

}  // namespace

std::string TokenizerFacts::Text() const {
  if (files.empty()) {
    return "none";
  }
  std::string text = kind.empty() ? "" : Printable(kind);
  const auto add = [&text](const std::string& fact) {
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ", ", fact);
  };
  if (tokens) {
    add(fmt::format("{} tokens", *tokens));
  }
  if (!bos.empty()) {
    add("BOS " + Quoted(bos));
  }
  if (adds_bos) {
    add(*adds_bos ? "add_bos_token" : "no add_bos_token");
  }
  if (!eos.empty()) {
    add("EOS " + Quoted(eos));
  }
  add(chat_template_bytes == 0
          ? "no chat template"
          : fmt::format("chat template {} of {}", chat_template_hash.substr(0, kHashDigitsShown),
                        HumanBytes(chat_template_bytes)));
  for (const std::string& remark : remarks) {
    add(remark);
  }
  return text;
}

Json TokenizerFacts::Document() const {
  Json document = {{"files", files}};
  document["class"] = kind.empty() ? Json() : Json(kind);
  document["tokens"] = tokens ? Json(*tokens) : Json();
  document["bos_token"] = bos.empty() ? Json() : Json(bos);
  document["eos_token"] = eos.empty() ? Json() : Json(eos);
  document["add_bos_token"] = adds_bos ? Json(*adds_bos) : Json();
  document["chat_template_bytes"] = chat_template_bytes;
  document["chat_template_xxh3_128"] =
      chat_template_hash.empty() ? Json() : Json(chat_template_hash);
  document["remarks"] = remarks;
  return document;
}

TokenizerFacts ReadTokenizerFacts(FileSystem& fs, const std::string& directory) {
  TokenizerFacts facts;
  const auto listed = ListTokenizerFiles(fs, directory);
  if (!listed.ok()) {
    facts.remarks.push_back(listed.error().message());
    return facts;
  }
  for (const SideFile& file : *listed) {
    facts.files.push_back(file.name);
  }
  const auto read = [&](std::string_view name) -> Json {
    const auto text = ReadSideFile(fs, *listed, name);
    if (!text.ok() || text->empty()) {
      return {};
    }
    auto json = ParseJson(*text, {.max_bytes = kMaxTokenizerJsonBytes});
    if (!json.ok()) {
      facts.remarks.push_back(fmt::format("{}: {}", name, json.error().message()));
      return {};
    }
    return *std::move(json);
  };
  const Json config = read("tokenizer_config.json");
  facts.kind = TextOf(FindKey(config, "tokenizer_class"));
  facts.bos = TextOf(FindKey(config, "bos_token"));
  facts.eos = TextOf(FindKey(config, "eos_token"));
  if (const Json* flag = FindKey(config, "add_bos_token"); flag != nullptr && flag->is_boolean()) {
    facts.adds_bos = flag->get<bool>();
  }
  facts.tokens = CountTokens(read("tokenizer.json"));
  std::string text;
  if (const auto jinja = ReadSideFile(fs, *listed, "chat_template.jinja"); jinja.ok()) {
    text = *jinja;
  }
  if (text.empty()) {
    text = ConfiguredTemplate(config);
  }
  if (!text.empty()) {
    facts.chat_template_bytes = text.size();
    facts.chat_template_hash = HashText(text).Hex();
  }
  return facts;
}

}  // namespace fuseo1
