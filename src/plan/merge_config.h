// A merge config as its author wrote it, checked against the schema of mergekit 0.1.5.
// docs/configs.md. Values of parameters are kept as settings; plan/ resolves them per tensor. Pure
// data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "checkpoint/model_ref.h"
#include "tensor/dtype.h"

namespace fuseo1 {

// A place in the config file, for messages. 1-based; 0: unknown.
struct SourcePlace {
  int line = 0;
  int column = 0;
};

using ScalarValue = std::variant<double, bool, std::string>;

// One candidate of a setting: a scalar, or a gradient (several values over the layers), for tensors
// whose name contains `filter` (empty or "*": every tensor).
struct ConditionalValue {
  std::string filter;
  std::vector<ScalarValue> values;  // one: a scalar; more, or is_gradient: a gradient
  bool is_gradient = false;
  SourcePlace place;
};

struct ParameterSetting {
  std::string name;
  std::vector<ConditionalValue>
      candidates;  // the first that matches a tensor wins; none: next level
  SourcePlace place;
};

using ParameterSettings = std::vector<ParameterSetting>;

struct ModelInput {
  ModelRef model;
  std::optional<std::pair<std::int64_t, std::int64_t>>
      layer_range;  // half-open; always set in slices
  ParameterSettings parameters;
  SourcePlace place;
};

struct OutputSlice {
  std::vector<ModelInput> sources;
  std::optional<ModelRef> base_model;
  ParameterSettings parameters;
  SourcePlace place;
};

struct ModuleConfig {
  std::string name;
  std::vector<ModelInput> models;  // exactly one of models and slices is non-empty
  std::vector<OutputSlice> slices;
  ParameterSettings parameters;
  SourcePlace place;
};

struct MergeConfig {
  std::string file;  // its name, for messages
  std::string merge_method;
  // Exactly one of the three is non-empty.
  std::vector<ModelInput> models;
  std::vector<OutputSlice> slices;
  std::vector<ModuleConfig> modules;
  std::optional<ModelRef> base_model;
  SourcePlace base_place;
  ParameterSettings parameters;
  std::optional<DType> dtype;
  std::optional<DType> out_dtype;
  std::string tokenizer_source;  // "", "base", or a model reference
  SourcePlace tokenizer_place;
  std::optional<std::uint64_t> pad_to_multiple_of;
  std::string chat_template;
  std::vector<std::string> warnings;  // ignored keys under the name mergekit-yaml, duplicate keys
};

struct ConfigOptions {
  bool unknown_keys_are_errors = true;  // false under the name mergekit-yaml: one warning each
};

// "FILE: line L, column C", of what is known; "config" where the file has no name.
std::string PlaceText(std::string_view file, SourcePlace place);

// Where the config names a model first; unknown: 0.
SourcePlace PlaceOfModel(const MergeConfig& config, const ModelRef& ref);

// `file` names the text in messages. Errors: kUsage with file, line, column, key and the nearest
// known key; kInput for bombs and binary junk.
Result<MergeConfig> ParseMergeConfig(std::string_view text, std::string_view file,
                                     const ConfigOptions& options);

}  // namespace fuseo1
