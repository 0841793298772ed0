// The models of a plan, opened, with every tensor at its place: module, layer, table entry.
// Indices are of `models`, which must not change while this lives. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arch/architecture.h"
#include "base/result.h"
#include "checkpoint/checkpoint.h"
#include "plan/build_plan.h"

namespace fuseo1 {

// A layer's tensors are neighbours in a checkpoint, which is sorted by name.
struct PlacedLayer {
  std::int64_t layer = 0;
  std::uint32_t first = 0;  // index of Checkpoint::tensors
  std::uint32_t count = 0;
};

struct PlacedModule {
  std::vector<std::uint32_t> before;  // indices of Checkpoint::tensors, by name
  std::vector<PlacedLayer> layers;    // by number
  std::vector<std::uint32_t> after;
  std::int64_t layer_count = 0;  // the largest layer found, and one

  const PlacedLayer* FindLayer(std::int64_t layer) const;
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
