#include "plan/placed_models.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

std::string Name(const Checkpoint& model) { return Quoted(model.ref.Text()); }

const Json* DottedKey(const Json& config, std::string_view key) {
  const Json* node = &config;
  while (node != nullptr) {
    const std::size_t dot = key.find('.');
    node = FindKey(*node, key.substr(0, dot));
    if (dot == std::string_view::npos) {
      return node;
    }
    key.remove_prefix(dot + 1);
  }
  return nullptr;
}

Result<Architecture> ChooseArchitecture(const std::vector<Checkpoint>& models, int reference,
                                        const PlanOptions& options,
                                        std::vector<std::string>* warnings) {
  const Checkpoint& leader = models[static_cast<std::size_t>(reference)];
  const std::string name = ArchitectureName(leader);
  const Architecture* known = FindArchitecture(name);
  bool all_known = known != nullptr;
  for (const Checkpoint& model : models) {
    const std::string other = ArchitectureName(model);
    all_known = all_known && FindArchitecture(other) != nullptr;
    if (other != name && !other.empty() && !name.empty() && FindArchitecture(other) != nullptr &&
        known != nullptr) {
      if (!options.allow_crimes) {
        return InputError("models of different architectures: " + Name(leader) + " is " +
                          Quoted(name) + ", " + Name(model) + " is " + Quoted(other) +
                          "; --allow-crimes merges them all the same");
      }
      warnings->push_back(Name(model) + " is " + Quoted(other) + ", not " + Quoted(name) +
                          "; merged under --allow-crimes");
    }
  }
  if (all_known) {
    return *known;
  }
  std::vector<std::string_view> names;
  names.reserve(leader.tensors.size());
  for (const CheckpointTensor& tensor : leader.tensors) {
    names.push_back(tensor.name);
  }
  if (!name.empty() && known == nullptr) {
    warnings->push_back("architecture " + Quoted(name) +
                        " has no table here: tensors are merged by name, layers inferred");
  } else {
    for (const Checkpoint& model : models) {
      if (ArchitectureName(model).empty()) {
        warnings->push_back(
            "config.json of " + Name(model) +
            (model.has_config ? " names no single architecture" : " does not exist") +
            ": tensors are merged by name, layers inferred");
      }
    }
  }
  return InferArchitecture(name, names);
}

std::vector<PlacedModule> Place(const Architecture& arch, const Checkpoint& model) {
  std::vector<PlacedModule> modules(arch.modules.size());
  for (std::uint32_t i = 0; i < model.tensors.size(); ++i) {
    const TensorPlace place = arch.Locate(model.tensors[i].name);
    PlacedModule& module = modules[static_cast<std::size_t>(place.module)];
    if (place.part != Part::kLayer) {
      (place.part == Part::kBefore ? module.before : module.after).push_back(i);
    } else if (!module.layers.empty() && module.layers.back().layer == place.layer) {
      ++module.layers.back().count;
    } else {
      module.layers.push_back({.layer = place.layer, .first = i, .count = 1});
      module.layer_count = std::max(module.layer_count, place.layer + 1);
    }
  }
  for (PlacedModule& module : modules) {
    std::sort(module.layers.begin(), module.layers.end(),
              [](const PlacedLayer& a, const PlacedLayer& b) { return a.layer < b.layer; });
  }
  return modules;
}

Error Lie(const Checkpoint& model, std::string_view key, std::int64_t says, std::int64_t stored,
          const std::string& what) {
  return InputError("config.json of " + Name(model) + " says " + std::string(key) + " is " +
                    std::to_string(says) + ", but " + what + " " + std::to_string(stored) +
                    "; config and weights do not belong together");
}

// A number that config.json must state as one where it states it: a whole number from 0 on.
Status CheckCount(const Checkpoint& model, std::string_view key) {
  const Json* const value = key.empty() ? nullptr : DottedKey(model.config, key);
  if (value == nullptr || value->is_null() || ConfigNumber(model.config, key) >= 0) {
    return {};
  }
  return InputError("config.json of " + Name(model) + " says " + std::string(key) + " is " +
                    Printable(DumpJson(*value, -1), 40) + "; expected a whole number from 0 on");
}

// What config.json says of layers, embedding and head, against the tensors.
Status CheckConfig(const Checkpoint& model, const Architecture& arch,
                   const std::vector<PlacedModule>& placed, std::vector<std::string>* warnings) {
  for (std::size_t i = 0; i < arch.modules.size(); ++i) {
    const std::string& key = arch.modules[i].layer_count_key;
    FUSEO1_TRY_VOID(CheckCount(model, key));
    const std::int64_t says = key.empty() ? -1 : ConfigNumber(model.config, key);
    if (says >= 0 && placed[i].layer_count > 0 && says != placed[i].layer_count) {
      return Lie(model, key, says, placed[i].layer_count, "the number of layers stored is");
    }
    const std::size_t vocab_dot = arch.vocab_size_key.rfind('.');
    const std::string scope =
        vocab_dot == std::string::npos ? "" : arch.vocab_size_key.substr(0, vocab_dot + 1);
    for (const std::uint32_t index : placed[i].before) {
      const CheckpointTensor& tensor = model.tensors[index];
      const WeightRule* const rule = arch.Locate(tensor.name).rule;
      if (rule == nullptr || !rule->is_vocabulary || tensor.shape.size() != 2) {
        continue;
      }
      const auto rows = static_cast<std::int64_t>(tensor.shape[0]);
      const auto columns = static_cast<std::int64_t>(tensor.shape[1]);
      const std::string hidden_key = scope + "hidden_size";
      FUSEO1_TRY_VOID(CheckCount(model, hidden_key));
      FUSEO1_TRY_VOID(CheckCount(model, arch.vocab_size_key));
      const std::int64_t hidden = ConfigNumber(model.config, hidden_key);
      if (hidden >= 0 && hidden != columns) {
        return Lie(model, hidden_key, hidden, columns,
                   "the width of tensor " + Quoted(tensor.name) + " is");
      }
      const std::int64_t vocab = ConfigNumber(model.config, arch.vocab_size_key);
      if (vocab > rows) {
        return Lie(model, arch.vocab_size_key, vocab, rows,
                   "the number of rows of tensor " + Quoted(tensor.name) + " is");
      }
      if (vocab >= 0 && vocab < rows) {
        warnings->push_back(Name(model) + ": " + Quoted(tensor.name) + " has " +
                            std::to_string(rows) + " rows, its vocabulary " +
                            std::to_string(vocab) + ": the padding is kept");
      }
    }
  }
  return {};
}

