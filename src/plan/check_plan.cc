#include "plan/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

// Passes over the data before the emit pass: the method is run on a few numbers to see.
int CountSurveys(const MergePlan& plan, const TensorJob& job) {
  if (plan.method->start == nullptr) {
    return 0;
  }
  const std::vector<std::uint64_t> shape = {4, 8};
  const std::size_t count = job.inputs.size();
  std::vector<std::vector<double>> values(count, std::vector<double>(32));
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t i = 0; i < 32; ++i) {
      values[k][i] = std::sin(static_cast<double>(1 + i * count + k));
    }
  }
  TensorTask task = TaskOf(plan, job);
  task.shape = shape;
  task.elems = 32;
  const std::unique_ptr<TensorMerge> merge = plan.method->start(task);
  const std::uint64_t step = std::min<std::uint64_t>(merge->BlockElems(), 32);
  int passes = 0;
  while (passes < 8 && merge->WantsSurvey()) {
    ++passes;
    std::vector<const double*> pointers(count);
    for (std::uint64_t first = 0; first < 32; first += step) {
      for (std::size_t k = 0; k < count; ++k) {
        pointers[k] = values[k].data() + first;
      }
      Block block;
      block.first = first;
      block.count = step;
      block.inputs = pointers;
      merge->Survey(block);
    }
    if (!merge->FinishSurvey().ok()) {
      break;
    }
  }
  return passes;
}

void MeasureCost(MergePlan* plan) {
  std::set<const Params*> seen;
  for (const TensorJob& job : plan->jobs) {
    for (const JobInput& input : job.inputs) {
      plan->read_bytes += job.InputBytes(input);
    }
    if (job.fate != TensorFate::kMerge) {
      continue;
    }
    if (plan->numerics == Numerics::kExact && seen.size() < 64 && seen.insert(job.params).second) {
      plan->survey_passes = std::max(plan->survey_passes, CountSurveys(*plan, job));
    }
  }
}

class SettingChecker {
 public:
  SettingChecker(const ParameterResolver& resolver, MergePlan* plan)
      : resolver_(resolver), plan_(plan) {}

  void CheckAll() {
    const MergeConfig& config = plan_->config;
    Check(config.parameters);
    CheckInputs(config.models);
    CheckSlices(config.slices);
    for (const ModuleConfig& module : config.modules) {
      Check(module.parameters);
      CheckInputs(module.models);
      CheckSlices(module.slices);
    }
  }

 private:
  void CheckInputs(const std::vector<ModelInput>& inputs) {
    for (const ModelInput& input : inputs) {
      Check(input.parameters);
    }
  }
  void CheckSlices(const std::vector<OutputSlice>& slices) {
    for (const OutputSlice& slice : slices) {
      Check(slice.parameters);
      CheckInputs(slice.sources);
    }
  }
  void Check(const ParameterSettings& settings) {
    for (const ParameterSetting& setting : settings) {
      std::size_t used = 0;
      for (const ConditionalValue& candidate : setting.candidates) {
        used += resolver_.WasUsed(candidate) ? 1 : 0;
      }
      if (used == 0 && !setting.candidates.empty()) {
        plan_->warnings.push_back(
            fmt::format("{}: parameter {} is never used: {}",
                        PlaceText(plan_->config.file, setting.place), Quoted(setting.name),
                        setting.candidates[0].filter.empty() || setting.candidates[0].filter == "*"
                            ? "nearer settings decide everywhere"
                            : "its filters match no tensor"));
        continue;
      }
      for (const ConditionalValue& candidate : setting.candidates) {
        if (!resolver_.WasUsed(candidate)) {
          plan_->warnings.push_back(
              fmt::format("{}: this value of {} is never used: {}",
                          PlaceText(plan_->config.file, candidate.place), Quoted(setting.name),
                          candidate.filter.empty() || candidate.filter == "*"
                              ? "entries above it decide for every tensor"
                              : "the filter " + Quoted(candidate.filter, 80) +
                                    " matches no tensor that entries above it leave"));
        }
      }
    }
  }

