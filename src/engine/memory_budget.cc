#include "engine/memory_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

// Of a file that the kernel writes as it is read, so that its size is 0.
std::string Contents(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// 0 where there is none.
std::uint64_t NumberAfter(std::string_view key, const std::string& text) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
}

}  // namespace

Lease::~Lease() {
  if (budget_ != nullptr) {
    budget_->GiveBack(bytes_);
  }
}

Result<Lease> MemoryBudget::Take(std::uint64_t bytes, const std::string& what) {
  if (bytes > free_bytes()) {
    return SystemError(
        fmt::format("{} needs {} of memory beside {} of the threads' buffers, the budget is {}. "
                    "Give more with --memory, or ask for fewer threads.",
                    what, HumanBytes(bytes), HumanBytes(kept_), HumanBytes(total_)));
  }
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return closed_ || used_ + bytes <= free_bytes(); });
  if (closed_) {
    return Error(ErrorCode::kInterrupted, "stopped while waiting for memory");
  }
  used_ += bytes;
  return Lease(this, bytes);
}

void MemoryBudget::GiveBack(std::uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
  }
  freed_.notify_all();
}

void MemoryBudget::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  freed_.notify_all();
}

std::uint64_t AvailableMemoryBytes() {
  // MemAvailable counts what the page cache would give up; sysconf's free pages would not.
  const std::uint64_t available = NumberAfter("MemAvailable:", Contents("/proc/meminfo")) * kKiB;
  // In a container, its limit; "max" where there is none.
  const std::uint64_t limit = NumberAfter("", Contents("/sys/fs/cgroup/memory.max"));
  return std::max<std::uint64_t>(limit > 0 ? std::min(available, limit) : available, 512 * kMiB);
}

}  // namespace fuseo1
