#include <algorithm>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "eval/grading/batch_grader.h"

namespace fuseo1 {

int WorkerThreads(int wanted) {
  constexpr int kMost = 256;
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(wanted > 0 ? wanted : cores, 1, kMost);
}

void ParallelFor(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      work(i);
    }
  };
  std::vector<std::thread> helpers;
  const std::size_t wanted = std::min(static_cast<std::size_t>(WorkerThreads(threads)), count);
  try {
    for (std::size_t i = 1; i < wanted; ++i) {
      helpers.emplace_back(run);
    }
  } catch (const std::system_error&) {
    // No more threads to be had: those that started and this one do the work.
  }
  run();
  for (std::thread& helper : helpers) {
    helper.join();
  }
}

}  // namespace fuseo1
