#include "engine/tensor_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

// A chunk of all inputs and the output stays in a 512 KiB L2 cache: three times faster than 1 MiB
// chunks.
constexpr std::uint64_t kChunkBytes = 320 * kKiB;
// A thread that is this many chunks ahead of the hash waits for it.
constexpr std::size_t kMaxParkedPerWorker = 4;
// A huge tensor is synced on the way, or its dirty pages would pile up until it ends.
constexpr std::uint64_t kSyncEveryBytes = 256 * kMiB;
constexpr std::uint64_t kWritebackEveryBytes = 8 * kMiB;
// Reads slower than this come from a device. A copy from the page cache runs at several bytes a
// nanosecond.
constexpr double kSlowReadBytesPerNs = 0.8;

std::uint64_t BytesPerElem(const TensorJob& job) {
  std::uint64_t bytes = WidthBytes(job.dtype);
  for (const JobInput& input : job.inputs) {
    bytes += WidthBytes(input.dtype);
  }
  return bytes;
}

std::size_t WidestInput(const TensorJob& job) {
  std::size_t bytes = 0;
  for (const JobInput& input : job.inputs) {
    bytes = std::max(bytes, WidthBytes(input.dtype));
  }
  return bytes;
}

// result[i] = Σ_k combination[k] · input_k[i]
template <class T>
void Combine(std::span<const double> combination, const Block& block, double* result) {
  for (std::size_t i = 0; i < block.count; ++i) {
    result[i] = combination[0] * static_cast<double>(block.Of<T>(0)[i]);
  }
  for (std::size_t k = 1; k < combination.size(); ++k) {
    for (std::size_t i = 0; i < block.count; ++i) {
      result[i] += combination[k] * static_cast<double>(block.Of<T>(k)[i]);
    }
  }
}

// What a method keeps of a tensor for each thread and input: histograms of keys, lists of those
// that a histogram leaves open.
constexpr std::uint64_t kTableBytes = 512 * kKiB;
// Shorter tensors have no such tables.
constexpr std::uint64_t kShortElems = 65536;
// What a method may keep of a tensor, however small the budget is.
constexpr std::uint64_t kKeptBytes = 32 * kMiB;

std::uint64_t TableBytes(const TensorJob& job, int workers) {
  return static_cast<std::uint64_t>(workers) * job.inputs.size() * kTableBytes;
}

std::uint64_t RoundUpToSegments(std::uint64_t elems) {
  return std::max<std::uint64_t>((elems + kSegmentElems - 1) / kSegmentElems, 1) * kSegmentElems;
}

}  // namespace

std::uint64_t TensorRun::ChunkElems(const TensorJob& job, std::uint64_t wanted_elems) {
  if (wanted_elems > 0) {
    return RoundUpToSegments(wanted_elems);
  }
  const std::uint64_t fitting = kChunkBytes / BytesPerElem(job);
  return std::max<std::uint64_t>(fitting / kSegmentElems, 1) * kSegmentElems;
}

std::uint64_t TensorRun::WorkerBytes(const TensorJob& job, std::uint64_t chunk_elems) {
  const std::uint64_t elems =
      std::min(ChunkElems(job, chunk_elems), std::max<std::uint64_t>(job.Elems(), 1));
  const std::uint64_t tables = job.Elems() > kShortElems ? TableBytes(job, 1) : 0;
  return tables + WorkerBuffers::BytesFor(job.inputs.size(), elems * WidestInput(job),
                                          elems * WidthBytes(job.dtype), kBlockElems);
}

std::uint64_t TensorRun::KeptBytes(std::uint64_t budget_bytes) {
  return std::max(kKeptBytes, budget_bytes / 16);
}

std::uint64_t TensorRun::RowBytes(const TensorJob& job, std::uint64_t block_elems,
                                  std::uint64_t chunk_elems) {
  // A row goes with the chunk in which it starts.
  const std::uint64_t elems = std::min(chunk_elems + block_elems, job.Elems());
  return WorkerBuffers::BytesFor(job.inputs.size(), elems * WidestInput(job),
                                 elems * WidthBytes(job.dtype), block_elems);
}

