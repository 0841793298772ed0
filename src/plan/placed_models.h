// The models of a plan, opened, with every tensor at its place: module, layer, table entry.
// Pointers and views point into `models`, which must not change while this lives. One thread.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "arch/architecture.h"
#include "base/result.h"
#include "checkpoint/checkpoint.h"
#include "plan/build_plan.h"

namespace fuseo1 {

struct PlacedTensor {
  const CheckpointTensor* tensor = nullptr;
  std::string_view rest;
  const WeightRule* rule = nullptr;
};

struct PlacedModule {
  std::vector<PlacedTensor> before;
  std::unordered_map<std::int64_t, std::vector<PlacedTensor>> layers;
  std::vector<PlacedTensor> after;
  std::int64_t layer_count = 0;  // the largest layer found, and one
};

struct PlacedModels {
  Architecture arch;
  std::vector<std::vector<PlacedModule>> models;  // [model][module of arch]
};

// "Qwen2ForCausalLM"; "" where config.json names none, or several.
std::string ArchitectureName(const Checkpoint& model);

// Chooses the architecture (base first, then config order), places every tensor, and compares
// config.json with what is stored. Errors: kInput for models that do not fit each other, or whose
// config.json does not fit their weights.
Result<PlacedModels> PlaceModels(const std::vector<Checkpoint>& models, int reference,
                                 const PlanOptions& options, std::vector<std::string>* warnings);

// A number of config.json at a dotted key; -1 where there is none.
std::int64_t ConfigNumber(const Json& config, std::string_view dotted_key);

}  // namespace fuseo1
