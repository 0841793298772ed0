#include "cli/parallel.h"

#include <sched.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace fuseo1 {

int DefaultThreads() {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (::sched_getaffinity(0, sizeof(processors), &processors) == 0) {
    return std::max(1, CPU_COUNT(&processors));
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Status RunParallel(int threads, std::size_t count, const std::atomic<bool>* stop,
                   const std::function<Status(std::size_t, int)>& job) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::optional<Error> error;
  std::size_t error_index = 0;
  const auto work = [&](int worker) {
    while (!failed && (stop == nullptr || !*stop)) {
      const std::size_t index = next.fetch_add(1);
      if (index >= count) {
        return;
      }
      if (Status status = job(index, worker); !status.ok()) {
        const std::lock_guard lock(mutex);
        if (!error || index < error_index) {
          error = std::move(status).TakeError();
          error_index = index;
        }
        failed = true;
      }
    }
  };
  std::vector<std::jthread> helpers;
  const int most = static_cast<int>(std::min<std::size_t>(
      static_cast<std::size_t>(std::max(threads, 1)), std::max<std::size_t>(count, 1)));
  for (int worker = 1; worker < most; ++worker) {
    try {
      helpers.emplace_back(work, worker);
    } catch (const std::system_error&) {
      break;  // no more threads: those that run do the work
    }
  }
  work(0);
  helpers.clear();
  if (error) {
    return *std::move(error);
  }
  if (stop != nullptr && *stop) {
    return Error(ErrorCode::kInterrupted, "interrupted; run the same command again");
  }
  return {};
}

}  // namespace fuseo1