  const ParameterResolver& resolver_;
  MergePlan* plan_;
};

// Weights that sum to nothing, under a method that divides by their sum.
void CheckWeights(const ParameterResolver& resolver, MergePlan* plan) {
  bool cancels = false;
  for (const auto& params : resolver.all()) {
    const auto weights = params->numbers().find("weight");
    const auto normalize = params->numbers().find("normalize");
    if (weights == params->numbers().end() ||
        (plan->method->name == "linear" && normalize != params->numbers().end() &&
         normalize->second[0].value_or(0) == 0)) {
      continue;
    }
    double sum = 0;
    double size = 0;
    for (const std::optional<double>& weight : weights->second) {
      sum += weight.value_or(0);
      size += std::abs(weight.value_or(0));
    }
    cancels = cancels || (plan->method->name == "linear" && std::abs(sum) <= 1e-9 * size);
  }
  if (cancels) {
    plan->warnings.push_back(
        "the weights of the models cancel to a sum of 0 and are divided by it: the result will "
        "hold "
        "NaN or infinity; set 'normalize: false' or other weights");
  }
}

// Of the first setting with either name, the first one preferred; unknown: 0.
SourcePlace PlaceOfSetting(const MergeConfig& config, std::string_view name,
                           std::string_view other) {
  SourcePlace best;
  SourcePlace second;
  const auto look = [&](const ParameterSettings& settings) {
    for (const ParameterSetting& setting : settings) {
      best = best.line == 0 && setting.name == name ? setting.place : best;
      second = second.line == 0 && setting.name == other ? setting.place : second;
    }
  };
  const auto look_slices = [&](const std::vector<OutputSlice>& slices) {
    for (const OutputSlice& slice : slices) {
      look(slice.parameters);
      for (const ModelInput& source : slice.sources) {
        look(source.parameters);
      }
    }
  };
  look(config.parameters);
  for (const ModelInput& input : config.models) {
    look(input.parameters);
  }
  look_slices(config.slices);
  for (const ModuleConfig& module : config.modules) {
    look(module.parameters);
    for (const ModelInput& input : module.models) {
      look(input.parameters);
    }
    look_slices(module.slices);
  }
  return best.line != 0 ? best : second;
}

// A share that is no number says nothing about what to keep.
Status CheckShares(const ParameterResolver& resolver, const MergePlan& plan) {
  for (const auto& params : resolver.all()) {
    for (const char* name : {"density", "select_topk"}) {
      const auto shares = params->numbers().find(name);
      if (shares == params->numbers().end()) {
        continue;
      }
      for (const std::optional<double>& share : shares->second) {
        if (std::isnan(share.value_or(1))) {
          return UsageError(fmt::format(
              "{}: parameter {} is a share from 0 to 1, found NaN",
              PlaceText(plan.config.file, PlaceOfSetting(plan.config, name, name)), Quoted(name)));
        }
      }
    }
  }
  return {};
}

// The ranks of della get keep probabilities density ± epsilon, which must be probabilities.
Status CheckEpsilon(const MergePlan& plan) {
  std::set<std::pair<const Params*, int>> seen;
  for (const TensorJob& job : plan.jobs) {
    if (job.fate != TensorFate::kMerge || !seen.insert({job.params, job.base}).second) {
      continue;
    }
    const auto densities = job.params->numbers().find("density");
    const auto epsilons = job.params->numbers().find("epsilon");
    if (densities == job.params->numbers().end() || epsilons == job.params->numbers().end()) {
      continue;
    }
    for (std::size_t k = 0; k < densities->second.size(); ++k) {
      if (static_cast<int>(k) == job.base) {
        continue;  // the base is not sparsified: nobody reads its density
      }
      const double density = densities->second[k].value_or(1);
      const double epsilon = epsilons->second[std::min(k, epsilons->second.size() - 1)].value_or(0);
      if (density > 0 && density < 1 && !(density + epsilon < 1 && density - epsilon > 0)) {
        return UsageError(fmt::format(
            "{}: {}: Epsilon must be chosen such that density +/- epsilon is in (0, 1); found "
            "density {} and epsilon {}",
            PlaceText(plan.config.file, PlaceOfSetting(plan.config, "epsilon", "density")),
            plan.method->name, density, epsilon));
      }
    }
  }
  return {};
}

