#include "plan/build_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "base/limits.h"
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

// A source's tensors of one layer, or of what comes before or after the layers: by name.
struct SourcePart {
  const CheckpointTensor* tensors = nullptr;  // of the model; nullptr: it has none here
  std::span<const std::uint32_t> picked;      // indices; empty: `count` from `first` on
  std::uint32_t first = 0;
  std::size_t count = 0;
  std::size_t cut = 0;  // bytes of a name before its part within the layer

  const CheckpointTensor& At(std::size_t i) const {
    return tensors[picked.empty() ? first + i : picked[i]];
  }
  std::string_view Rest(std::size_t i) const { return At(i).name.view().substr(cut); }
};

// The union of the sources' tensors, by name within the part: use(rest, tensors of each source).
template <class Use>
Status ForEachTensor(std::span<const SourcePart> sources, Use&& use) {
  std::vector<std::size_t> at(sources.size());
  std::vector<const CheckpointTensor*> tensors(sources.size());
  while (true) {
    std::optional<std::string_view> least;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (at[k] < sources[k].count && (!least || sources[k].Rest(at[k]) < *least)) {
        least = sources[k].Rest(at[k]);
      }
    }
    if (!least) {
      return {};
    }
    for (std::size_t k = 0; k < sources.size(); ++k) {
      const bool has = at[k] < sources[k].count && sources[k].Rest(at[k]) == *least;
      tensors[k] = has ? &sources[k].At(at[k]++) : nullptr;
    }
    FUSEO1_TRY_VOID(use(*least, tensors));
  }
}

class Builder {
 public:
  Builder(MergePlan* plan, const PlacedModels& placed, TensorPlanner* planner)
      : plan_(plan), placed_(placed), planner_(planner) {
    std::size_t most = 0;
    for (const Checkpoint& model : plan->models) {
      used_.emplace_back(model.tensors.size());
      most = std::max(most, model.tensors.size());
    }
    plan->jobs.reserve(most);
  }

  Status AddModule(const PlanModule& module) {
    FUSEO1_TRY_VOID(AddLoose(module, module.slices.front(), &PlacedModule::before));
    std::int64_t first_layer = 0;  // of the output, of this slice
    for (const PlanSlice& slice : module.slices) {
      for (const std::int64_t offset : LayersOf(module, slice)) {
        FUSEO1_TRY_VOID(AddLayer(module, slice, offset, first_layer + offset));
      }
      first_layer += slice.layer_count;
    }
    return AddLoose(module, module.slices.back(), &PlacedModule::after);
  }

  // Every tensor of every model that no job reads, with the reason.
  void RecordUnused(const std::vector<PlanModule>& modules) {
    std::set<int> planned;
    for (const PlanModule& module : modules) {
      planned.insert(module.module);
    }
    for (std::size_t i = 0; i < plan_->models.size(); ++i) {
      const Checkpoint& model = plan_->models[i];
      for (std::size_t t = 0; t < model.tensors.size(); ++t) {
        if (used_[i][t]) {
          continue;
        }
        const TensorPlace place = placed_.arch.Locate(model.tensors[t].name);
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
        plan_->unused.push_back(
            {static_cast<int>(i), model.tensors[t].name, plan_->interner->Intern(reason)});
      }
    }
  }

 private:
  const PlacedModule& Placed(int model, const PlanModule& module) const {
    return placed_.models[static_cast<std::size_t>(model)][static_cast<std::size_t>(module.module)];
  }
  const CheckpointTensor* Tensors(int model) const {
    return plan_->models[static_cast<std::size_t>(model)].tensors.data();
  }

  // Offsets from the slice's first layer that hold anything, ascending: of the names, so that a
  // lonely layer 999999999 costs nothing.
  std::vector<std::int64_t> LayersOf(const PlanModule& module, const PlanSlice& slice) const {
    std::vector<std::int64_t> offsets;
    for (std::size_t k = 0; k < slice.models.size(); ++k) {
      for (const PlacedLayer& placed : Placed(slice.models[k], module).layers) {
        const std::int64_t offset = placed.layer - slice.first_layer[k];
        if (offset >= 0 && offset < slice.layer_count) {
          offsets.push_back(offset);
        }
      }
    }
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    return offsets;
  }

