#include <array>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "plan/config_context.h"
#include "plan/merge_config.h"

namespace fuseo1 {
namespace {

using KeyList = std::span<const std::string_view>;

Result<std::optional<DType>> ReadDType(const ConfigContext& context, const YamlNode& root,
                                       std::string_view key) {
  FUSEO1_TRY(const std::string text, context.OptionalText(root, key));
  if (text.empty()) {
    return std::optional<DType>();
  }
  const std::optional<DType> dtype = DTypeFromTorchName(text);
  if (!dtype || !IsFloat(*dtype)) {
    static constexpr std::array<std::string_view, 4> kNames = {"bfloat16", "float16", "float32",
                                                               "float64"};
    const std::string_view nearest = NearestWord(text, kNames);
    return context.At(*root.Find(key),
                      Quoted(key) + " must be bfloat16, float16, float32 or float64, found " +
                          Quoted(text, 60) +
                          (nearest.empty() ? "" : "; the nearest one is " + Quoted(nearest)));
  }
  return std::optional<DType>(*dtype);
}

Result<std::int64_t> ReadLayerIndex(const ConfigContext& context, const YamlNode& node) {
  double value = std::nan("");
  if (node.kind == YamlKind::kInt || node.kind == YamlKind::kFloat) {
    value = node.number;
  } else if (node.kind == YamlKind::kText) {
    const YamlNode inner = ResolveYamlScalar(std::string(Trim(node.text)));
    value = inner.kind == YamlKind::kInt ? inner.number : value;
  }
  if (!(value >= 0 && value <= 1e6) || std::trunc(value) != value) {
    return context.At(node, "a layer must be a whole number from 0, found " + DescribeYaml(node));
  }
  return static_cast<std::int64_t>(value);
}

Status ReadLayerRange(const ConfigContext& context, const YamlNode& entry, ModelInput* input) {
  const YamlNode* range = entry.Find("layer_range");
  if (range == nullptr) {
    return context.At(entry, "a source of a slice needs 'layer_range: [first, end]'");
  }
  if (range->kind != YamlKind::kList || range->items.size() != 2) {
    return context.At(*range, "'layer_range' must be two numbers, [first, end]; found " +
                                  (range->kind == YamlKind::kList
                                       ? std::to_string(range->items.size()) + " of them"
                                       : DescribeYaml(*range)));
  }
  FUSEO1_TRY(const std::int64_t first, ReadLayerIndex(context, range->items[0]));
  FUSEO1_TRY(const std::int64_t end, ReadLayerIndex(context, range->items[1]));
  if (first >= end) {
    return context.At(*range, "'layer_range' [" + std::to_string(first) + ", " +
                                  std::to_string(end) +
                                  "] holds no layer: the end is the first layer not taken");
  }
  input->layer_range = {first, end};
  return {};
}

Result<std::vector<ModelInput>> ReadInputs(const ConfigContext& context, const YamlNode& list,
                                           bool in_slice) {
  static constexpr std::array<std::string_view, 3> kSource = {"model", "parameters", "layer_range"};
  const KeyList known = in_slice ? KeyList(kSource) : KeyList(kSource).first(2);
  std::vector<ModelInput> inputs;
  for (const YamlNode& entry : list.items) {
    FUSEO1_TRY_VOID(context.CheckMap(entry, known,
                                     in_slice ? "an entry of 'sources' ('- model: NAME')"
                                              : "an entry of 'models' ('- model: NAME')"));
    ModelInput input;
    input.place = PlaceOf(entry);
    const YamlNode* model = entry.Find("model");
    if (model == nullptr) {
      return context.At(entry, "an entry without 'model:'");
    }
    FUSEO1_TRY(input.model, ReadModelRef(context, *model));
    for (const ModelInput& other : inputs) {
      if (other.model == input.model) {
        return context.At(entry, "Duplicate merge inputs: model " + Quoted(input.model.Text()) +
                                     " stands here twice (first in line " +
                                     std::to_string(other.place.line) + ")");
      }
    }
    if (in_slice) {
      FUSEO1_TRY_VOID(ReadLayerRange(context, entry, &input));
    }
    FUSEO1_TRY(input.parameters, ReadParameters(context, entry, ParameterLevel::kModel));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Result<std::vector<OutputSlice>> ReadSlices(const ConfigContext& context, const YamlNode& list) {
  static constexpr std::array<std::string_view, 4> kKnown = {"sources", "base_model", "parameters",
                                                             "residual_weight"};
  std::vector<OutputSlice> slices;
  for (const YamlNode& entry : list.items) {
    FUSEO1_TRY_VOID(context.CheckMap(entry, kKnown, "an entry of 'slices'"));
    OutputSlice slice;
    slice.place = PlaceOf(entry);
    FUSEO1_TRY(const YamlNode* const sources, context.OptionalList(entry, "sources"));
    if (sources == nullptr) {
      return context.At(entry, "a slice needs 'sources:', a list of models with layer ranges");
    }
    FUSEO1_TRY(slice.sources, ReadInputs(context, *sources, true));
    const auto length = [](const ModelInput& in) {
      return in.layer_range->second - in.layer_range->first;
    };
    for (const ModelInput& source : slice.sources) {
      if (length(source) != length(slice.sources[0])) {
        return context.At(source.place,
                          "All inputs to a slice must contain the same number of layers: " +
                              Quoted(source.model.Text()) + " gives " +
                              std::to_string(length(source)) + ", " +
                              Quoted(slice.sources[0].model.Text()) + " gives " +
                              std::to_string(length(slice.sources[0])));
      }
    }
    if (const YamlNode* base = entry.Find("base_model");
        base != nullptr && base->kind != YamlKind::kNull) {
      FUSEO1_TRY(slice.base_model, ReadModelRef(context, *base));
    }
    if (const YamlNode* unused = entry.Find("residual_weight"); unused != nullptr) {
      context.Warn(PlaceOf(*unused), "'residual_weight' has no effect, here or in mergekit");
    }
    FUSEO1_TRY(slice.parameters, ReadParameters(context, entry, ParameterLevel::kSlice));
    slices.push_back(std::move(slice));
  }
  return slices;
}

Result<std::vector<ModuleConfig>> ReadModules(const ConfigContext& context, const YamlNode& map) {
  static constexpr std::array<std::string_view, 3> kKnown = {"models", "slices", "parameters"};
  std::vector<ModuleConfig> modules;
  for (const YamlMember& member : map.members) {
    FUSEO1_TRY_VOID(context.CheckMap(member.value, kKnown, "module " + Quoted(member.key, 80)));
    ModuleConfig module;
    module.name = member.key;
    module.place = PlaceOf(member);
    FUSEO1_TRY(const YamlNode* const models, context.OptionalList(member.value, "models"));
    FUSEO1_TRY(const YamlNode* const slices, context.OptionalList(member.value, "slices"));
    if ((models == nullptr) == (slices == nullptr)) {
      return context.At(member, "module " + Quoted(member.key, 80) +
                                    ": Must specify either output slices or models to merge");
    }
    if (models != nullptr) {
      FUSEO1_TRY(module.models, ReadInputs(context, *models, false));
    } else {
      FUSEO1_TRY(module.slices, ReadSlices(context, *slices));
    }
    FUSEO1_TRY(module.parameters, ReadParameters(context, member.value, ParameterLevel::kModule));
    modules.push_back(std::move(module));
  }
  return modules;
}

Result<const MethodDef*> ReadMethod(const ConfigContext& context, const YamlNode& root,
                                    std::string* name) {
  FUSEO1_TRY(*name, context.OptionalText(root, "merge_method"));
  std::vector<std::string_view> names;
  std::string all;
  for (const MethodDef* method : Methods()) {
    names.push_back(method->name);
    all += (all.empty() ? "" : ", ") + std::string(method->name);
  }
  const YamlNode* node = root.Find("merge_method");
  if (name->empty()) {
    return context.At(node == nullptr ? root : *node,
                      "the config has no 'merge_method:'; write one of " + all);
  }
  if (const MethodDef* method = FindMethod(*name); method != nullptr) {
    return method;
  }
  const std::string_view nearest = NearestWord(*name, names);
  return context.At(*node, "Unimplemented merge method " + Quoted(*name, 60) + "; write " +
                               (nearest.empty() ? "" : Quoted(nearest) + ", or another ") +
                               "one of " + all);
}

}  // namespace

Result<MergeConfig> ParseMergeConfig(std::string_view text, std::string_view file,
                                     const ConfigOptions& options) {
  static constexpr std::array<std::string_view, 11> kKnown = {
      "merge_method", "models",    "slices",           "modules",   "base_model",   "parameters",
      "dtype",        "out_dtype", "tokenizer_source", "tokenizer", "chat_template"};
  FUSEO1_TRY(const YamlDocument document, ParseYaml(text, file));
  const YamlNode& root = document.root;
  MergeConfig config;
  config.file = file;
  config.warnings = document.warnings;
  ConfigContext context{file, options, &config.warnings, nullptr};
  if (root.kind == YamlKind::kNull) {
    return context.At(SourcePlace{1, 1}, "the config is empty");
  }
  FUSEO1_TRY_VOID(context.CheckMap(root, kKnown, "a merge config"));
  FUSEO1_TRY(context.method, ReadMethod(context, root, &config.merge_method));

  FUSEO1_TRY(const YamlNode* const models, context.OptionalList(root, "models"));
  FUSEO1_TRY(const YamlNode* const slices, context.OptionalList(root, "slices"));
  FUSEO1_TRY(const YamlNode* const modules, context.OptionalMap(root, "modules"));
  const int given = (models != nullptr) + (slices != nullptr) + (modules != nullptr);
  if (given != 1) {
    return context.At(root, "Exactly one of 'models', 'slices', or 'modules' must be present; " +
                                std::string(given == 0 ? "none is" : "found ") +
                                (given == 0 ? "" : std::to_string(given)));
  }
  if (models != nullptr) {
    FUSEO1_TRY(config.models, ReadInputs(context, *models, false));
  } else if (slices != nullptr) {
    FUSEO1_TRY(config.slices, ReadSlices(context, *slices));
  } else {
    FUSEO1_TRY(config.modules, ReadModules(context, *modules));
  }
  if (const YamlNode* base = root.Find("base_model");
      base != nullptr && base->kind != YamlKind::kNull) {
    FUSEO1_TRY(config.base_model, ReadModelRef(context, *base));
    config.base_place = PlaceOf(*base);
  }
  FUSEO1_TRY(config.parameters, ReadParameters(context, root, ParameterLevel::kTop));
  FUSEO1_TRY(config.dtype, ReadDType(context, root, "dtype"));
  FUSEO1_TRY(config.out_dtype, ReadDType(context, root, "out_dtype"));
  FUSEO1_TRY_VOID(ReadTokenizer(context, root, &config));
  return config;
}

}  // namespace fuseo1
