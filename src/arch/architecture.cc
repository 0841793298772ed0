#include "arch/architecture.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "arch/table.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

// {a,b} replaced by each of its parts, every brace of the text.
std::vector<std::string> ExpandBraces(std::string_view text) {
  std::vector<std::string> done = {""};
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    for (std::string& name : done) {
      name += text.substr(0, open);
    }
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = text.find('}', open);
    std::string_view parts = text.substr(open + 1, close - open - 1);
    std::vector<std::string> longer;
    for (;;) {
      const std::size_t comma = parts.find(',');
      for (const std::string& name : done) {
        longer.push_back(name + std::string(parts.substr(0, comma)));
      }
      if (comma == std::string_view::npos) {
        break;
      }
      parts.remove_prefix(comma + 1);
    }
    done = std::move(longer);
    text.remove_prefix(close + 1);
  }
  return done;
}

std::vector<WeightRule> ParseRules(std::string_view list, std::string_view prefix,
                                   std::string_view tied_prefix) {
  std::vector<WeightRule> rules;
  while (!list.empty()) {
    const std::size_t blank = list.find(' ');
    std::string_view word = list.substr(0, blank);
    list.remove_prefix(blank == std::string_view::npos ? list.size() : blank + 1);
    WeightRule rule;
    if (const std::size_t tilde = word.find('~'); tilde != std::string_view::npos) {
      rule.tied.push_back(std::string(tied_prefix) + std::string(word.substr(tilde + 1)));
      word = word.substr(0, tilde);
    }
    for (; !word.empty() && Contains("?+*", word.substr(word.size() - 1)); word.remove_suffix(1)) {
      if (word.back() == '*') {
        rule.is_vocabulary = true;
      } else {
        rule.presence = word.back() == '?' ? Presence::kOptional : Presence::kTogether;
      }
    }
    for (const std::string& name : ExpandBraces(word)) {
      rule.name = std::string(prefix) + name;
      rules.push_back(rule);
    }
  }
  return rules;
}

std::vector<Architecture> BuildTable() {
  std::vector<Architecture> table;
  for (const FamilyRow& row : FamilyTable()) {
    Architecture arch;
    arch.name = row.architecture;
    arch.vocab_size_key = row.vocab_size_key;
    for (const ModuleRow& m : row.modules) {
      ArchModule module;
      module.name = m.name;
      if (!m.layer_prefix.empty()) {
        module.layer_prefix = std::string(m.prefix) + std::string(m.layer_prefix);
      }
      module.layer_count_key = m.layer_count_key;
      module.loose_prefix = m.prefix;
      module.before = ParseRules(m.before, m.prefix, m.prefix);
      module.layer = ParseRules(m.layer, "", m.prefix);
      module.after = ParseRules(m.after, m.prefix, m.prefix);
      arch.modules.push_back(std::move(module));
    }
    table.push_back(std::move(arch));
  }
  return table;
}

// '#' of the pattern is a run of digits in the name.
bool Matches(std::string_view pattern, std::string_view name) {
  for (;;) {
    const std::size_t hash = pattern.find('#');
    if (hash == std::string_view::npos) {
      return pattern == name;
    }
    if (name.substr(0, hash) != pattern.substr(0, hash)) {
      return false;
    }
    name.remove_prefix(hash);
    pattern.remove_prefix(hash + 1);
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    if (digits == 0) {
      return false;
    }
    name.remove_prefix(digits);
  }
}

const WeightRule* FindRule(const std::vector<WeightRule>& rules, std::string_view name) {
  for (const WeightRule& rule : rules) {
    if (Matches(rule.name, name)) {
      return &rule;
    }
  }
  return nullptr;
}

// The prefix of a name up to its first ".N.", the dot included; "" where it has none.
std::string_view LayerPrefix(std::string_view name) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
       dot = name.find('.', dot + 1)) {
    std::size_t digits = 0;
    if (LeadingLayer(name.substr(dot + 1), &digits) >= 0) {
      return name.substr(0, dot + 1);
    }
  }
  return {};
}

}  // namespace

