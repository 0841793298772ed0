// A plan as a page for people and as a JSON document. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// What the plan meets on this machine.
struct PlanSurroundings {
  std::uint64_t memory_budget_bytes = 0;
  std::uint64_t most_used_bytes = 0;     // of it
  std::uint64_t least_budget_bytes = 0;  // with which the merge runs
  std::uint64_t free_disk_bytes = 0;
  std::string disk_path;  // whose file system has them
};

std::string PlanText(const MergePlan& plan, const PlanSurroundings& here);
Json PlanJson(const MergePlan& plan, const PlanSurroundings& here);

}  // namespace fuseo1