TensorRun::TensorRun(RunContext& context, std::uint32_t job_index, int workers)
    : context_(context),
      job_(context.plan.jobs[job_index]),
      job_index_(job_index),
      workers_(workers) {}

Status TensorRun::Start() {
  out_width_bytes_ = WidthBytes(job_.dtype);
  chunk_elems_ = ChunkElems(job_, context_.chunk_elems);
  emitting_ = true;
  if (job_.fate != TensorFate::kCopy) {
    task_ = TaskOf(context_.plan, job_);
    task_.workers = context_.workers;
    task_.kept_bytes = KeptBytes(context_.budget.total_bytes());
    task_.significant_bits = 0;
    for (const JobInput& input : job_.inputs) {
      task_.significant_bits = std::max(task_.significant_bits, SignificantBits(input.dtype));
    }
    merge_ = MethodOf(context_.plan, job_).start(task_);
    emitting_ = !merge_->WantsSurvey();
    one_dtype_ = std::all_of(job_.inputs.begin(), job_.inputs.end(), [&](const JobInput& input) {
      return input.dtype == job_.inputs.front().dtype;
    });
    all_bf16_ =
        one_dtype_ && job_.dtype == DType::kBF16 && job_.inputs.front().dtype == DType::kBF16;
    FUSEO1_TRY_VOID(TakeShare());
  }
  floats_ = merge_ != nullptr && merge_->TakesFloats() &&
            task_.significant_bits <= SignificantBits(DType::kF32);
  OpenPass();
  return {};
}

Status TensorRun::TakeShare() {
  const MemoryBudget& budget = context_.budget;
  // One worker's tables are part of its buffers. What the rest takes beyond a quarter of a small
  // budget fits beside it.
  const std::uint64_t tables =
      merge_->KeptBytes() + (workers_ > 1 ? TableBytes(job_, workers_) : 0);
  std::uint64_t rows = 0;
  const std::uint64_t block = merge_->BlockElems();
  if (block != kBlockElems && block > 0) {
    block_elems_ = block;
    const auto rows_of = [&](std::uint64_t chunk_elems) {
      return static_cast<std::uint64_t>(workers_) * RowBytes(job_, block_elems_, chunk_elems);
    };
    while (chunk_elems_ > kSegmentElems && rows_of(chunk_elems_) > budget.total_bytes() / 2) {
      chunk_elems_ = RoundUpToSegments(chunk_elems_ / 2);
    }
    rows = rows_of(chunk_elems_);
  }
  const std::uint64_t rest = budget.free_bytes() - std::min(rows, budget.free_bytes());
  const std::uint64_t bytes = rows + std::min({tables, budget.total_bytes() / 4, rest});
  if (bytes > 0) {
    FUSEO1_TRY(lease_,
               context_.budget.Take(
                   bytes, fmt::format("tensor {}, whose rows of {} elements {} takes whole,",
                                      Quoted(job_.name), block, context_.plan.method->name)));
  }
  return {};
}

void TensorRun::OpenPass() {
  pairs_ = all_bf16_ && merge_->TakesPairs();
  reads_.clear();
  for (std::size_t k = 0; k < job_.inputs.size(); ++k) {
    if (emitting_ || merge_->Surveys(k)) {
      reads_.push_back(k);
    }
  }
  runs_.clear();
  chunk_count_ = (job_.Elems() + chunk_elems_ - 1) / chunk_elems_;
  if (emitting_) {
    return;
  }
  const std::uint64_t step = std::max<std::uint64_t>(chunk_elems_ / block_elems_, 1) * block_elems_;
  for (const ElemRun& wanted : merge_->SurveyRuns()) {
    for (std::uint64_t done = 0; done < wanted.count; done += step) {
      runs_.push_back(
          {wanted.first + done, static_cast<std::size_t>(std::min(step, wanted.count - done))});
    }
  }
  if (!runs_.empty()) {
    chunk_count_ = runs_.size();
  }
}