// Signs that a model was not trained from the base that the config names.
void CheckDescent(MergePlan* plan) {
  if (plan->base_model < 0 || plan->method->base == BaseRule::kUnused) {
    return;
  }
  const Checkpoint& base = plan->models[static_cast<std::size_t>(plan->base_model)];
  for (std::size_t i = 0; i < plan->models.size(); ++i) {
    const Checkpoint& model = plan->models[i];
    if (static_cast<int>(i) == plan->base_model) {
      continue;
    }
    std::string differs;
    if (ArchitectureName(model) != ArchitectureName(base)) {
      differs = "architectures " + Quoted(ArchitectureName(base)) + " and " +
                Quoted(ArchitectureName(model));
    }
    for (const char* key : {"hidden_size", "intermediate_size", "num_attention_heads",
                            "num_key_value_heads", "vocab_size", "rope_theta"}) {
      const Json* ours = FindKey(base.config, key);
      const Json* theirs = FindKey(model.config, key);
      if (ours != nullptr && theirs != nullptr && *ours != *theirs) {
        differs += (differs.empty() ? "" : ", ") + std::string(key) + " " +
                   Printable(DumpJson(*ours, -1), 40) + " and " +
                   Printable(DumpJson(*theirs, -1), 40);
      }
    }
    if (!differs.empty()) {
      plan->warnings.push_back(Quoted(model.ref.Text()) + " may not derive from the base " +
                               Quoted(base.ref.Text()) + ": they differ in " + differs);
    }
  }
}

void CheckUnusedTensors(MergePlan* plan) {
  std::map<std::pair<int, Name>, std::pair<std::uint64_t, Name>> groups;
  for (const UnusedTensor& unused : plan->unused) {
    auto& [count, first] = groups[{unused.model, unused.reason}];
    first = count++ == 0 ? unused.name : first;
  }
  // Layers that slices leave out are what the config asks for; whole modules are easily forgotten.
  for (const auto& [key, value] : groups) {
    if (Contains(key.second, "not in the config")) {
      plan->warnings.push_back(
          fmt::format("{} tensors of {}, the first {}, are not in the output: {}", value.first,
                      Quoted(plan->models[static_cast<std::size_t>(key.first)].ref.Text()),
                      Quoted(value.second), key.second.view()));
    }
  }
}

void CheckQuantisation(MergePlan* plan) {
  for (const Checkpoint& model : plan->models) {
    const Json* const quantisation = FindKey(model.config, "quantization_config");
    if (quantisation != nullptr && !quantisation->is_null()) {
      plan->warnings.push_back(Quoted(model.ref.Text()) +
                               " is quantised (config.json has quantization_config): its packed "
                               "tensors can only be copied, where all models agree");
    }
  }
}

}  // namespace

Status CheckPlan(FileSystem& fs, const PlacedModels& placed, const ParameterResolver& resolver,
                 MergePlan* plan) {
  (void)placed;
  MeasureCost(plan);
  SettingChecker(resolver, plan).CheckAll();
  CheckWeights(resolver, plan);
  FUSEO1_TRY_VOID(CheckShares(resolver, *plan));
  FUSEO1_TRY_VOID(CheckEpsilon(*plan));
  CheckDescent(plan);
  CheckUnusedTensors(plan);
  CheckQuantisation(plan);
  return CheckTokenizers(fs, *plan);
}

}  // namespace fuseo1
