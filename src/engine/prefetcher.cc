#include "engine/prefetcher.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "base/limits.h"

namespace fuseo1 {
namespace {

// Enough to keep a fast disk busy across tensors of any size, little beside any page cache.
constexpr std::uint64_t kWindowBytes = 256 * kMiB;
// Inputs are asked for in turns of this size: the order in which they are consumed.
constexpr std::uint64_t kPieceBytes = 4 * kMiB;
constexpr auto kPause = std::chrono::milliseconds(2);

std::uint64_t ReadBytes(const TensorJob& job) {
  std::uint64_t bytes = 0;
  for (const JobInput& input : job.inputs) {
    bytes += job.InputBytes(input);
  }
  return bytes;
}

}  // namespace

Prefetcher::Prefetcher(const RunContext& context, std::vector<std::uint32_t> todo)
    : context_(context), todo_(std::move(todo)) {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    // No thread to spare: the kernel's own read-ahead has to do.
  }
}

Prefetcher::~Prefetcher() {
  stop_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Prefetcher::Run() {
  std::size_t next = 0;           // position in todo_ of the job to ask for
  std::uint64_t piece_first = 0;  // first byte of its next piece
  std::uint64_t asked_bytes = 0;  // asked for, from the job at `counted_from` on
  std::size_t counted_from = 0;
  while (!stop_ && next < todo_.size()) {
    const std::size_t position = position_.load(std::memory_order_relaxed);
    if (next < position) {
      next = position;
      piece_first = 0;
      counted_from = position;
      asked_bytes = 0;
    }
    for (; counted_from < position; ++counted_from) {
      asked_bytes -= std::min(asked_bytes, ReadBytes(context_.plan.jobs[todo_[counted_from]]));
    }
    if (!context_.reads_are_slow.load(std::memory_order_relaxed) || asked_bytes >= kWindowBytes) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    bool more = false;
    const TensorJob& job = context_.plan.jobs[todo_[next]];
    for (const JobInput& input : job.inputs) {
      const std::uint64_t input_bytes = job.InputBytes(input);
      if (piece_first < input_bytes) {
        const std::uint64_t bytes = std::min(kPieceBytes, input_bytes - piece_first);
        context_.inputs.Of(input).WillRead(input.offset + piece_first, bytes);
        asked_bytes += bytes;
        more = more || piece_first + bytes < input_bytes;
      }
    }
    piece_first += kPieceBytes;
    if (!more) {
      ++next;
      piece_first = 0;
    }
  }
}

}  // namespace fuseo1
