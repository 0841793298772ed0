#include "plan/config_context.h"

#include <array>

#include "base/text.h"

namespace fuseo1 {
namespace {

struct KnownKey {
  std::string_view key;
  std::string_view where;
};

// Every key of a config, and where it belongs: for hints on misplaced ones.
constexpr std::array kKeys = {
    KnownKey{"merge_method", "at the top of the file"},
    KnownKey{"models", "at the top of the file, or in a module"},
    KnownKey{"slices", "at the top of the file, or in a module"},
    KnownKey{"modules", "at the top of the file"},
    KnownKey{"base_model", "at the top of the file, or in a slice"},
    KnownKey{"parameters", "at the top, in a module, in a slice, or beside 'model:'"},
    KnownKey{"dtype", "at the top of the file"},
    KnownKey{"out_dtype", "at the top of the file"},
    KnownKey{"tokenizer_source", "at the top of the file"},
    KnownKey{"tokenizer", "at the top of the file"},
    KnownKey{"chat_template", "at the top of the file"},
    KnownKey{"sources", "in an entry of 'slices'"},
    KnownKey{"layer_range", "beside 'model:' in the 'sources' of a slice"},
    KnownKey{"model", "in an entry of 'models' or 'sources'"},
};

}  // namespace

bool IsParameterName(std::string_view name) {
  for (const MethodDef* method : Methods()) {
    for (const ParamDef& param : method->params) {
      if (param.name == name) {
        return true;
      }
    }
  }
  return name == "embed_slerp";  // mergekit before 0.1
}

Error ConfigContext::At(SourcePlace place, const std::string& words) const {
  return UsageError(YamlPlace(file, place.line, place.column) + ": " + words);
}
Error ConfigContext::At(const YamlNode& node, const std::string& words) const {
  return At(PlaceOf(node), words);
}
Error ConfigContext::At(const YamlMember& member, const std::string& words) const {
  return At(PlaceOf(member), words);
}
void ConfigContext::Warn(SourcePlace place, const std::string& words) const {
  warnings->push_back(YamlPlace(file, place.line, place.column) + ": " + words);
}

Status ConfigContext::Unknown(SourcePlace place, const std::string& words) const {
  if (options.unknown_keys_are_errors) {
    return At(place, words);
  }
  Warn(place, words + " (ignored)");
  return {};
}

Status ConfigContext::CheckMap(const YamlNode& node, std::span<const std::string_view> known,
                               std::string_view what) const {
  if (node.kind != YamlKind::kMap) {
    return At(node, std::string(what) + " must be a mapping, found " + DescribeYaml(node));
  }
  for (const YamlMember& member : node.members) {
    bool is_known = false;
    for (const std::string_view key : known) {
      is_known = is_known || key == member.key;
    }
    if (is_known) {
      continue;
    }
    std::string words = "key " + Quoted(member.key, 80) + " is not known in " + std::string(what);
    const std::string_view nearest = NearestWord(member.key, known);
    std::string_view elsewhere;
    for (const KnownKey& other : kKeys) {
      if (other.key == member.key) {
        elsewhere = other.where;
      }
    }
    if (!elsewhere.empty()) {
      words += ": it belongs " + std::string(elsewhere);
    } else if (IsParameterName(member.key)) {
      words += ": it is a parameter and belongs under 'parameters:'";
    } else if (!nearest.empty()) {
      words += "; the nearest known key is " + Quoted(nearest);
    } else {
      words += "; known keys:";
      for (const std::string_view key : known) {
        words += (key == known.front() ? " " : ", ") + std::string(key);
      }
    }
    FUSEO1_TRY_VOID(Unknown(PlaceOf(member), words));
  }
  return {};
}

Result<const YamlNode*> ConfigContext::OptionalList(const YamlNode& map,
                                                    std::string_view key) const {
  const YamlNode* node = map.Find(key);
  const YamlNode* const absent = nullptr;
  if (node == nullptr || node->kind == YamlKind::kNull) {
    return absent;
  }
  if (node->kind != YamlKind::kList) {
    return At(*node, Quoted(key) + " must be a list (lines that begin with '- '), found " +
                         DescribeYaml(*node));
  }
  return node->items.empty() ? absent : node;
}

Result<const YamlNode*> ConfigContext::OptionalMap(const YamlNode& map,
                                                   std::string_view key) const {
  const YamlNode* node = map.Find(key);
  const YamlNode* const absent = nullptr;
  if (node == nullptr || node->kind == YamlKind::kNull) {
    return absent;
  }
  if (node->kind != YamlKind::kMap) {
    return At(*node,
              Quoted(key) + " must be a mapping ('name: value'), found " + DescribeYaml(*node));
  }
  return node->members.empty() ? absent : node;
}

Result<std::string> ConfigContext::OptionalText(const YamlNode& map, std::string_view key) const {
  const YamlNode* node = map.Find(key);
  if (node == nullptr || node->kind == YamlKind::kNull) {
    return std::string();
  }
  if (node->kind != YamlKind::kText) {
    return At(*node, Quoted(key) + " must be text, found " + DescribeYaml(*node) +
                         (node->kind == YamlKind::kList || node->kind == YamlKind::kMap
                              ? ""
                              : "; put it in quotes if it is a name"));
  }
  return node->text;
}

}  // namespace fuseo1