TensorRun::Span TensorRun::ChunkSpan(std::uint64_t chunk) const {
  if (!runs_.empty()) {
    return runs_[chunk];
  }
  // Whole rows go with the chunk, and so the segment, in which they start: one worker adds up a
  // segment. A row longer than a chunk leaves the next chunks empty.
  const std::uint64_t row = block_elems_ == kBlockElems ? 1 : block_elems_;
  const auto edge = [&](std::uint64_t elem) {
    return std::min((elem + row - 1) / row * row, job_.Elems());
  };
  const std::uint64_t first = edge(chunk * chunk_elems_);
  return {first, static_cast<std::size_t>(edge((chunk + 1) * chunk_elems_) - first)};
}

std::size_t TensorRun::InputBytes(std::size_t input, std::size_t elems) const {
  return elems * WidthBytes(job_.inputs[input].dtype);
}

Status TensorRun::ProcessChunk(std::uint64_t chunk, WorkerBuffers& buffers) {
  const Span span = ChunkSpan(chunk);
  if (span.count == 0) {
    if (emitting_) {
      HashInOrder(chunk, {});
    }
    return {};
  }
  std::size_t in_bytes = 0;
  for (std::size_t k = 0; k < job_.inputs.size(); ++k) {
    in_bytes = std::max(in_bytes, InputBytes(k, span.count));
  }
  buffers.Fit(job_.inputs.size(), in_bytes, span.count * out_width_bytes_,
              std::min<std::size_t>(block_elems_, std::max<std::size_t>(span.count, 1)));
  FUSEO1_TRY_VOID(ReadInputs(span, buffers));
  if (!emitting_) {
    ForEachBlock(span, buffers, [&](const Block& block) {
      merge_->Survey(block);
      return false;
    });
    return {};
  }
  if (job_.fate == TensorFate::kCopy) {
    FUSEO1_TRY_VOID(CopyChunk(span, buffers));
  } else {
    EmitChunk(span, buffers);
  }
  return WriteChunk(chunk, span, buffers);
}

Status TensorRun::ReadInputs(const Span& span, WorkerBuffers& buffers) {
  std::vector<ReadRequest> requests;
  std::uint64_t bytes = 0;
  for (const std::size_t k : reads_) {
    const JobInput& input = job_.inputs[k];
    const std::size_t count = InputBytes(k, span.count);
    requests.push_back({&context_.inputs.Of(input),
                        input.offset + span.first * WidthBytes(input.dtype),
                        MutableBytes(buffers.stored(k), count)});
    bytes += count;
  }
  const auto start = std::chrono::steady_clock::now();
  FUSEO1_TRY_VOID(buffers.reader().Read(requests));
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
  if (bytes >= 64 * kKiB) {
    context_.reads_are_slow.store(static_cast<double>(bytes) < kSlowReadBytesPerNs * spent.count(),
                                  std::memory_order_relaxed);
  }
  context_.bytes_read.fetch_add(bytes, std::memory_order_relaxed);
  return {};
}

void TensorRun::CountNonfinite(const Span& span, WorkerBuffers& buffers, Nonfinite& found) const {
  const Kernels& kernels = CurrentKernels();
  for (std::size_t k = 0; k < job_.inputs.size(); ++k) {
    kernels.count_nonfinite(job_.inputs[k].dtype, buffers.stored(k), span.count, &found.nan_in,
                            &found.inf_in);
  }
  kernels.count_nonfinite(job_.dtype, buffers.out(), span.count, &found.nan_out, &found.inf_out);
}