// A head that is neither stored nor tied cannot be had.
Status CheckHead(const Checkpoint& model, const Architecture& arch) {
  for (const ArchModule& module : arch.modules) {
    for (const WeightRule& rule : module.after) {
      if (rule.tied.empty() || model.Find(rule.name) != nullptr ||
          model.Find(rule.tied.front()) == nullptr) {
        continue;
      }
      const Json* tie = FindKey(model.config, "tie_word_embeddings");
      if (tie != nullptr && tie->is_boolean() && !tie->get<bool>()) {
        return InputError("config.json of " + Name(model) +
                          " says tie_word_embeddings is false, but the model stores no tensor " +
                          Quoted(rule.name) + "; config and weights do not belong together");
      }
    }
  }
  return {};
}

// Tensors of the family's table that no model holds: said once, with the first name.
void WarnOfMissing(const Architecture& arch, const std::vector<Checkpoint>& models,
                   const std::vector<std::vector<PlacedModule>>& placed,
                   std::vector<std::string>* warnings) {
  std::uint64_t missing = 0;
  std::string first;
  const auto check = [&](const WeightRule& rule, const std::string& name) {
    if (rule.presence != Presence::kRequired) {
      return;
    }
    for (const Checkpoint& model : models) {
      if (model.Find(name) != nullptr) {
        return;
      }
    }
    first = missing++ == 0 ? name : first;
  };
  for (std::size_t i = 0; i < arch.modules.size(); ++i) {
    const ArchModule& module = arch.modules[i];
    for (const WeightRule& rule : module.before) {
      check(rule, rule.name);
    }
    for (const WeightRule& rule : module.after) {
      check(rule, rule.name);
    }
    for (const PlacedLayer& layer : placed[0][i].layers) {  // of layers that there are
      for (const WeightRule& rule : module.layer) {
        check(rule, module.layer_prefix + std::to_string(layer.layer) + "." + rule.name);
      }
    }
  }
  if (missing > 0) {
    warnings->push_back(
        "no model holds " + Quoted(first) +
        (missing == 1 ? std::string() : " and " + std::to_string(missing - 1) + " other tensors") +
        " that " + arch.name + " has");
  }
}

}  // namespace

const PlacedLayer* PlacedModule::FindLayer(std::int64_t layer) const {
  const auto it = std::lower_bound(
      layers.begin(), layers.end(), layer,
      [](const PlacedLayer& placed, std::int64_t wanted) { return placed.layer < wanted; });
  return it != layers.end() && it->layer == layer ? &*it : nullptr;
}

std::string ArchitectureName(const Checkpoint& model) {
  if (!model.ref.override_architecture.empty()) {
    return model.ref.override_architecture;
  }
  const Json* names = FindKey(model.config, "architectures");
  if (names == nullptr || !names->is_array() || names->size() != 1 || !(*names)[0].is_string()) {
    return "";
  }
  return (*names)[0].get<std::string>();
}

std::int64_t ConfigNumber(const Json& config, std::string_view dotted_key) {
  const Json* node = DottedKey(config, dotted_key);
  if (node == nullptr || !node->is_number()) {
    return -1;
  }
  if (node->is_number_float()) {
    const auto value = node->get<double>();
    return value >= 0 && value < 9e15 && std::trunc(value) == value
               ? static_cast<std::int64_t>(value)
               : -1;
  }
  if (node->is_number_unsigned() &&
      node->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return INT64_MAX;
  }
  return std::max<std::int64_t>(node->get<std::int64_t>(), -1);
}

Result<PlacedModels> PlaceModels(const std::vector<Checkpoint>& models, int reference,
                                 const PlanOptions& options, std::vector<std::string>* warnings) {
  PlacedModels placed;
  FUSEO1_TRY(placed.arch, ChooseArchitecture(models, reference, options, warnings));
  for (const Checkpoint& model : models) {
    placed.models.push_back(Place(placed.arch, model));
    FUSEO1_TRY_VOID(CheckConfig(model, placed.arch, placed.models.back(), warnings));
    FUSEO1_TRY_VOID(CheckHead(model, placed.arch));
  }
  if (!placed.arch.is_inferred) {
    WarnOfMissing(placed.arch, models, placed.models, warnings);
  }
  return placed;
}

}  // namespace fuseo1
