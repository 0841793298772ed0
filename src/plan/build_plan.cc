#include "plan/build_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "plan/check_plan.h"
#include "plan/lay_out.h"
#include "plan/normalise.h"
#include "plan/output_config.h"
#include "plan/placed_models.h"
#include "plan/plan_tensor.h"
#include "plan/resolve_parameters.h"

namespace fuseo1 {
namespace {

// The union of the sources' tensors of one part or layer, by name within it.
std::map<std::string_view, TensorGroup> Unite(
    const std::vector<const std::vector<PlacedTensor>*>& sources) {
  std::map<std::string_view, TensorGroup> groups;
  for (std::size_t k = 0; k < sources.size(); ++k) {
    if (sources[k] == nullptr) {
      continue;
    }
    for (const PlacedTensor& placed : *sources[k]) {
      TensorGroup& group = groups[placed.rest];
      group.tensors.resize(sources.size(), nullptr);
      group.tensors[k] = placed.tensor;
      group.rule = placed.rule;
    }
  }
  return groups;
}

class Builder {
 public:
  Builder(MergePlan* plan, const PlacedModels& placed, TensorPlanner* planner)
      : plan_(plan), placed_(placed), planner_(planner) {}

  Status AddModule(const PlanModule& module) {
    const auto m = static_cast<std::size_t>(module.module);
    const std::string& prefix = placed_.arch.modules[m].layer_prefix;
    const auto loose = [&](const PlanSlice& slice, bool before) {
      std::vector<const std::vector<PlacedTensor>*> parts;
      for (const int model : slice.models) {
        const PlacedModule& in = placed_.models[static_cast<std::size_t>(model)][m];
        parts.push_back(before ? &in.before : &in.after);
      }
      return Unite(parts);
    };
    for (auto& [name, group] : loose(module.slices.front(), true)) {
      FUSEO1_TRY_VOID(Add(module.slices.front(), std::string(name), 0, std::move(group)));
    }
    std::int64_t next_layer = 0;
    for (const PlanSlice& slice : module.slices) {
      for (const std::int64_t offset : LayersOf(slice, m, module.is_whole)) {
        std::vector<const std::vector<PlacedTensor>*> parts;
        for (std::size_t k = 0; k < slice.models.size(); ++k) {
          const auto& layers = placed_.models[static_cast<std::size_t>(slice.models[k])][m].layers;
          const auto it = layers.find(slice.first_layer[k] + offset);
          parts.push_back(it == layers.end() ? nullptr : &it->second);
        }
        const double t = slice.layer_count > 1 ? static_cast<double>(offset) /
                                                     static_cast<double>(slice.layer_count - 1)
                                               : 1;
        const std::string layer = prefix + std::to_string(next_layer + offset) + ".";
        for (auto& [rest, group] : Unite(parts)) {
          FUSEO1_TRY_VOID(Add(slice, layer + std::string(rest), t, std::move(group)));
        }
      }
      next_layer += slice.layer_count;
    }
    for (auto& [name, group] : loose(module.slices.back(), false)) {
      FUSEO1_TRY_VOID(Add(module.slices.back(), std::string(name), 0, std::move(group)));
    }
    return {};
  }

  // Every tensor of every model that no job reads, with the reason.
  void RecordUnused(const std::vector<PlanModule>& modules) {
    std::set<int> planned;
    for (const PlanModule& module : modules) {
      planned.insert(module.module);
    }
    for (std::size_t i = 0; i < plan_->models.size(); ++i) {
      for (const CheckpointTensor& tensor : plan_->models[i].tensors) {
        if (used_.count(&tensor) != 0) {
          continue;
        }
        const TensorPlace place = placed_.arch.Locate(tensor.name);
        const std::string& module =
            placed_.arch.modules[static_cast<std::size_t>(place.module)].name;
        std::string reason;
        if (planned.count(place.module) == 0) {
          reason = "module " + module + " is not in the config";
        } else if (place.part == Part::kLayer) {
          reason = "layer " + std::to_string(place.layer) + " is in no slice of this model";
        } else {
          reason = place.part == Part::kBefore
                       ? "this model is not in the first slice, which gives the tensors before "
                         "the layers"
                       : "this model is not in the last slice, which gives the tensors after the "
                         "layers";
        }
        plan_->unused.push_back({static_cast<int>(i), tensor.name, std::move(reason)});
      }
    }
  }

 private:
  // Offsets from the slice's first layer that hold anything, ascending. A whole model's come from
  // its names, so that a lonely layer 999999999 costs nothing.
  std::vector<std::int64_t> LayersOf(const PlanSlice& slice, std::size_t m, bool is_whole) const {
    std::vector<std::int64_t> offsets;
    if (!is_whole) {
      for (std::int64_t j = 0; j < slice.layer_count; ++j) {
        offsets.push_back(j);
      }
      return offsets;
    }
    std::set<std::int64_t> found;
    for (const int model : slice.models) {
      for (const auto& [layer, tensors] :
           placed_.models[static_cast<std::size_t>(model)][m].layers) {
        found.insert(layer);
      }
    }
    return {found.begin(), found.end()};
  }

