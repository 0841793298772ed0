#include "engine/torch_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kPieceElems = 64 * 1024;

// torch's cast from float64 to a type of 16 bits rounds twice: to float32 on the way.
void ThroughFloat32(DType from, DType to, std::span<double> values) {
  if (from == DType::kF64 && WidthBytes(to) == 2) {
    std::transform(values.begin(), values.end(), values.begin(),
                   [](double value) { return static_cast<double>(static_cast<float>(value)); });
  }
}

// Reads one input as T, rounded to the working type as torch's cast on loading does.
template <class T>
Status Load(RunContext& context, const TensorJob& job, const JobInput& input, std::span<T> out,
            TensorOutcome* outcome) {
  const Kernels& kernels = CurrentKernels();
  const DType working = job.torch_dtype;
  std::vector<std::byte> stored(kPieceElems * WidthBytes(input.dtype));
  std::vector<std::byte> cast(kPieceElems * WidthBytes(working));
  std::vector<double> wide(kPieceElems);
  for (std::uint64_t first = 0; first < job.Elems(); first += kPieceElems) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kPieceElems, job.Elems() - first));
    const std::size_t bytes = count * WidthBytes(input.dtype);
    FUSEO1_TRY_VOID(context.inputs.Of(input).ReadAt(input.offset + first * WidthBytes(input.dtype),
                                                    MutableBytes(stored.data(), bytes)));
    context.bytes_read.fetch_add(bytes, std::memory_order_relaxed);
    kernels.count_nonfinite(input.dtype, stored.data(), count, &outcome->nan_in, &outcome->inf_in);
    T* target = out.data() + first;
    kernels.widen(input.dtype, stored.data(), wide.data(), count);
    const std::byte* source = stored.data();
    if (input.dtype != working) {
      ThroughFloat32(input.dtype, working, std::span(wide).first(count));
      kernels.narrow(working, wide.data(), cast.data(), count);
      source = cast.data();
    }
    if constexpr (std::is_same_v<T, double>) {
      kernels.widen(working, source, target, count);
    } else {
      kernels.widen_f32(working, source, target, count);
    }
  }
  return {};
}

template <class T>
Status Store(RunContext& context, const TensorJob& job, std::span<const T> values,
             TensorOutcome* outcome) {
  const Kernels& kernels = CurrentKernels();
  File& shard = context.writer.shard(job.shard);
  StreamHash hash;
  std::vector<std::byte> stored(kPieceElems * WidthBytes(job.dtype));
  std::vector<double> wide(std::is_same_v<T, double> ? kPieceElems : 0);
  for (std::uint64_t first = 0; first < job.Elems(); first += kPieceElems) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kPieceElems, job.Elems() - first));
    if constexpr (std::is_same_v<T, double>) {
      std::copy_n(values.data() + first, count, wide.data());
      ThroughFloat32(DType::kF64, job.dtype, std::span(wide).first(count));
      kernels.narrow(job.dtype, wide.data(), stored.data(), count);
    } else {
      kernels.narrow_f32(job.dtype, values.data() + first, stored.data(), count);
    }
    kernels.count_nonfinite(job.dtype, stored.data(), count, &outcome->nan_out, &outcome->inf_out);
    const Bytes bytes(stored.data(), count * WidthBytes(job.dtype));
    FUSEO1_TRY_VOID(shard.WriteAt(job.offset + first * WidthBytes(job.dtype), bytes));
    context.bytes_written.fetch_add(bytes.size(), std::memory_order_relaxed);
    hash.Update(bytes);
  }
  shard.StartWriteback(job.offset, job.Bytes());
  outcome->hash = hash.Digest();
  return {};
}

template <class T>
Result<TensorOutcome> Run(RunContext& context, std::uint32_t job_index, TorchStream& stream,
                          TorchMerge<T> merge) {
  const TensorJob& job = context.plan.jobs[job_index];
  FUSEO1_TRY(
      const Lease lease,
      context.budget.Take(TorchMergeBytes(job),
                          fmt::format("tensor {} under --numerics torch, which takes tensors "
                                      "whole,",
                                      Quoted(job.name))));
  TensorOutcome outcome;
  std::vector<std::unique_ptr<T[]>> loaded;
  const TensorTask task = TaskOf(context.plan, job);
  TorchTask<T> torch;
  torch.task = &task;
  torch.dtype = job.torch_dtype;
  const auto elems = static_cast<std::size_t>(job.Elems());
  for (const JobInput& input : job.inputs) {
    loaded.push_back(std::make_unique_for_overwrite<T[]>(elems));
    const std::span<T> values(loaded.back().get(), elems);
    FUSEO1_TRY_VOID(Load<T>(context, job, input, values, &outcome));
    torch.inputs.emplace_back(values);
  }
  const bool draws = MethodOf(context.plan, job).torch_draws != nullptr;
  Mt19937Random random(stream.At(draws ? job.torch_draws_before : 0));
  torch.random = &random;
  const auto result = std::make_unique_for_overwrite<T[]>(elems);
  if (Status status = merge(torch, std::span<T>(result.get(), elems)); !status.ok()) {
    return std::move(status).TakeError().In("tensor " + Quoted(job.name));
  }
  FUSEO1_TRY_VOID(Store<T>(context, job, std::span<const T>(result.get(), elems), &outcome));
  return outcome;
}

}  // namespace

Result<TensorOutcome> RunTorchTensor(RunContext& context, std::uint32_t job_index,
                                     TorchStream& stream) {
  const MethodDef& method = MethodOf(context.plan, context.plan.jobs[job_index]);
  if (context.plan.jobs[job_index].torch_dtype == DType::kF64) {
    return Run<double>(context, job_index, stream, method.torch_f64);
  }
  return Run<float>(context, job_index, stream, method.torch);
}

}  // namespace fuseo1
