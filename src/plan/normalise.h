// The three forms of a config (models, slices, modules) as one: modules of slices of sources. One
// thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "plan/merge_plan.h"
#include "plan/placed_models.h"
#include "plan/plan_tensor.h"

namespace fuseo1 {

struct PlanModule {
  int module = 0;        // of the architecture
  bool is_whole = true;  // given by models: every layer, under its own number
  std::vector<PlanSlice> slices;
};

// Every model that a config names, in config order, base_model last where it is not listed. The
// same reference is one model.
std::vector<ModelRef> ReferencedModels(const MergeConfig& config);

// Errors: kUsage for what the config asks of the method in vain ("exactly 2 inputs"), kInput for
// models of different depth and layers that are not there. Points into plan.config.
Result<std::vector<PlanModule>> Normalise(const MergePlan& plan, const PlacedModels& placed);

}  // namespace fuseo1