void TensorRun::Add(const Nonfinite& found) {
  if (found.nan_in + found.inf_in + found.nan_out + found.inf_out > 0) {
    const std::lock_guard lock(mutex_);
    outcome_.nan_in += found.nan_in;
    outcome_.inf_in += found.inf_in;
    outcome_.nan_out += found.nan_out;
    outcome_.inf_out += found.inf_out;
  }
}

Status TensorRun::CopyChunk(const Span& span, WorkerBuffers& buffers) {
  const std::size_t bytes = InputBytes(0, span.count);
  for (std::size_t k = 1; k < job_.inputs.size(); ++k) {
    if (std::memcmp(buffers.stored(0), buffers.stored(k), bytes) != 0) {
      const auto model = [&](std::size_t input) -> std::string {
        return context_.plan.models[job_.inputs[input].model].ref.Text();
      };
      return InputError(fmt::format(
          "tensor {}: {} values differ between {} and {}, and only equal ones can be copied. Merge "
          "models with the same buffers, or take this tensor from one model.",
          Quoted(job_.name), DTypeName(job_.dtype), Quoted(model(0)), Quoted(model(k))));
    }
  }
  std::memcpy(buffers.out(), buffers.stored(0), bytes);
  if (IsFloat(job_.dtype)) {
    Nonfinite found;
    CurrentKernels().count_nonfinite(job_.dtype, buffers.out(), span.count, &found.nan_out,
                                     &found.inf_out);
    Add(found);
  }
  return {};
}

template <class Use>
bool TensorRun::ForEachBlock(const Span& span, WorkerBuffers& buffers, Use&& use) {
  bool nonfinite = false;
  const Kernels& kernels = CurrentKernels();
  std::vector<const double*> doubles;
  std::vector<const float*> floats;
  std::vector<const std::byte*> pairs(job_.inputs.size());
  for (std::size_t k = 0; k < job_.inputs.size(); ++k) {
    if (floats_) {
      floats.push_back(buffers.wide_floats(k));
    } else {
      doubles.push_back(buffers.wide(k));
    }
  }
  for (std::size_t done = 0; done < span.count; done += block_elems_) {
    const std::size_t count = std::min(block_elems_, span.count - done);
    if (pairs_ && count % kPairElems == 0) {
      for (std::size_t k = 0; k < pairs.size(); ++k) {
        pairs[k] = buffers.stored(k) + InputBytes(k, done);
      }
      nonfinite |= use(Block{
          .first = span.first + done, .count = count, .worker = buffers.worker(), .pairs = pairs});
      continue;
    }
    for (const std::size_t k : reads_) {
      const DType dtype = job_.inputs[k].dtype;
      const std::byte* const stored = buffers.stored(k) + InputBytes(k, done);
      if (floats_) {
        nonfinite |= kernels.widen_f32(dtype, stored, buffers.wide_floats(k), count);
      } else {
        nonfinite |= kernels.widen(dtype, stored, buffers.wide(k), count);
      }
    }
    nonfinite |= use(Block{.first = span.first + done,
                           .count = count,
                           .worker = buffers.worker(),
                           .inputs = doubles,
                           .floats = floats});
  }
  return nonfinite;
}

void TensorRun::EmitChunk(const Span& span, WorkerBuffers& buffers) {
  const std::span<const double> combination = merge_->Combination();
  Nonfinite found;
  if (!combination.empty() && one_dtype_) {
    std::vector<const std::byte*> stored(job_.inputs.size());
    for (std::size_t k = 0; k < stored.size(); ++k) {
      stored[k] = buffers.stored(k);
    }
    CurrentKernels().combine(job_.inputs.front().dtype, job_.dtype, stored.data(),
                             combination.data(), stored.size(), buffers.out(), span.count, &found);
  } else {
    EmitBlocks(span, buffers, found);
  }
  Add(found);
}

