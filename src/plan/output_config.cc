#include "plan/output_config.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "arch/architecture.h"
#include "base/text.h"
#include "plan/placed_models.h"

namespace fuseo1 {
namespace {

// The type that most output bytes have.
std::optional<DType> MainType(const MergePlan& plan) {
  std::map<DType, std::uint64_t> bytes;
  for (const TensorJob& job : plan.jobs) {
    if (IsFloat(job.dtype)) {
      bytes[job.dtype] += job.Bytes();
    }
  }
  std::optional<DType> main;
  for (const auto& [dtype, n] : bytes) {
    if (!main || n > bytes[*main]) {
      main = dtype;
    }
  }
  return main;
}

// transformers before 5 reads torch_dtype, later ones dtype.
void SetType(Json* config, std::string_view name) {
  bool found = false;
  for (const char* key : {"torch_dtype", "dtype"}) {
    if (config->contains(key)) {
      (*config)[key] = name;
      found = true;
    }
  }
  if (!found) {
    (*config)["torch_dtype"] = name;
  }
  for (auto& [key, value] : config->items()) {  // text_config and its like, one level down
    if (value.is_object() && EndsWith(key, "_config") && key != "quantization_config") {
      for (const char* inner : {"torch_dtype", "dtype"}) {
        if (value.contains(inner)) {
          value[inner] = name;
        }
      }
    }
  }
}

// Lists of layer numbers, and lists with one entry a layer.
void RebuildLists(Json* scope, const LayerOrigins& origins) {
  static constexpr std::array<std::string_view, 3> kIndexLists = {
      "mlp_only_layers", "cross_attention_layers", "full_attn_idxs"};
  const auto donor_layers = static_cast<std::size_t>(origins.donor_layers);
  for (auto& [key, value] : scope->items()) {
    if (!value.is_array() || value.empty()) {
      continue;
    }
    if (std::find(kIndexLists.begin(), kIndexLists.end(), key) != kIndexLists.end()) {
      Json moved = Json::array();
      for (std::size_t i = 0; i < origins.layers.size(); ++i) {
        for (const Json& index : value) {
          if (index.is_number_integer() && index.get<std::int64_t>() == origins.layers[i]) {
            moved.push_back(i);
            break;
          }
        }
      }
      value = std::move(moved);
    } else if (value.size() == donor_layers && Contains(key, "layer")) {
      Json rebuilt = Json::array();
      for (const std::int64_t layer : origins.layers) {
        const auto index = static_cast<std::size_t>(layer);
        rebuilt.push_back(index < value.size() ? value[index] : value.back());
      }
      value = std::move(rebuilt);
    }
  }
}

Json* Scope(Json* config, std::string_view dotted_key, std::string* leaf) {
  Json* scope = config;
  for (;;) {
    const std::size_t dot = dotted_key.find('.');
    *leaf = std::string(dotted_key.substr(0, dot));
    if (dot == std::string_view::npos) {
      return scope->is_object() ? scope : nullptr;
    }
    if (!scope->is_object() || !scope->contains(*leaf)) {
      return nullptr;
    }
    scope = &(*scope)[*leaf];
    dotted_key.remove_prefix(dot + 1);
  }
}

void SetLayers(Json* config, const LayerOrigins& origins, std::vector<std::string>* warnings) {
  std::vector<std::string> keys = {origins.count_key};
  if (origins.count_key.empty()) {
    keys = {"num_hidden_layers", "n_layer", "n_layers", "num_layers"};
  }
  bool is_set = false;
  for (const std::string& key : keys) {
    std::string leaf;
    Json* scope = Scope(config, key, &leaf);
    if (scope == nullptr || ConfigNumber(*scope, leaf) < 0) {
      continue;
    }
    is_set = true;
    (*scope)[leaf] = origins.layers.size();
    if (ConfigNumber(*scope, "max_window_layers") == origins.donor_layers) {
      (*scope)["max_window_layers"] = origins.layers.size();
    }
    RebuildLists(scope, origins);
    break;
  }
  if (!is_set) {
    warnings->push_back(
        "config.json of the output: no key for the number of layers was found; set "
        "it to " +
        std::to_string(origins.layers.size()) + " by hand");
  }
}

// Rows that --unsafe-truncate-embeddings cut away.
void SetVocabulary(Json* config, const MergePlan& plan) {
  for (const TensorJob& job : plan.jobs) {
    if (job.shape.size() != 2 || !EndsWith(job.name, "embed_tokens.weight")) {
      continue;
    }
    for (const std::string_view key : {"vocab_size", "text_config.vocab_size"}) {
      std::string leaf;
      Json* scope = Scope(config, key, &leaf);
      if (scope != nullptr &&
          ConfigNumber(*scope, leaf) > static_cast<std::int64_t>(job.shape[0])) {
        (*scope)[leaf] = job.shape[0];
      }
    }
  }
}

}  // namespace

Json MakeOutputConfig(const MergePlan& plan, const Checkpoint& donor,
                      const std::vector<LayerOrigins>& changed_layers,
                      std::vector<std::string>* warnings) {
  Json config = donor.config.is_object() ? donor.config : Json::object();
  if (!donor.has_config) {
    return Json::object();
  }
  if (!donor.ref.override_architecture.empty()) {
    config["architectures"] = Json::array({donor.ref.override_architecture});
  }
  const std::optional<DType> type = MainType(plan);
  if (type && (plan.config.dtype || plan.config.out_dtype || config.contains("torch_dtype") ||
               config.contains("dtype"))) {
    SetType(&config, TorchDTypeName(*type));
  }
  for (const LayerOrigins& origins : changed_layers) {
    SetLayers(&config, origins, warnings);
  }
  SetVocabulary(&config, plan);
  return config;
}

}  // namespace fuseo1
