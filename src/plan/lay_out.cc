#include "plan/lay_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "io/safetensors.h"

namespace fuseo1 {

namespace {

std::vector<TensorSpec> SpecsOf(std::span<const TensorJob> jobs) {
  std::vector<TensorSpec> specs;
  specs.reserve(jobs.size());
  for (const TensorJob& job : jobs) {
    specs.push_back({job.name, job.dtype, job.shape.span()});
  }
  return specs;
}

// The jobs of a shard are neighbours.
std::span<const TensorJob> JobsOf(const MergePlan& plan, std::size_t shard) {
  TensorJob wanted;
  wanted.shard = static_cast<std::int32_t>(shard);
  const auto [first, last] =
      std::equal_range(plan.jobs.begin(), plan.jobs.end(), wanted,
                       [](const TensorJob& a, const TensorJob& b) { return a.shard < b.shard; });
  return {first, last};
}

Status CheckNames(const MergePlan& plan) {
  std::vector<Name> names;
  names.reserve(plan.jobs.size());
  for (const TensorJob& job : plan.jobs) {
    names.push_back(job.name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end()
             ? Status()
             : InputError("two tensors of the output would be named " + Quoted(*twice));
}

}  // namespace

void SortJobs(std::vector<TensorJob>* jobs, const std::vector<Name>& labels) {
  std::vector<std::uint32_t> order(jobs->size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return labels[a] < labels[b]; });
  // In place, cycle by cycle: a second copy would be the largest thing of a plan.
  for (std::uint32_t start = 0; start < order.size(); ++start) {
    const TensorJob first = (*jobs)[start];
    std::uint32_t hole = start;
    while (order[hole] != hole) {
      const std::uint32_t from = std::exchange(order[hole], hole);
      (*jobs)[hole] = from == start ? first : (*jobs)[from];
      hole = from;
    }
  }
}

void WriteShardHeader(const MergePlan& plan, std::size_t shard, const TextSink& sink) {
  WriteSafetensorsHeader(SpecsOf(JobsOf(plan, shard)), sink);
}

Status LayOutShards(MergePlan* plan, std::uint64_t shard_bytes) {
  FUSEO1_TRY_VOID(CheckNames(*plan));
  std::uint64_t filled = 0;
  std::size_t in_shard = 0;
  int shards = 0;
  for (TensorJob& job : plan->jobs) {
    if (shard_bytes != 0 && in_shard > 0 &&
        (filled > shard_bytes || job.Bytes() > shard_bytes - filled)) {
      ++shards;
      in_shard = 0;
      filled = 0;
    }
    ++in_shard;
    filled += job.Bytes();
    job.shard = shards;
  }
  ++shards;
  plan->shards.clear();
  plan->output_bytes = 0;
  std::size_t job = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shards); ++i) {
    const SafetensorsLayout layout = LayOutSafetensors(SpecsOf(JobsOf(*plan, i)));
    if (layout.header_bytes > kMaxSafetensorsHeaderBytes) {
      return InputError(fmt::format(
          "the header of output shard {} would take {} bytes, readers accept {}; give a smaller "
          "--out-shard-size",
          i + 1, layout.header_bytes, kMaxSafetensorsHeaderBytes));
    }
    OutputShard shard;
    shard.name = shards == 1 ? "model.safetensors"
                             : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards);
    shard.header_bytes = layout.header_bytes;
    shard.header_hash = layout.header_hash;
    shard.bytes = layout.file_bytes;
    plan->output_bytes += shard.bytes;
    plan->shards.push_back(std::move(shard));
    for (const std::uint64_t offset : layout.offsets) {
      plan->jobs[job++].offset = offset;
    }
  }
  return {};
}

void CountDraws(MergePlan* plan) {
  std::uint64_t drawn = 0;
  // Tensors that mergekit drops draw last: the others draw what they draw there.
  for (const bool outside_table : {false, true}) {
    for (TensorJob& job : plan->jobs) {
      if (job.outside_table != outside_table) {
        continue;
      }
      job.torch_draws_before = drawn;
      if (plan->method->torch_draws != nullptr && job.fate == TensorFate::kMerge) {
        drawn += plan->method->torch_draws(TaskOf(*plan, job));
      }
    }
  }
}

}  // namespace fuseo1
