// Laws of the YAML front door and of ParseMergeConfig: a refusal is one line that names a place;
// what is accepted reads back from its own print; a tree is within the limits.
#include "base/limits.h"
#include "base/text.h"
#include "base/yaml.h"
#include "fuzz/fuzz.h"
#include "plan/merge_config.h"
#include "plan/print_config.h"

namespace fuseo1::fuzz {
namespace {

void CheckMessage(const Error& error) {
  Check(error.code() == ErrorCode::kUsage || error.code() == ErrorCode::kInput,
        "a refusal is kUsage or kInput");
  Check(StartsWith(error.message(), "f.yml: line "), "a refusal names file and line");
  Check(!HasControlCharacters(error.message()), "messages hold no control character");
  Check(IsValidUtf8(error.message()), "messages are UTF-8");
  Check(error.message().size() < 4000, "messages are short");
}

std::uint64_t CountNodes(const YamlNode& node, int depth) {
  Check(depth <= kMaxYamlDepth + 1, "depth is limited");
  std::uint64_t nodes = 1;
  for (const YamlNode& item : node.items) {
    nodes += CountNodes(item, depth + 1);
  }
  for (const YamlMember& member : node.members) {
    nodes += 1 + CountNodes(member.value, depth + 1);
  }
  return nodes;
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  const auto document = ParseYaml(bytes, "f.yml");
  if (!document.ok()) {
    CheckMessage(document.error());
  } else {
    Check(CountNodes(document->root, 0) <= kMaxYamlExpandedNodes + 1, "nodes are limited");
  }
  for (const bool strict : {true, false}) {
    const auto config = ParseMergeConfig(bytes, "f.yml", {.unknown_keys_are_errors = strict});
    if (!config.ok()) {
      CheckMessage(config.error());
      continue;
    }
    const std::string printed = PrintMergeConfig(*config);
    const auto again = ParseMergeConfig(printed, "f.yml", {});
    Check(again.ok(), "a printed config is read");
    Check(PrintMergeConfig(*again) == printed, "a printed config reads back");
  }
}

void Repair(std::string* /*bytes*/) {}

}  // namespace fuseo1::fuzz

FUSEO1_FUZZ_ENTRY()