  Status Add(const PlanSlice& slice, std::string name, double t, TensorGroup group) {
    group.name = std::move(name);
    group.t = t;
    for (const CheckpointTensor* tensor : group.tensors) {
      used_.insert(tensor);
    }
    return planner_->Add(slice, std::move(group));
  }

  MergePlan* plan_;
  const PlacedModels& placed_;
  TensorPlanner* planner_;
  std::unordered_set<const CheckpointTensor*> used_;
};

std::vector<LayerOrigins> ChangedLayers(const PlacedModels& placed,
                                        const std::vector<PlanModule>& modules, int donor) {
  std::vector<LayerOrigins> changed;
  for (const PlanModule& module : modules) {
    if (module.is_whole) {
      continue;
    }
    const auto m = static_cast<std::size_t>(module.module);
    LayerOrigins origins;
    origins.count_key = placed.arch.modules[m].layer_count_key;
    origins.donor_layers = placed.models[static_cast<std::size_t>(donor)][m].layer_count;
    for (const PlanSlice& slice : module.slices) {
      for (std::int64_t j = 0; j < slice.layer_count; ++j) {
        origins.layers.push_back(slice.first_layer[0] + j);
      }
    }
    changed.push_back(std::move(origins));
  }
  return changed;
}

bool IsVariant(std::string_view name) {
  return name == "fuseo1" || name == "mergekit" || name == "paper";
}

// The variant that the tensors were resolved to; a word where they differ.
void RecordVariant(MergePlan* plan) {
  bool differs = false;
  for (const TensorJob& job : plan->jobs) {
    if (job.params == nullptr) {
      continue;
    }
    const auto it = job.params->texts().find("variant");
    if (it != job.params->texts().end()) {
      plan->variant = plan->variant.empty() ? it->second : plan->variant;
      differs = differs || it->second != plan->variant;
    }
  }
  if (differs) {
    plan->warnings.push_back("parameter \"variant\" differs between tensors");
  }
}

}  // namespace

Result<MergePlan> BuildPlan(FileSystem& fs, MergeConfig config, std::string config_text,
                            const PlanOptions& options) {
  MergePlan plan;
  plan.config = std::move(config);
  plan.config_text = std::move(config_text);
  plan.numerics = options.numerics;
  plan.seed = options.random_seed.value_or(0);
  plan.method = FindMethod(plan.config.merge_method);
  if (plan.method == nullptr) {
    return UsageError("Unimplemented merge method " + Quoted(plan.config.merge_method, 60));
  }
  plan.warnings = plan.config.warnings;
  for (const std::string* variant : {&options.sce_variant, &options.default_sce_variant}) {
    if (!variant->empty() && !IsVariant(*variant)) {
      return UsageError("sce has no variant " + Quoted(*variant, 60) +
                        "; expected fuseo1, mergekit or paper");
    }
  }
  for (const ModelRef& ref : ReferencedModels(plan.config)) {
    FUSEO1_TRY(Checkpoint model, OpenCheckpoint(fs, ref, options.cache_dir));
    for (const std::string& warning : model.warnings) {
      plan.warnings.push_back(warning);
    }
    if (plan.config.base_model && *plan.config.base_model == ref) {
      plan.base_model = static_cast<int>(plan.models.size());
    }
    plan.models.push_back(std::move(model));
  }
  if (plan.models.empty()) {
    return UsageError("the config names no model");
  }
  const int donor = std::max(plan.base_model, 0);

  FUSEO1_TRY(const PlacedModels placed, PlaceModels(plan.models, donor, options, &plan.warnings));
  FUSEO1_TRY(const std::vector<PlanModule> modules, Normalise(plan, placed));
  ParameterResolver resolver(*plan.method, options.sce_variant, options.default_sce_variant);
  TensorPlanner planner(&plan, options, placed.arch, &resolver);
  Builder builder(&plan, placed, &planner);
  for (const PlanModule& module : modules) {
    FUSEO1_TRY_VOID(builder.AddModule(module));
  }
  if (plan.jobs.empty()) {
    return InputError("the models hold no tensor to merge");
  }
  builder.RecordUnused(modules);
  RecordVariant(&plan);
  planner.ReportOddities();
  SortJobs(&plan.jobs, planner.labels());
  FUSEO1_TRY_VOID(LayOutShards(&plan, options.shard_bytes));
  if (plan.numerics == Numerics::kTorch) {
    CountDraws(&plan);
  }
  plan.output_config = MakeOutputConfig(plan, plan.models[static_cast<std::size_t>(donor)],
                                        ChangedLayers(placed, modules, donor), &plan.warnings);
  FUSEO1_TRY_VOID(CheckPlan(fs, placed, resolver, &plan));
  return plan;
}

}  // namespace fuseo1
