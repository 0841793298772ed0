#include "engine/run_merge.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "engine/committer.h"
#include "engine/input_files.h"
#include "engine/memory_budget.h"
#include "engine/output_writer.h"
#include "engine/run_context.h"
#include "engine/scheduler.h"

namespace fuseo1 {
namespace {

// Above this a tensor is shared. Below, one worker takes a fraction of a second for it.
constexpr std::uint64_t kSharedElems = 8 << 20;

int ProcessorsOfThisProcess() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) {
    return 1;
  }
  return std::max(CPU_COUNT(&set), 1);
}

// As many workers as were asked for and as the budget can give buffers to.
Result<int> WorkersWithin(const MergePlan& plan, const EngineOptions& options,
                          std::uint64_t memory_bytes, std::uint64_t* worker_bytes) {
  *worker_bytes = 0;
  for (const TensorJob& job : plan.jobs) {
    *worker_bytes = std::max(*worker_bytes, TensorRun::WorkerBytes(job, options.chunk_elems));
  }
  const int wanted = options.threads > 0 ? options.threads : ProcessorsOfThisProcess();
  // Half of the budget stays for whole rows, whole tensors and chunks that wait for their turn.
  const std::uint64_t affordable = memory_bytes / 2 / std::max<std::uint64_t>(*worker_bytes, 1);
  if (affordable == 0) {
    return SystemError(
        fmt::format("one thread needs {} of buffers, the budget is {}. Give more with "
                    "--memory.",
                    HumanBytes(*worker_bytes * 2), HumanBytes(memory_bytes)));
  }
  return static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted), affordable));
}

std::vector<std::uint32_t> JobsNotIn(const MergePlan& plan,
                                     const std::vector<JournalRecord>& finished) {
  std::vector<bool> done(plan.jobs.size());
  for (const JournalRecord& record : finished) {
    done[record.job] = true;
  }
  std::vector<std::uint32_t> todo;
  for (std::uint32_t job = 0; job < plan.jobs.size(); ++job) {
    if (!done[job]) {
      todo.push_back(job);
    }
  }
  return todo;
}

}  // namespace

Result<MergeReport> RunMerge(FileSystem& fs, const MergePlan& plan, const std::string& output_dir,
                             const EngineOptions& options, const MergeHooks& hooks) {
  const auto start = std::chrono::steady_clock::now();
  MemoryBudget budget(options.memory_bytes > 0 ? options.memory_bytes : DefaultMemoryBytes());
  std::uint64_t worker_bytes = 0;
  FUSEO1_TRY(const int workers, WorkersWithin(plan, options, budget.total_bytes(), &worker_bytes));
  FUSEO1_TRY(const Lease buffers, budget.Take(worker_bytes * static_cast<std::uint64_t>(workers),
                                              "the threads' buffers"));
  FUSEO1_TRY(const InputFiles inputs, InputFiles::Open(fs, plan));
  FUSEO1_TRY(const auto writer, OutputWriter::Open(fs, plan, output_dir, options));

  RunContext context{.plan = plan,
                     .inputs = inputs,
                     .writer = *writer,
                     .budget = budget,
                     .workers = workers,
                     .chunk_elems = options.chunk_elems,
                     .shared_elems = options.shared_elems > 0 ? options.shared_elems : kSharedElems,
                     .commit_bytes = options.commit_bytes,
                     .use_io_uring = options.use_io_uring};
  Committer committer(*writer, options.commit_bytes);
  Scheduler scheduler(context, committer, JobsNotIn(plan, writer->finished()), hooks.stop);
  std::uint64_t resumed_bytes = 0;
  for (const JournalRecord& record : writer->finished()) {
    scheduler.TakeOver(record);
    resumed_bytes += plan.jobs[record.job].Bytes();
  }
  const auto tick = [&] {
    if (hooks.progress) {
      hooks.progress({.done_bytes = resumed_bytes + scheduler.bytes_done(),
                      .total_bytes = plan.output_bytes,
                      .io_bytes = context.bytes_read + context.bytes_written,
                      .tensors_done = writer->finished().size() + scheduler.tensors_done(),
                      .tensors_total = plan.jobs.size()});
    }
  };
  const Status merged = scheduler.Run(tick);
  // What is finished is made durable even if something else failed, unless a signal asks for haste.
  const bool stopped = !merged.ok() && merged.error().code() == ErrorCode::kInterrupted;
  const Status committed = stopped && !committer.failed() ? Status() : committer.Finish();
  if (merged.ok() || stopped) {
    FUSEO1_TRY_VOID(committed);  // a commit that failed stops the workers
  }
  FUSEO1_TRY_VOID(merged);
  FUSEO1_TRY_VOID(inputs.CheckUnchanged());

  MergeReport report{.tensors = std::move(scheduler.outcomes()),
                     .resumed_tensors = writer->finished().size(),
                     .bytes_read = context.bytes_read,
                     .bytes_written = context.bytes_written};
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<SideFile> side_files;
  if (hooks.side_files) {
    FUSEO1_TRY(side_files, hooks.side_files(report));
  }
  FUSEO1_TRY_VOID(writer->Publish(side_files));
  tick();
  return report;
}

}  // namespace fuseo1