std::int64_t LeadingLayer(std::string_view text, std::size_t* digits) {
  std::int64_t value = 0;
  std::size_t n = 0;
  while (n < text.size() && n < 10 && text[n] >= '0' && text[n] <= '9') {
    value = value * 10 + (text[n] - '0');
    ++n;
  }
  if (n == 0 || n > 9 || n == text.size() || text[n] != '.' || (n > 1 && text[0] == '0')) {
    return -1;
  }
  *digits = n;
  return value;
}

TensorPlace Architecture::Locate(std::string_view tensor) const {
  TensorPlace place;
  place.rest = tensor;
  std::size_t best = 0;  // of several modules whose prefix fits, the longest
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const ArchModule& module = modules[i];
    if (!module.layer_prefix.empty() && StartsWith(tensor, module.layer_prefix)) {
      const std::string_view after = tensor.substr(module.layer_prefix.size());
      std::size_t digits = 0;
      const std::int64_t layer = LeadingLayer(after, &digits);
      if (layer >= 0) {
        place.module = static_cast<int>(i);
        place.part = Part::kLayer;
        place.layer = layer;
        place.rest = after.substr(digits + 1);
        place.rule = FindRule(module.layer, place.rest);
        return place;
      }
    }
    if (StartsWith(tensor, module.loose_prefix) && module.loose_prefix.size() >= best) {
      best = module.loose_prefix.size();
      place.module = static_cast<int>(i);
    }
  }
  const ArchModule& module = modules[static_cast<std::size_t>(place.module)];
  place.rule = FindRule(module.before, tensor);
  if (place.rule == nullptr) {
    place.rule = FindRule(module.after, tensor);
    place.part = place.rule == nullptr ? Part::kBefore : Part::kAfter;
  }
  return place;
}

const Architecture* FindArchitecture(std::string_view name) {
  static const std::vector<Architecture> table = BuildTable();
  for (const Architecture& arch : table) {
    if (arch.name == name) {
      return &arch;
    }
  }
  return nullptr;
}

Architecture InferArchitecture(std::string_view name,
                               std::span<const std::string_view> tensor_names) {
  std::set<std::string_view> prefixes;
  for (const std::string_view tensor : tensor_names) {
    if (const std::string_view prefix = LayerPrefix(tensor); !prefix.empty()) {
      prefixes.insert(prefix);
    }
  }
  Architecture arch;
  arch.name = name;
  arch.is_inferred = true;
  ArchModule loose;
  loose.name = "default";
  if (prefixes.size() == 1) {
    loose.layer_prefix = *prefixes.begin();
  }
  arch.modules.push_back(std::move(loose));
  // More prefixes than any model has modules: names without meaning, merged one by one.
  constexpr std::size_t kMaxModules = 64;
  if (prefixes.size() > 1 && prefixes.size() <= kMaxModules) {
    for (const std::string_view prefix : prefixes) {
      ArchModule module;
      module.name = prefix.substr(0, prefix.size() - 1);
      module.layer_prefix = prefix;
      module.loose_prefix = "\n";  // no name begins so: loose ones belong to "default"
      arch.modules.push_back(std::move(module));
    }
  }
  return arch;
}

bool LooksLikeVocabulary(std::string_view tensor) {
  static constexpr std::array<std::string_view, 10> kEndings = {
      "embed_tokens.weight",   "wte.weight",       "word_embeddings.weight",
      "lm_head.weight",        "embed_out.weight", "embed_in.weight",
      "tok_embeddings.weight", "lm_head.bias",     "backbone.embeddings.weight",
      "output_layer.weight"};
  if (tensor == "output.weight") {
    return true;
  }
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return EndsWith(tensor, ending); });
}

std::vector<std::string> TiedCandidates(std::string_view tensor) {
  constexpr std::string_view kHead = "lm_head.weight";
  if (!EndsWith(tensor, kHead)) {
    return {};
  }
  const std::string prefix(tensor.substr(0, tensor.size() - kHead.size()));
  std::vector<std::string> names;
  for (const std::string_view embed :
       {"model.embed_tokens.weight", "transformer.wte.weight", "backbone.embeddings.weight",
        "model.language_model.embed_tokens.weight", "model.decoder.embed_tokens.weight"}) {
    names.push_back(prefix + std::string(embed));
  }
  return names;
}

}  // namespace fuseo1
