// Groups finished tensors into durable commits, so that 200,000 tiny tensors do not cost as many
// syncs, and holds writers back while too much of what they wrote is not durable yet. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/journal.h"
#include "engine/output_writer.h"

namespace fuseo1 {

class Committer {
 public:
  // `group_bytes`: of finished tensors, make a commit; 0: chosen.
  explicit Committer(OutputWriter& writer, std::uint64_t group_bytes = 0);
  ~Committer();  // stops without committing what is pending

  // Hands over a finished tensor of `bytes`. Waits while the limit of bytes that are not durable is
  // exceeded.
  void Add(JournalRecord record, std::uint64_t bytes);

  // Commits what is pending and returns the first error of any commit.
  Status Finish();
  bool failed() const;

 private:
  void Run();
  void CommitPending(std::unique_lock<std::mutex>& lock);

  bool GroupIsFull() const {
    return pending_bytes_ >= group_bytes_ || pending_.size() >= kGroupTensors;
  }

  static constexpr std::size_t kGroupTensors = 4096;

  OutputWriter& writer_;
  const std::uint64_t group_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;     // the thread: there is something to do
  std::condition_variable drained_;  // writers: bytes became durable
  std::vector<JournalRecord> pending_;
  std::uint64_t pending_bytes_ = 0;
  std::uint64_t committing_bytes_ = 0;
  bool committing_ = false;
  bool stop_ = false;
  bool failed_ = false;
  Status status_;
  std::thread thread_;  // absent where the system gives no more threads: then Add commits itself
};

}  // namespace fuseo1
