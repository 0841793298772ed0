#include "engine/scheduler.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

namespace fuseo1 {
namespace {

// Large tensors open at one time: the next can begin while the last chunks of one pass are still
// running.
constexpr std::size_t kMaxShared = 3;
// Notes that tensors share; others are kept once a tensor.
constexpr std::size_t kMostKnownNotes = 64;

}  // namespace

Scheduler::Scheduler(RunContext& context, Committer& committer, std::vector<std::uint32_t> todo,
                     const std::atomic<bool>* stop)
    : context_(context),
      committer_(committer),
      todo_(std::move(todo)),
      stop_(stop),
      prefetcher_(context, todo_),
      torch_stream_(context.plan.seed),
      outcomes_(context.plan.jobs.size()) {}

bool Scheduler::Stopped() const {
  return stop_ != nullptr && stop_->load(std::memory_order_relaxed);
}

Status Scheduler::Run(const std::function<void()>& tick) {
  std::vector<std::thread> threads;
  working_ = context_.workers;
  for (int worker = 0; worker < context_.workers; ++worker) {
    try {
      threads.emplace_back([this, worker] { Work(worker); });
    } catch (const std::system_error&) {
      // The system gives no more threads: those that started do the work, or this one alone.
      const std::lock_guard lock(mutex_);
      working_ -= context_.workers - worker;
      break;
    }
  }
  if (threads.empty()) {
    working_ = 1;
    Work(0);
  }
  {
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return working_ == 0; });
      lock.unlock();
      tick();
      if (Stopped() || committer_.failed()) {
        context_.budget.Close();  // workers that hold shares of it have gone
      }
      lock.lock();
    }
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (!failed_ && tensors_done_ < todo_.size()) {
    return Error(ErrorCode::kInterrupted, "interrupted; run the same command again to go on");
  }
  return std::move(status_);
}

void Scheduler::Fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!failed_) {
    failed_ = true;
    status_ = std::move(error);
  }
  for (Shared& shared : shared_) {
    shared.run->Abandon();
  }
  context_.budget.Close();
  changed_.notify_all();
}

Scheduler::Shared* Scheduler::SharedWithWork() {
  for (Shared& shared : shared_) {
    if (!shared.between_passes && shared.next_chunk < shared.run->chunk_count()) {
      return &shared;
    }
  }
  return nullptr;
}

void Scheduler::Work(int worker) {
  WorkerBuffers buffers(worker, MakeBatchReader(context_.use_io_uring));
  std::unique_lock lock(mutex_);
  while (!failed_ && !Stopped()) {
    if (committer_.failed()) {
      break;  // the committer's error is reported when it finishes
    }
    if (Shared* shared = SharedWithWork(); shared != nullptr) {
      RunSharedChunk(*shared, buffers, lock);
      continue;
    }
    if (next_job_ == todo_.size()) {
      if (shared_.empty() && !opening_) {
        break;
      }
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      continue;
    }
    const std::uint32_t job_index = todo_[next_job_];
    const TensorJob& job = context_.plan.jobs[job_index];
    const bool torch = context_.plan.numerics == Numerics::kTorch && job.fate != TensorFate::kCopy;
    const bool share = !torch && context_.workers > 1 && job.Elems() > context_.shared_elems;
    // One is opened at a time: its tables are made before its share of the budget is taken.
    if (share && (opening_ || shared_.size() >= kMaxShared)) {
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      continue;
    }
    prefetcher_.Began(next_job_);
    ++next_job_;
    if (share) {
      OpenShared(job_index, lock);
      continue;
    }
    lock.unlock();
    torch ? RunTorch(job_index) : RunAlone(job_index, buffers);
    lock.lock();
  }
  --working_;
  changed_.notify_all();
}

void Scheduler::RunAlone(std::uint32_t job, WorkerBuffers& buffers) {
  TensorRun run(context_, job, 1);
  if (Status status = run.Start(); !status.ok()) {
    return Fail(std::move(status).TakeError());
  }
  while (true) {
    for (std::uint64_t chunk = 0; chunk < run.chunk_count(); ++chunk) {
      if (Stopped()) {
        return;
      }
      if (Status status = run.ProcessChunk(chunk, buffers); !status.ok()) {
        return Fail(std::move(status).TakeError());
      }
    }
    Result<bool> again = run.FinishPass();
    if (!again.ok()) {
      return Fail(std::move(again).TakeError());
    }
    if (!*again) {
      return Finished(job, run.TakeOutcome());
    }
  }
}

void Scheduler::RunTorch(std::uint32_t job) {
  Result<TensorOutcome> outcome = RunTorchTensor(context_, job, torch_stream_);
  outcome.ok() ? Finished(job, std::move(outcome).value()) : Fail(std::move(outcome).TakeError());
}

void Scheduler::OpenShared(std::uint32_t job, std::unique_lock<std::mutex>& lock) {
  opening_ = true;
  lock.unlock();
  auto run = std::make_unique<TensorRun>(context_, job, context_.workers);
  Status status = run->Start();
  if (!status.ok()) {
    Fail(std::move(status).TakeError());
  }
  lock.lock();
  opening_ = false;
  if (!failed_) {
    shared_.push_back(Shared{.run = std::move(run)});
    changed_.notify_all();
  }
}

void Scheduler::RunSharedChunk(Shared& shared, WorkerBuffers& buffers,
                               std::unique_lock<std::mutex>& lock) {
  TensorRun& run = *shared.run;
  const std::uint64_t chunk = shared.next_chunk++;
  lock.unlock();
  Status status = run.ProcessChunk(chunk, buffers);
  if (!status.ok()) {
    Fail(std::move(status).TakeError());
    lock.lock();
    return;
  }
  lock.lock();
  if (++shared.done_chunks < run.chunk_count()) {
    return;
  }
  shared.between_passes = true;
  lock.unlock();
  Result<bool> again = run.FinishPass();
  if (!again.ok()) {
    Fail(std::move(again).TakeError());
    lock.lock();
    return;
  }
  if (!*again) {
    Finished(run.job_index(), run.TakeOutcome());
  }
  lock.lock();
  if (*again) {
    shared.next_chunk = 0;
    shared.done_chunks = 0;
    shared.between_passes = false;
  } else {
    shared_.remove_if([&](const Shared& other) { return &other == &shared; });
  }
  changed_.notify_all();
}

void Scheduler::TakeOver(const JournalRecord& record) {
  TensorOutcome& outcome = outcomes_[record.job];
  outcome = record.outcome;
  ShareNotes(outcome);
}

// Most tensors of a merge are said the same of.
void Scheduler::ShareNotes(TensorOutcome& outcome) {
  const std::lock_guard lock(notes_mutex_);
  for (const Notes& known : known_notes_) {
    if (known == outcome.notes) {
      outcome.notes = known;
      return;
    }
  }
  if (known_notes_.size() < kMostKnownNotes) {
    known_notes_.push_back(outcome.notes);
  }
}

void Scheduler::Finished(std::uint32_t job, TensorOutcome outcome) {
  const std::uint64_t bytes = context_.plan.jobs[job].Bytes();
  ShareNotes(outcome);
  outcomes_[job] = outcome;
  committer_.Add(JournalRecord{.job = job, .outcome = std::move(outcome)}, bytes);
  tensors_done_.fetch_add(1);
  bytes_done_.fetch_add(bytes);
}

}  // namespace fuseo1
