// The bytes that the engine's buffers may hold at one time. Leases are taken before memory is, and
// given back when they go. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"

namespace fuseo1 {

class MemoryBudget;

// A share of a budget, given back on destruction. Movable; one owner.
class Lease {
 public:
  Lease() = default;
  Lease(MemoryBudget* budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {}
  Lease(Lease&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Lease& operator=(Lease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Lease();

  std::uint64_t bytes() const { return bytes_; }

 private:
  MemoryBudget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

class MemoryBudget {
 public:
  // kept_bytes: of them, those that are in use to the end, and for which no one need wait.
  MemoryBudget(std::uint64_t total_bytes, std::uint64_t kept_bytes)
      : total_(total_bytes), kept_(std::min(kept_bytes, total_bytes)) {}

  std::uint64_t total_bytes() const { return total_; }
  // What can be taken at most.
  std::uint64_t free_bytes() const { return total_ - kept_; }

  // Waits until `bytes` are free. kSystem at once where they never are; `what` names the need.
  // kInterrupted once the budget is closed.
  Result<Lease> Take(std::uint64_t bytes, const std::string& what);

  // Ends every wait, now and later: what would be given back belongs to work that has stopped.
  void Close();

 private:
  friend class Lease;
  void GiveBack(std::uint64_t bytes);

  const std::uint64_t total_;
  const std::uint64_t kept_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::uint64_t used_ = 0;
  bool closed_ = false;
};

// That could be used now without swapping, by this machine or its container; at least 512 MiB.
std::uint64_t AvailableMemoryBytes();

}  // namespace fuseo1
