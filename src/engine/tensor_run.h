// One tensor on its way through the exact numerics: survey passes, then the emit pass, chunk by
// chunk. Chunks of a pass may run on several threads at once, in any order; passes are one after
// the other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "engine/run_context.h"
#include "engine/worker_buffers.h"
#include "methods/method.h"
#include "tensor/kernels.h"

namespace fuseo1 {

class TensorRun {
 public:
  // `workers`: threads that may process chunks; one means no chunk ever waits for another.
  TensorRun(RunContext& context, std::uint32_t job_index, int workers);

  // Creates the method's state and takes its share of the budget, which may wait.
  Status Start();

  std::uint32_t job_index() const { return job_index_; }
  std::uint64_t chunk_count() const { return chunk_count_; }

  Status ProcessChunk(std::uint64_t chunk, WorkerBuffers& buffers);

  // Called once when every chunk of the pass is processed. True: another pass follows.
  Result<bool> FinishPass();

  // After the last pass.
  TensorOutcome TakeOutcome();

  // Wakes threads that wait for an earlier chunk which will not come, after a failure.
  void Abandon();

  // Bytes that one worker needs for `job` where blocks are free, and where they are whole rows.
  static std::uint64_t WorkerBytes(const TensorJob& job, std::uint64_t chunk_elems);
  static std::uint64_t RowBytes(const TensorJob& job, std::uint64_t block_elems,
                                std::uint64_t chunk_elems);
  // What a method may keep of a tensor between its passes, whatever the tensor.
  static std::uint64_t KeptBytes(std::uint64_t budget_bytes);
  static std::uint64_t ChunkElems(const TensorJob& job, std::uint64_t wanted_elems);

 private:
  struct Span {
    std::uint64_t first = 0;
    std::size_t count = 0;
  };

  // Takes what the method keeps of the tensor, and whole rows, out of the budget; may wait.
  Status TakeShare();
  // Deals the elements of the pass that begins to chunks.
  void OpenPass();
  Span ChunkSpan(std::uint64_t chunk) const;
  Status ReadInputs(const Span& span, WorkerBuffers& buffers);
  void CountNonfinite(const Span& span, WorkerBuffers& buffers, Nonfinite& found) const;
  void Add(const Nonfinite& found);
  Status CopyChunk(const Span& span, WorkerBuffers& buffers);
  void EmitChunk(const Span& span, WorkerBuffers& buffers);
  void EmitBlocks(const Span& span, WorkerBuffers& buffers, Nonfinite& found);
  // use(block): true where it met a number that is not finite. True where it did, or an input is
  // not.
  template <class Use>
  bool ForEachBlock(const Span& span, WorkerBuffers& buffers, Use&& use);
  Status WriteChunk(std::uint64_t chunk, const Span& span, WorkerBuffers& buffers);
  void HashInOrder(std::uint64_t chunk, Bytes bytes);
  std::size_t InputBytes(std::size_t input, std::size_t elems) const;

  RunContext& context_;
  const TensorJob& job_;
  const std::uint32_t job_index_;
  const int workers_;
  TensorTask task_;
  std::unique_ptr<TensorMerge> merge_;
  Lease lease_;
  std::uint64_t chunk_elems_ = 0;
  std::uint64_t chunk_count_ = 0;
  std::size_t block_elems_ = kBlockElems;
  std::size_t out_width_bytes_ = 0;
  bool one_dtype_ = false;
  bool floats_ = false;             // blocks are widened to float, not to f64
  bool all_bf16_ = false;           // inputs and output
  bool pairs_ = false;              // blocks of the pass are not widened
  std::vector<std::size_t> reads_;  // inputs that the pass looks at
  std::vector<Span> runs_;          // the chunks of a survey that does not need everything
  bool emitting_ = false;

  std::mutex mutex_;  // guards everything below
  std::condition_variable hashed_;
  bool abandoned_ = false;
  bool hashing_ = false;
  std::uint64_t next_to_hash_ = 0;
  std::map<std::uint64_t, std::vector<std::byte>> parked_;  // chunks that came before their turn
  StreamHash hash_;
  TensorOutcome outcome_;
  std::uint64_t unsynced_bytes_ = 0;
};

}  // namespace fuseo1
