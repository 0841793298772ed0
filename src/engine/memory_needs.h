// What a merge needs of memory, from its plan alone. Pure; any thread.
#pragma once

#include <cstdint>

#include "plan/merge_plan.h"

namespace fuseo1 {

// Bytes; the largest over all tensors.
struct MemoryNeeds {
  std::uint64_t worker = 0;  // one thread's buffers, held to the end
  std::uint64_t rows = 0;    // one thread's whole rows, for methods that take such
  std::uint64_t whole = 0;   // one tensor's, for torch numerics

  // The smallest budget that one thread can work in.
  std::uint64_t LeastBudget() const;
  // How many threads can; 0: none.
  std::uint64_t ThreadsWithin(std::uint64_t budget_bytes) const;
  // How many do: those wanted (0: as many as this process has processors), or as many as can.
  int ThreadsOf(std::uint64_t budget_bytes, int wanted) const;
  // What so many threads may come to hold of a budget, with what a method keeps of a tensor.
  std::uint64_t MostOf(std::uint64_t budget_bytes, int threads, std::uint64_t kept_bytes) const;
  // The budget: that asked for; or where that is 0, half of the memory that is available now, or up
  // to seven eighths where the merge cannot run in less.
  std::uint64_t BudgetOr(std::uint64_t asked_bytes) const;
};

// chunk_elems: as EngineOptions.
MemoryNeeds NeedsOf(const MergePlan& plan, std::uint64_t chunk_elems = 0);

// What the method keeps of the largest tensor between its passes, under that budget.
std::uint64_t KeptOf(const MergePlan& plan, std::uint64_t budget_bytes);

}  // namespace fuseo1
