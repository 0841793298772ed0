#include "engine/memory_needs.h"

#include <sched.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "engine/memory_budget.h"
#include "engine/tensor_run.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

std::unique_ptr<TensorMerge> Started(const MergePlan& plan, const TensorJob& job,
                                     std::uint64_t kept_bytes) {
  TensorTask task = TaskOf(plan, job);
  task.kept_bytes = kept_bytes;
  return MethodOf(plan, job).start(task);
}

int ProcessorsOfThisProcess() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) {
    return 1;
  }
  return std::max(CPU_COUNT(&set), 1);
}

// One thread's share where the method takes whole rows of this tensor, else 0.
std::uint64_t RowBytes(const MergePlan& plan, const TensorJob& job) {
  if (MethodOf(plan, job).shape_free) {
    return 0;
  }
  const std::uint64_t block = Started(plan, job, 0)->BlockElems();
  return block == kBlockElems ? 0 : TensorRun::RowBytes(job, block, kSegmentElems);
}

}  // namespace

std::uint64_t MemoryNeeds::LeastBudget() const {
  // Half of a budget stays for what is no buffer: chunks that wait for their turn, tables.
  return std::max({2 * worker, worker + rows, worker + whole});
}

std::uint64_t MemoryNeeds::ThreadsWithin(std::uint64_t budget_bytes) const {
  if (budget_bytes < LeastBudget()) {
    return 0;
  }
  const auto share = [](std::uint64_t bytes, std::uint64_t each) {
    return each > 0 ? bytes / each : std::numeric_limits<std::uint64_t>::max();
  };
  return std::min({share(budget_bytes, 2 * worker), share(budget_bytes, worker + rows),
                   share(budget_bytes - whole, worker)});
}

int MemoryNeeds::ThreadsOf(std::uint64_t budget_bytes, int wanted) const {
  const int threads = wanted > 0 ? wanted : ProcessorsOfThisProcess();
  return static_cast<int>(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(threads), ThreadsWithin(budget_bytes)));
}

std::uint64_t MemoryNeeds::MostOf(std::uint64_t budget_bytes, int threads,
                                  std::uint64_t kept_bytes) const {
  // Two tensors at a time: the threads begin the next one while the last chunks of one are left.
  return std::min(budget_bytes,
                  static_cast<std::uint64_t>(threads) * (worker + rows + whole) + 2 * kept_bytes);
}

std::uint64_t MemoryNeeds::BudgetOr(std::uint64_t asked_bytes) const {
  if (asked_bytes > 0) {
    return asked_bytes;
  }
  const std::uint64_t available = AvailableMemoryBytes();
  return std::clamp(LeastBudget(), available / 2, available / 8 * 7);
}

MemoryNeeds NeedsOf(const MergePlan& plan, std::uint64_t chunk_elems) {
  MemoryNeeds needs;
  for (const TensorJob& job : plan.jobs) {
    const bool merged = job.fate != TensorFate::kCopy;
    if (merged && plan.numerics == Numerics::kTorch) {
      needs.whole = std::max(needs.whole, TorchMergeBytes(job));
      continue;
    }
    needs.worker = std::max(needs.worker, TensorRun::WorkerBytes(job, chunk_elems));
    needs.rows = std::max(needs.rows, merged ? RowBytes(plan, job) : 0);
  }
  return needs;
}

std::uint64_t KeptOf(const MergePlan& plan, std::uint64_t budget_bytes) {
  const TensorJob* largest = nullptr;
  for (const TensorJob& job : plan.jobs) {
    if (job.fate == TensorFate::kMerge && (largest == nullptr || job.Elems() > largest->Elems())) {
      largest = &job;
    }
  }
  return largest == nullptr || plan.numerics == Numerics::kTorch
             ? 0
             : Started(plan, *largest, TensorRun::KeptBytes(budget_bytes))->KeptBytes();
}

}  // namespace fuseo1
