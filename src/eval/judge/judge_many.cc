#include <algorithm>
#include <thread>

#include "eval/judge/judge.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {

void TimingGate::EnterShared() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !alone_ && waiting_alone_ == 0; });
  ++running_;
}

void TimingGate::LeaveShared() {
  const std::lock_guard lock(mutex_);
  --running_;
  changed_.notify_all();
}

void TimingGate::EnterAlone() {
  std::unique_lock lock(mutex_);
  ++waiting_alone_;
  changed_.wait(lock, [this] { return !alone_ && running_ == 0; });
  --waiting_alone_;
  alone_ = true;
}

void TimingGate::LeaveAlone() {
  const std::lock_guard lock(mutex_);
  alone_ = false;
  changed_.notify_all();
}

Status JudgeMany(std::span<const JudgeJob> jobs, const JudgeOptions& options,
                 const std::function<void(std::size_t job, SampleVerdict verdict)>& done,
                 const std::atomic<bool>* cancel) {
  if (jobs.empty()) return {};
  FUSEO1_TRY_VOID(RequireSandbox(options.policy));
  TimingGate gate;
  JudgeOptions shared = options;
  shared.gate = &gate;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto work = [&] {
    while (cancel == nullptr || !cancel->load()) {
      const std::size_t job = next.fetch_add(1);
      if (job >= jobs.size()) return;
      SampleVerdict verdict = JudgeSample(*jobs[job].problem, jobs[job].code, shared);
      const std::lock_guard lock(mutex);
      done(job, std::move(verdict));
    }
  };
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t wanted =
      options.workers > 0 ? static_cast<std::size_t>(options.workers) : cores;
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(wanted, jobs.size()); ++i) threads.emplace_back(work);
  work();
  Sandbox::WaitForRetired();
  return {};
}

}  // namespace fuseo1
