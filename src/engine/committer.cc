#include "engine/committer.h"

#include <chrono>
#include <system_error>

#include "base/limits.h"

namespace fuseo1 {
namespace {

// A commit's sync lasts a fraction of a second on a slow disk: a signal is answered in time.
constexpr std::uint64_t kGroupBytes = 64 * kMiB;
constexpr auto kGroupDelay = std::chrono::milliseconds(500);
constexpr std::uint64_t kMaxVolatileBytes = 512 * kMiB;

}  // namespace

Committer::Committer(OutputWriter& writer, std::uint64_t group_bytes)
    : writer_(writer), group_bytes_(group_bytes > 0 ? group_bytes : kGroupBytes) {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
  }
}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Committer::Add(JournalRecord record, std::uint64_t bytes) {
  std::unique_lock lock(mutex_);
  pending_.push_back(std::move(record));
  pending_bytes_ += bytes;
  if (!GroupIsFull()) {
    return;
  }
  if (!thread_.joinable()) {
    CommitPending(lock);
    return;
  }
  wake_.notify_one();
  drained_.wait(lock,
                [&] { return failed_ || pending_bytes_ + committing_bytes_ <= kMaxVolatileBytes; });
}

void Committer::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_ && !failed_) {
    wake_.wait_for(lock, kGroupDelay, [&] { return stop_ || GroupIsFull(); });
    if (!stop_) {
      CommitPending(lock);
    }
  }
}

void Committer::CommitPending(std::unique_lock<std::mutex>& lock) {
  drained_.wait(lock, [&] { return !committing_; });
  if (failed_ || pending_.empty()) {
    return;
  }
  const std::vector<JournalRecord> group = std::move(pending_);
  pending_.clear();
  committing_bytes_ = pending_bytes_;
  pending_bytes_ = 0;
  committing_ = true;
  lock.unlock();
  Status status = writer_.Commit(group);
  lock.lock();
  committing_ = false;
  committing_bytes_ = 0;
  if (!status.ok()) {
    failed_ = true;
    status_ = std::move(status);
  }
  drained_.notify_all();
}

Status Committer::Finish() {
  std::unique_lock lock(mutex_);
  CommitPending(lock);
  return status_;
}

bool Committer::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

}  // namespace fuseo1
