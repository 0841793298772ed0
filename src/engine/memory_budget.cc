#include "engine/memory_budget.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/limits.h"
#include "base/text.h"
#include "io/file_system.h"

namespace fuseo1 {

Lease::~Lease() {
  if (budget_ != nullptr) {
    budget_->GiveBack(bytes_);
  }
}

Result<Lease> MemoryBudget::Take(std::uint64_t bytes, const std::string& what) {
  if (bytes > total_) {
    return SystemError(
        fmt::format("{} needs {} of memory, the budget is {}. Give more with --memory.", what,
                    HumanBytes(bytes), HumanBytes(total_)));
  }
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return closed_ || used_ + bytes <= total_; });
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

std::uint64_t DefaultMemoryBytes() {
  // MemAvailable counts what the page cache would give up; sysconf's free pages would not.
  std::uint64_t available = 0;
  if (const auto text = ReadWholeFile(PosixFileSystem(), "/proc/meminfo", kMiB); text.ok()) {
    constexpr std::string_view kKey = "MemAvailable:";
    if (const auto at = text->find(kKey); at != std::string::npos) {
      available = std::strtoull(text->c_str() + at + kKey.size(), nullptr, 10) * kKiB;
    }
  }
  return std::max<std::uint64_t>(available / 2, 256 * kMiB);
}

}  // namespace fuseo1
