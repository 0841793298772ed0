// The front door to YAML: one document as a tree of nodes with their places, read as YAML 1.1 the
// way PyYAML's safe loader reads it (yes/no/on/off are booleans, 1e-5 is text, 010 is eight,
// 1:30 is ninety, merge keys and anchors work, of equal keys the last one counts). docs/configs.md.
//
// Limits of base/limits.h are met before memory is: size, depth, aliases, nodes after expansion.
// Errors name the file, line and column; kInput for bombs and binary junk, else kUsage. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fuseo1 {

enum class YamlKind : std::uint8_t { kNull, kBool, kInt, kFloat, kText, kList, kMap };

struct YamlMember;

struct YamlNode {
  YamlKind kind = YamlKind::kNull;
  bool quoted = false;                  // 'text', "text", or a block scalar: never a number
  bool boolean = false;                 // kBool
  double number = 0;                    // kInt, kFloat
  std::optional<std::int64_t> integer;  // kInt where it fits
  std::string text;                     // a scalar as written, unquoted
  std::vector<YamlNode> items;          // kList
  std::vector<YamlMember> members;      // kMap, in order; keys are distinct
  int line = 0;                         // 1-based
  int column = 0;

  // The value of a member; nullptr where there is none.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  int line = 0;
  int column = 0;
  YamlNode value;
};

struct YamlDocument {
  YamlNode root;
  std::vector<std::string> warnings;  // keys that occur twice
};

// `file` names the text in messages.
Result<YamlDocument> ParseYaml(std::string_view text, std::string_view file);

// "a list", "the number 3", "the text \"x\"": what a message says of a node.
std::string DescribeYaml(const YamlNode& node);

// A plain scalar's kind and value by the rules of YAML 1.1; the node's text is `text`.
YamlNode ResolveYamlScalar(std::string text);

// "config.yml: line 3, column 5": the beginning of a message.
std::string YamlPlace(std::string_view file, int line, int column);

}  // namespace fuseo1
