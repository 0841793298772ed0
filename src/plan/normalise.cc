#include "plan/normalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "base/yaml.h"

namespace fuseo1 {
namespace {

int IndexOf(const MergePlan& plan, const ModelRef& ref) {
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    if (plan.models[i].ref == ref) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

Error At(const MergePlan& plan, SourcePlace place, const std::string& words) {
  return UsageError(PlaceText(plan.config.file, place) + ": " + words);
}

// What the method asks of its inputs, in the words of mergekit 0.1.5 where it has any.
Status CheckContract(const MergePlan& plan, const PlanSlice& slice, SourcePlace place) {
  const MethodDef& method = *plan.method;
  const std::string what = "merge_method " + std::string(method.name);
  if (method.base != BaseRule::kUnused && slice.base_configured && slice.base < 0) {
    return At(plan, place,
              what + ": Base input is not present in merge inputs for " + slice.name +
                  "; list the base model among its sources");
  }
  if (method.base == BaseRule::kRequired && slice.base < 0) {
    return At(plan, place,
              what + ": Merge method requires a base input for " + slice.name +
                  "; add a line 'base_model: NAME' at the top of the file");
  }
  const auto count = static_cast<int>(slice.models.size());
  const bool exact = method.min_inputs == method.max_inputs;
  if (count < method.min_inputs || (method.max_inputs > 0 && count > method.max_inputs)) {
    const bool few = count < method.min_inputs;
    return At(plan, place,
              fmt::format("{}: Merge method requires {} {} inputs for {}; got {}{}", what,
                          exact ? "exactly" : (few ? "at least" : "at most"),
                          few ? method.min_inputs : method.max_inputs, slice.name, count,
                          slice.base >= 0 ? " (the base model included)" : ""));
  }
  return {};
}

struct Levels {
  const ParameterSettings* module = nullptr;
  const ParameterSettings* top = nullptr;
};

void AddSource(const MergePlan& plan, const ModelRef& ref, const ParameterSettings* parameters,
               PlanSlice* slice) {
  slice->models.push_back(IndexOf(plan, ref));
  slice->scope.sources.push_back(parameters);
  slice->scope.source_names.push_back(ref.Text());
  slice->scope.source_places.push_back(PlaceOfModel(plan.config, ref));
}

void FindBase(const MergePlan& plan, const std::optional<ModelRef>& base, PlanSlice* slice) {
  slice->base_configured = base.has_value();
  const int index = base ? IndexOf(plan, *base) : -1;
  const auto it = std::find(slice->models.begin(), slice->models.end(), index);
  if (base && it != slice->models.end()) {
    slice->base = static_cast<int>(it - slice->models.begin());
  }
  slice->scope.base = slice->base;
}

// A module given by models: one slice with all layers; an unlisted base is its last source.
Result<PlanModule> FromModels(const MergePlan& plan, const PlacedModels& placed, int module,
                              const std::vector<ModelInput>& models, const Levels& levels) {
  PlanModule result;
  result.module = module;
  PlanSlice slice;
  const auto m = static_cast<std::size_t>(module);
  slice.name = placed.arch.modules[m].name + ".slices[0]";
  for (const ModelInput& input : models) {
    AddSource(plan, input.model, &input.parameters, &slice);
  }
  const std::optional<ModelRef>& base = plan.config.base_model;
  if (base && std::find(slice.models.begin(), slice.models.end(), IndexOf(plan, *base)) ==
                  slice.models.end()) {
    AddSource(plan, *base, nullptr, &slice);
  }
  FindBase(plan, base, &slice);
  slice.scope.levels = {levels.module, levels.top};
  slice.first_layer.assign(slice.models.size(), 0);
  FUSEO1_TRY_VOID(CheckContract(plan, slice, models[0].place));
  int first = -1;
  for (const int model : slice.models) {
    const std::int64_t layers = placed.models[static_cast<std::size_t>(model)][m].layer_count;
    if (first < 0) {
      first = model;
      slice.layer_count = layers;
    } else if (layers != slice.layer_count && layers != 0 && slice.layer_count != 0) {
      return InputError(fmt::format(
          "models of different depth: {} has {} layers, {} has {}; All inputs to a slice must "
          "contain the same number of layers (use 'slices:' to choose them)",
          Quoted(plan.models[static_cast<std::size_t>(first)].ref.Text()), slice.layer_count,
          Quoted(plan.models[static_cast<std::size_t>(model)].ref.Text()), layers));
    } else {
      slice.layer_count = std::max(slice.layer_count, layers);
    }
  }
  result.slices.push_back(std::move(slice));
  return result;
}

Result<PlanModule> FromSlices(const MergePlan& plan, const PlacedModels& placed, int module,
                              const std::vector<OutputSlice>& slices, const Levels& levels) {
  PlanModule result;
  result.module = module;
  result.is_whole = false;
  const auto m = static_cast<std::size_t>(module);
  std::int64_t layers_given = 0;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const OutputSlice& from = slices[i];
    PlanSlice slice;
    slice.name = fmt::format("{}.slices[{}]", placed.arch.modules[m].name, i);
    for (const ModelInput& source : from.sources) {
      AddSource(plan, source.model, &source.parameters, &slice);
      const auto& [first, end] = *source.layer_range;
      slice.first_layer.push_back(first);
      slice.layer_count = end - first;
      const std::int64_t layers =
          placed.models[static_cast<std::size_t>(slice.models.back())][m].layer_count;
      if (end > layers) {
        return InputError(
            fmt::format("{}: layer_range [{}, {}] is outside {}, which has {} layers (0 to {})",
                        PlaceText(plan.config.file, source.place), first, end,
                        Quoted(source.model.Text()), layers, layers - 1));
      }
    }
    layers_given += slice.layer_count;
    if (layers_given > kMaxOutputLayers) {
      return InputError(
          fmt::format("{}: with this slice the output has {} layers, the "
                      "limit is {}",
                      PlaceText(plan.config.file, from.place), layers_given, kMaxOutputLayers));
    }
    FindBase(plan, from.base_model ? from.base_model : plan.config.base_model, &slice);
    slice.scope.levels = {&from.parameters, levels.module, levels.top};
    FUSEO1_TRY_VOID(CheckContract(plan, slice, from.place));
    result.slices.push_back(std::move(slice));
  }
  return result;
}

}  // namespace

std::string PlaceText(std::string_view file, SourcePlace place) {
  const std::string name = file.empty() ? "config" : Printable(file);
  return place.line == 0 ? name : YamlPlace(name, place.line, place.column);
}

SourcePlace PlaceOfModel(const MergeConfig& config, const ModelRef& ref) {
  const auto in = [&](const std::vector<ModelInput>& inputs) {
    const auto it = std::find_if(inputs.begin(), inputs.end(),
                                 [&](const ModelInput& input) { return input.model == ref; });
    return it == inputs.end() ? SourcePlace{} : it->place;
  };
  const auto in_slices = [&](const std::vector<OutputSlice>& slices) {
    SourcePlace place;
    for (std::size_t i = 0; i < slices.size() && place.line == 0; ++i) {
      place = in(slices[i].sources);
    }
    return place;
  };
  SourcePlace place = in(config.models);
  place = place.line == 0 ? in_slices(config.slices) : place;
  for (const ModuleConfig& module : config.modules) {
    place = place.line == 0 ? in(module.models) : place;
    place = place.line == 0 ? in_slices(module.slices) : place;
  }
  return place.line == 0 && config.base_model == ref ? config.base_place : place;
}

std::vector<ModelRef> ReferencedModels(const MergeConfig& config) {
  std::vector<ModelRef> refs;
  const auto add = [&](const ModelRef& ref) {
    if (std::find(refs.begin(), refs.end(), ref) == refs.end()) {
      refs.push_back(ref);
    }
  };
  const auto add_slices = [&](const std::vector<OutputSlice>& slices) {
    for (const OutputSlice& slice : slices) {
      for (const ModelInput& source : slice.sources) {
        add(source.model);
      }
    }
  };
  for (const ModelInput& input : config.models) {
    add(input.model);
  }
  add_slices(config.slices);
  for (const ModuleConfig& module : config.modules) {
    for (const ModelInput& input : module.models) {
      add(input.model);
    }
    add_slices(module.slices);
  }
  if (config.base_model) {
    add(*config.base_model);
  }
  return refs;
}

Result<std::vector<PlanModule>> Normalise(const MergePlan& plan, const PlacedModels& placed) {
  const MergeConfig& config = plan.config;
  const std::vector<ArchModule>& modules = placed.arch.modules;
  std::vector<PlanModule> result;
  Levels levels;
  levels.top = &config.parameters;
  if (!config.models.empty()) {
    for (std::size_t m = 0; m < modules.size(); ++m) {
      FUSEO1_TRY(PlanModule module,
                 FromModels(plan, placed, static_cast<int>(m), config.models, levels));
      result.push_back(std::move(module));
    }
    return result;
  }
  std::string names;
  for (const ArchModule& module : modules) {
    names += (names.empty() ? "" : ", ") + Quoted(module.name);
  }
  if (!config.slices.empty()) {
    if (modules.size() != 1) {
      return At(plan, config.slices[0].place,
                "Model has multiple modules, must use modules: config syntax to work with slices; "
                "its modules are " +
                    names);
    }
    FUSEO1_TRY(PlanModule module, FromSlices(plan, placed, 0, config.slices, levels));
    result.push_back(std::move(module));
    return result;
  }
  for (const ModuleConfig& from : config.modules) {
    int index = -1;
    for (std::size_t m = 0; m < modules.size(); ++m) {
      index = modules[m].name == from.name ? static_cast<int>(m) : index;
    }
    if (index < 0) {
      return At(
          plan, from.place,
          "the models have no module " + Quoted(from.name, 80) + "; their modules are " + names);
    }
    levels.module = &from.parameters;
    FUSEO1_TRY(PlanModule module, from.models.empty()
                                      ? FromSlices(plan, placed, index, from.slices, levels)
                                      : FromModels(plan, placed, index, from.models, levels));
    result.push_back(std::move(module));
  }
  return result;
}

}  // namespace fuseo1
