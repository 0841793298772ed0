// config.json of the output: the donor's, with what the merge changes. Pure.
#pragma once

#include "base/json.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// Where each layer of the output's only (or first) module comes from: for lists in config.json that
// have an entry a layer.
struct LayerOrigins {
  std::string count_key;             // dotted; empty: looked for among the usual names
  std::int64_t donor_layers = 0;     // of the donor
  std::vector<std::int64_t> layers;  // the donor's layer behind each layer of the output
};

// The donor's config with dtype, layer count, lists per layer, architecture and vocabulary as they
// are in the output. warnings: what could not be kept consistent.
Json MakeOutputConfig(const MergePlan& plan, const Checkpoint& donor,
                      const std::vector<LayerOrigins>& changed_layers,
                      std::vector<std::string>* warnings);

}  // namespace fuseo1
