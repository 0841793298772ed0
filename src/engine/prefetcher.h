// Asks the system for input bytes before the workers need them, in the plan's order, while inputs
// come from a disk. Inputs in the page cache are left alone: asking costs more than it gains. Owns
// one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "engine/run_context.h"

namespace fuseo1 {

class Prefetcher {
 public:
  // `todo`: the jobs that will run, in order.
  Prefetcher(const RunContext& context, std::vector<std::uint32_t> todo);
  ~Prefetcher();

  // Workers have begun the n-th job of `todo`.
  void Began(std::size_t position) { position_.store(position, std::memory_order_relaxed); }

 private:
  void Run();

  const RunContext& context_;
  const std::vector<std::uint32_t> todo_;
  std::atomic<std::size_t> position_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fuseo1
