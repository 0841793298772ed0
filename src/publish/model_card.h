// The README.md of a merged checkpoint: what it is, from what, how, and what a reader should know.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/run_merge.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

struct CardFacts {
  std::string title;
  std::string program_version;
  std::vector<std::string> notes;  // of the side files
};

std::string ModelCard(const MergePlan& plan, const MergeReport& report, const CardFacts& facts);

// A paragraph on what the variant of sce computes; "" for other methods.
std::string VariantMeaning(std::string_view method, std::string_view variant);

}  // namespace fuseo1
