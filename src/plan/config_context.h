// What the readers of a config share: the file's name for messages, the options, the warnings, and
// the checks that every mapping goes through. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "methods/method.h"
#include "plan/merge_config.h"

namespace fuseo1 {

struct ConfigContext {
  std::string_view file;
  ConfigOptions options;
  std::vector<std::string>* warnings = nullptr;
  const MethodDef* method = nullptr;  // of merge_method

  // kUsage at a node or a member's key.
  Error At(const YamlNode& node, const std::string& words) const;
  Error At(const YamlMember& member, const std::string& words) const;
  Error At(SourcePlace place, const std::string& words) const;
  void Warn(SourcePlace place, const std::string& words) const;

  // An unknown key: an error, or a warning under the name mergekit-yaml.
  Status Unknown(SourcePlace place, const std::string& words) const;

  // node is a mapping with no keys but `known`; what: "a model entry". A key that is known
  // elsewhere gets a hint where it belongs.
  Status CheckMap(const YamlNode& node, std::span<const std::string_view> known,
                  std::string_view what) const;

  // The member's list or mapping; nullptr where it is absent, null or empty, as mergekit reads it.
  Result<const YamlNode*> OptionalList(const YamlNode& map, std::string_view key) const;
  Result<const YamlNode*> OptionalMap(const YamlNode& map, std::string_view key) const;
  // The member's text; "" where it is absent or null.
  Result<std::string> OptionalText(const YamlNode& map, std::string_view key) const;
};

inline SourcePlace PlaceOf(const YamlNode& node) { return {node.line, node.column}; }
inline SourcePlace PlaceOf(const YamlMember& member) { return {member.line, member.column}; }

// Does any method have a parameter of this name (or did one of an older mergekit)?
bool IsParameterName(std::string_view name);

Result<ModelRef> ReadModelRef(const ConfigContext& context, const YamlNode& node);

enum class ParameterLevel : std::uint8_t { kTop, kModule, kSlice, kModel };

// The `parameters` member of a map, each value checked against the method's definition; unused and
// unknown names per ConfigOptions.
Result<ParameterSettings> ReadParameters(const ConfigContext& context, const YamlNode& map,
                                         ParameterLevel level);

// tokenizer_source, tokenizer, chat_template.
Status ReadTokenizer(const ConfigContext& context, const YamlNode& root, MergeConfig* config);

}  // namespace fuseo1