void TensorRun::EmitBlocks(const Span& span, WorkerBuffers& buffers, Nonfinite& found) {
  const std::span<const double> combination = merge_->Combination();
  const Kernels& kernels = CurrentKernels();
  const bool emits_floats = floats_ && combination.empty() && merge_->EmitsFloats();
  double* const result = buffers.wide(job_.inputs.size());
  float* const result_floats = buffers.wide_floats(job_.inputs.size());
  const bool nonfinite = ForEachBlock(span, buffers, [&](const Block& block) {
    std::byte* const out = buffers.out() + (block.first - span.first) * out_width_bytes_;
    if (!block.pairs.empty()) {
      return merge_->EmitPairs(block, out);
    }
    if (emits_floats) {
      merge_->EmitFloats(block, result_floats);
      return kernels.narrow_f32(job_.dtype, result_floats, out, block.count);
    }
    if (combination.empty()) {
      merge_->Emit(block, result);
    } else {
      block.WithType([&]<class T>() { Combine<T>(combination, block, result); });
    }
    return kernels.narrow(job_.dtype, result, out, block.count);
  });
  if (nonfinite) {
    CountNonfinite(span, buffers, found);
  }
}

Status TensorRun::WriteChunk(std::uint64_t chunk, const Span& span, WorkerBuffers& buffers) {
  const Bytes bytes(buffers.out(), span.count * out_width_bytes_);
  File& shard = context_.writer.shard(job_.shard);
  const std::uint64_t offset = job_.offset + span.first * out_width_bytes_;
  FUSEO1_TRY_VOID(shard.WriteAt(offset, bytes));
  context_.bytes_written.fetch_add(bytes.size(), std::memory_order_relaxed);
  HashInOrder(chunk, bytes);
  bool sync = false;
  std::uint64_t writeback = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t before = unsynced_bytes_;
    unsynced_bytes_ += bytes.size();
    if (unsynced_bytes_ / kWritebackEveryBytes != before / kWritebackEveryBytes) {
      writeback = offset + bytes.size() - job_.offset;
    }
    if (unsynced_bytes_ >= (context_.commit_bytes > 0 ? context_.commit_bytes : kSyncEveryBytes)) {
      unsynced_bytes_ = 0;
      sync = true;
    }
  }
  if (writeback > 0) {
    shard.StartWriteback(job_.offset, writeback);
  }
  return sync ? context_.writer.SyncShard(job_.shard) : Status();
}

void TensorRun::HashInOrder(std::uint64_t chunk, Bytes bytes) {
  if (workers_ == 1) {
    hash_.Update(bytes);
    return;
  }
  std::unique_lock lock(mutex_);
  const std::size_t limit = kMaxParkedPerWorker * static_cast<std::size_t>(workers_);
  hashed_.wait(lock,
               [&] { return abandoned_ || chunk == next_to_hash_ || parked_.size() < limit; });
  if (chunk != next_to_hash_ || hashing_) {
    parked_.emplace(chunk, std::vector<std::byte>(bytes.begin(), bytes.end()));
    return;
  }
  hashing_ = true;
  std::vector<std::byte> own;
  while (true) {
    lock.unlock();
    hash_.Update(bytes);
    lock.lock();
    ++next_to_hash_;
    const auto next = parked_.find(next_to_hash_);
    if (next == parked_.end()) {
      break;
    }
    own = std::move(next->second);
    parked_.erase(next);
    bytes = own;
  }
  hashing_ = false;
  lock.unlock();
  hashed_.notify_all();
}

Result<bool> TensorRun::FinishPass() {
  if (emitting_) {
    return false;
  }
  FUSEO1_TRY_VOID(merge_->FinishSurvey());
  emitting_ = !merge_->WantsSurvey();
  OpenPass();
  return true;
}

TensorOutcome TensorRun::TakeOutcome() {
  outcome_.hash = hash_.Digest();
  if (merge_ != nullptr) {
    outcome_.notes = Notes(merge_->Notes());
  }
  return std::move(outcome_);
}

void TensorRun::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  hashed_.notify_all();
}

}  // namespace fuseo1