  Status AddLoose(const PlanModule& module, const PlanSlice& slice,
                  std::vector<std::uint32_t> PlacedModule::*part) {
    std::vector<SourcePart> sources;
    for (const int model : slice.models) {
      const std::vector<std::uint32_t>& picked = Placed(model, module).*part;
      sources.push_back({.tensors = Tensors(model),
                         .picked = picked,
                         .first = 0,
                         .count = picked.size(),
                         .cut = 0});
    }
    return AddParts(slice, sources, "", 0);
  }

  Status AddLayer(const PlanModule& module, const PlanSlice& slice, std::int64_t offset,
                  std::int64_t layer) {
    const std::string& prefix =
        placed_.arch.modules[static_cast<std::size_t>(module.module)].layer_prefix;
    std::vector<SourcePart> sources;
    for (std::size_t k = 0; k < slice.models.size(); ++k) {
      SourcePart& source = sources.emplace_back();
      const std::int64_t number = slice.first_layer[k] + offset;
      if (const PlacedLayer* placed = Placed(slice.models[k], module).FindLayer(number)) {
        source = {.tensors = Tensors(slice.models[k]),
                  .picked = {},
                  .first = placed->first,
                  .count = placed->count,
                  .cut = prefix.size() + std::to_string(number).size() + 1};
      }
    }
    const double t = slice.layer_count > 1
                         ? static_cast<double>(offset) / static_cast<double>(slice.layer_count - 1)
                         : 1;
    return AddParts(slice, sources, prefix + std::to_string(layer) + ".", t);
  }

  Status AddParts(const PlanSlice& slice, std::span<const SourcePart> sources,
                  const std::string& prefix, double t) {
    TensorGroup group;
    group.t = t;
    return ForEachTensor(
        sources,
        [&](std::string_view rest, const std::vector<const CheckpointTensor*>& tensors) -> Status {
          group.name.assign(prefix).append(rest);
          group.tensors = tensors;
          group.rule = nullptr;
          group.is_tied.clear();
          for (std::size_t k = 0; k < tensors.size(); ++k) {
            if (tensors[k] != nullptr) {
              if (group.rule == nullptr) {
                group.rule = placed_.arch.Locate(tensors[k]->name).rule;
              }
              const auto model = static_cast<std::size_t>(slice.models[k]);
              used_[model][static_cast<std::size_t>(tensors[k] - Tensors(slice.models[k]))] = true;
            }
          }
          return planner_->Add(slice, group);
        });
  }

  MergePlan* plan_;
  const PlacedModels& placed_;
  TensorPlanner* planner_;
  std::vector<std::vector<bool>> used_;  // [model][tensor]
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
  plan.interner = std::make_shared<Interner>();
  for (const ModelRef& ref : ReferencedModels(plan.config)) {
    if (plan.models.size() == kMaxModels) {
      return UsageError(fmt::format("{}: the config names more than {} models",
                                    PlaceText(plan.config.file, PlaceOfModel(plan.config, ref)),
                                    kMaxModels));
    }
    auto opened = OpenCheckpoint(fs, ref, options.cache_dir, plan.interner);
    if (!opened.ok()) {
      const bool names_file =
          opened.error().code() == ErrorCode::kInput || opened.error().code() == ErrorCode::kSystem;
      Error error = std::move(opened).TakeError();
      return names_file
                 ? std::move(error)
                 : std::move(error).In(PlaceText(plan.config.file, PlaceOfModel(plan.config, ref)));
    }
    Checkpoint model = std::move(opened).value();
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
  ParameterResolver resolver(*plan.method, plan.config.file, options.sce_variant,
                             options.default_sce_variant);
  TensorPlanner planner(&plan, options, placed.arch, &resolver);
  Builder builder(&plan, placed, &planner);
  for (const PlanModule& module : modules) {
    FUSEO1_TRY_VOID(builder.AddModule(module));
  }
  if (plan.jobs.empty()) {
    return InputError("the models hold no tensor to merge");
  }
  builder.RecordUnused(modules);
  plan.params = resolver.all();
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
