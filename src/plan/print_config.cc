#include "plan/print_config.h"

#include <fmt/format.h>

#include <cmath>

#include "base/json.h"

namespace fuseo1 {
namespace {

std::string Text(std::string_view text) { return DumpJson(Json(text), -1); }

std::string Scalar(const ScalarValue& value) {
  if (const bool* on = std::get_if<bool>(&value)) {
    return *on ? "true" : "false";
  }
  if (const std::string* text = std::get_if<std::string>(&value)) {
    return Text(*text);
  }
  const double number = std::get<double>(value);
  if (std::isnan(number)) {
    return ".nan";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-.inf" : ".inf";
  }
  return fmt::format("{}", number);
}

std::string Value(const ConditionalValue& value) {
  if (!value.is_gradient) {
    return Scalar(value.values.front());
  }
  std::string list = "[";
  for (const ScalarValue& scalar : value.values) {
    list += (list.size() == 1 ? "" : ", ") + Scalar(scalar);
  }
  return list + "]";
}

std::string Setting(const ParameterSetting& setting) {
  if (setting.candidates.size() == 1 && setting.candidates[0].filter.empty()) {
    return Value(setting.candidates[0]);
  }
  std::string list = "[";
  for (const ConditionalValue& candidate : setting.candidates) {
    list += list.size() == 1 ? "{" : ", {";
    list += candidate.filter.empty() ? "" : "filter: " + Text(candidate.filter) + ", ";
    list += "value: " + Value(candidate) + "}";
  }
  return list + "]";
}

void Parameters(const ParameterSettings& settings, const std::string& indent, std::string* out) {
  if (settings.empty()) {
    return;
  }
  *out += indent + "parameters:\n";
  for (const ParameterSetting& setting : settings) {
    *out += indent + "  " + setting.name + ": " + Setting(setting) + "\n";
  }
}

// A path with '+' or '@' can only be written as a mapping.
std::string Reference(const ModelRef& ref) {
  if (ref.override_architecture.empty() && ref.path.find_first_of("+@") == std::string::npos) {
    return Text(ref.Text());
  }
  std::string text = "{model: {path: " + Text(ref.path);
  text += ref.revision.empty() ? "}" : ", revision: " + Text(ref.revision) + "}";
  if (!ref.override_architecture.empty()) {
    text += ", override_architecture: " + Text(ref.override_architecture);
  }
  return text + "}";
}

void Inputs(const std::vector<ModelInput>& inputs, const std::string& indent, std::string* out) {
  for (const ModelInput& input : inputs) {
    *out += indent + "- model: " + Reference(input.model) + "\n";
    if (input.layer_range) {
      *out += fmt::format("{}  layer_range: [{}, {}]\n", indent, input.layer_range->first,
                          input.layer_range->second);
    }
    Parameters(input.parameters, indent + "  ", out);
  }
}

void Slices(const std::vector<OutputSlice>& slices, const std::string& indent, std::string* out) {
  for (const OutputSlice& slice : slices) {
    *out += indent + "- sources:\n";
    Inputs(slice.sources, indent + "    ", out);
    if (slice.base_model) {
      *out += indent + "  base_model: " + Reference(*slice.base_model) + "\n";
    }
    Parameters(slice.parameters, indent + "  ", out);
  }
}

void Body(const std::vector<ModelInput>& models, const std::vector<OutputSlice>& slices,
          const std::string& indent, std::string* out) {
  if (!models.empty()) {
    *out += indent + "models:\n";
    Inputs(models, indent + "  ", out);
  } else if (!slices.empty()) {
    *out += indent + "slices:\n";
    Slices(slices, indent + "  ", out);
  }
}

}  // namespace

std::string PrintMergeConfig(const MergeConfig& config) {
  std::string out = "merge_method: " + config.merge_method + "\n";
  Body(config.models, config.slices, "", &out);
  out += config.modules.empty() ? "" : "modules:\n";
  for (const ModuleConfig& module : config.modules) {
    out += "  " + Text(module.name) + ":\n";
    Body(module.models, module.slices, "    ", &out);
    Parameters(module.parameters, "    ", &out);
  }
  if (config.base_model) {
    out += "base_model: " + Reference(*config.base_model) + "\n";
  }
  Parameters(config.parameters, "", &out);
  if (config.dtype) {
    out += "dtype: " + std::string(TorchDTypeName(*config.dtype)) + "\n";
  }
  if (config.out_dtype) {
    out += "out_dtype: " + std::string(TorchDTypeName(*config.out_dtype)) + "\n";
  }
  if (!config.tokenizer_source.empty()) {
    out += "tokenizer:\n  source: " + Text(config.tokenizer_source) + "\n";
    if (config.pad_to_multiple_of) {
      out += fmt::format("  pad_to_multiple_of: {}\n", *config.pad_to_multiple_of);
    }
  }
  if (!config.chat_template.empty()) {
    out += "chat_template: " + Text(config.chat_template) + "\n";
  }
  return out;
}

}  // namespace fuseo1
