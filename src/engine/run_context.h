// What every part of a running merge shares. Referenced objects outlive it; the counters are
// atomic.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/input_files.h"
#include "engine/memory_budget.h"
#include "engine/output_writer.h"
#include "engine/run_merge.h"
#include "plan/merge_plan.h"
#include "tensor/dtype.h"

namespace fuseo1 {

// Bytes of one element of a type of whole bytes.
inline std::size_t WidthBytes(DType dtype) {
  return static_cast<std::size_t>(DTypeBits(dtype)) / 8;
}

struct RunContext {
  const MergePlan& plan;
  const InputFiles& inputs;
  OutputWriter& writer;
  MemoryBudget& budget;
  int workers = 1;
  std::uint64_t chunk_elems = 0;   // 0: chosen per tensor
  std::uint64_t shared_elems = 0;  // larger tensors are shared by the workers
  std::uint64_t commit_bytes = 0;  // of output, between two commits; 0: chosen
  bool use_io_uring = false;

  std::atomic<std::uint64_t> bytes_read{0};
  std::atomic<std::uint64_t> bytes_written{0};
  // Inputs are coming from the disk, not from the page cache: worth reading ahead.
  std::atomic<bool> reads_are_slow{false};
};

}  // namespace fuseo1
