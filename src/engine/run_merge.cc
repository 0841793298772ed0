#include "engine/run_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "engine/committer.h"
#include "engine/input_files.h"
#include "engine/memory_budget.h"
#include "engine/memory_needs.h"
#include "engine/output_writer.h"
#include "engine/run_context.h"
#include "engine/scheduler.h"

namespace fuseo1 {
namespace {

// Above this a tensor is shared. Below, one worker takes a fraction of a second for it.
constexpr std::uint64_t kSharedElems = 8 << 20;

Result<int> WorkersWithin(const MemoryNeeds& needs, std::uint64_t memory_bytes, int threads) {
  const int workers = needs.ThreadsOf(memory_bytes, threads);
  if (workers == 0) {
    return SystemError(fmt::format(
        "this merge needs {} of memory with one thread, the budget is {}. Give more with --memory.",
        HumanBytes(needs.LeastBudget()), HumanBytes(memory_bytes)));
  }
  return workers;
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
  const MemoryNeeds needs = NeedsOf(plan, options.chunk_elems);
  const std::uint64_t memory_bytes = needs.BudgetOr(options.memory_bytes);
  FUSEO1_TRY(const int workers, WorkersWithin(needs, memory_bytes, options.threads));
  MemoryBudget budget(memory_bytes, needs.worker * static_cast<std::uint64_t>(workers));
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
