// Runs the jobs of a plan on worker threads. Small tensors are one worker's work from the first
// pass to the last, so that their chunks stay in its cache; a large tensor is shared by all workers
// that have nothing earlier to do.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "engine/committer.h"
#include "engine/prefetcher.h"
#include "engine/run_context.h"
#include "engine/tensor_run.h"
#include "engine/torch_run.h"

namespace fuseo1 {

class Scheduler {
 public:
  Scheduler(RunContext& context, Committer& committer, std::vector<std::uint32_t> todo,
            const std::atomic<bool>* stop);

  // Runs everything; calls `tick` about ten times a second on the calling thread. Returns the first
  // error, or kInterrupted. Outcomes of finished tensors are in outcomes(), by job.
  Status Run(const std::function<void()>& tick);

  // A tensor that an interrupted run finished. Before Run.
  void TakeOver(const JournalRecord& record);

  std::uint64_t tensors_done() const { return tensors_done_; }
  std::uint64_t bytes_done() const { return bytes_done_; }
  std::vector<TensorOutcome>& outcomes() { return outcomes_; }

 private:
  // A tensor that several workers share. Guarded by mutex_.
  struct Shared {
    std::unique_ptr<TensorRun> run;
    std::uint64_t next_chunk = 0;
    std::uint64_t done_chunks = 0;
    bool between_passes = false;
  };

  void Work(int worker);
  bool Stopped() const;
  void Fail(Error error);
  void RunAlone(std::uint32_t job, WorkerBuffers& buffers);
  void RunTorch(std::uint32_t job);
  void OpenShared(std::uint32_t job, std::unique_lock<std::mutex>& lock);
  void RunSharedChunk(Shared& shared, WorkerBuffers& buffers, std::unique_lock<std::mutex>& lock);
  Shared* SharedWithWork();
  void Finished(std::uint32_t job, TensorOutcome outcome);
  void ShareNotes(TensorOutcome& outcome);

  RunContext& context_;
  Committer& committer_;
  const std::vector<std::uint32_t> todo_;
  const std::atomic<bool>* stop_;
  Prefetcher prefetcher_;
  TorchStream torch_stream_;
  std::vector<TensorOutcome> outcomes_;
  std::atomic<std::uint64_t> tensors_done_{0};
  std::atomic<std::uint64_t> bytes_done_{0};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_job_ = 0;  // position in todo_
  std::list<Shared> shared_;  // open, oldest first
  bool opening_ = false;      // a worker is about to add one
  int working_ = 0;           // workers that have not returned
  bool failed_ = false;
  Status status_;

  std::mutex notes_mutex_;
  std::vector<Notes> known_notes_;  // guarded by notes_mutex_
};

}  // namespace fuseo1
