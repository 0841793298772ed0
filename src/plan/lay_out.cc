#include "plan/lay_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "io/safetensors.h"

namespace fuseo1 {

void SortJobs(std::vector<TensorJob>* jobs, const std::vector<std::string>& labels) {
  std::vector<std::size_t> order(jobs->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  std::vector<TensorJob> sorted;
  sorted.reserve(jobs->size());
  for (const std::size_t index : order) {
    sorted.push_back(std::move((*jobs)[index]));
  }
  *jobs = std::move(sorted);
}

Status LayOutShards(MergePlan* plan, std::uint64_t shard_bytes) {
  std::unordered_set<std::string_view> names;
  std::vector<std::vector<TensorSpec>> specs(1);
  std::uint64_t filled = 0;
  for (TensorJob& job : plan->jobs) {
    if (!names.insert(job.name).second) {
      return InputError("two tensors of the output would be named " + Quoted(job.name));
    }
    if (shard_bytes != 0 && !specs.back().empty() &&
        (filled > shard_bytes || job.bytes > shard_bytes - filled)) {
      specs.emplace_back();
      filled = 0;
    }
    filled += job.bytes;
    job.shard = static_cast<int>(specs.size() - 1);
    specs.back().push_back({job.name, job.dtype, job.shape});
  }
  std::vector<std::vector<std::uint64_t>> offsets;
  plan->shards.clear();
  plan->output_bytes = 0;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    SafetensorsLayout layout = LayOutSafetensors(specs[i]);
    if (layout.header.size() > kMaxSafetensorsHeaderBytes) {
      return InputError(fmt::format(
          "the header of output shard {} would take {} bytes, readers accept {}; give a smaller "
          "--out-shard-size",
          i + 1, layout.header.size(), kMaxSafetensorsHeaderBytes));
    }
    OutputShard shard;
    shard.name = specs.size() == 1
                     ? "model.safetensors"
                     : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, specs.size());
    shard.header = std::move(layout.header);
    shard.bytes = layout.file_bytes;
    plan->output_bytes += shard.bytes;
    plan->shards.push_back(std::move(shard));
    offsets.push_back(std::move(layout.offsets));
  }
  std::vector<std::size_t> next(specs.size(), 0);
  for (TensorJob& job : plan->jobs) {
    const auto shard = static_cast<std::size_t>(job.shard);
    job.offset = offsets[shard][next[shard]++];
  }
  return {};
}

void CountDraws(MergePlan* plan) {
  std::uint64_t drawn = 0;
  for (TensorJob& job : plan->jobs) {
    job.torch_draws_before = drawn;
    if (plan->method->torch_draws == nullptr || job.fate != TensorFate::kMerge) {
      continue;
    }
    TensorTask task;
    task.name = job.name;
    task.shape = job.shape;
    task.elems = job.elems;
    task.input_count = job.inputs.size();
    task.base = job.base;
    task.base_configured = job.base_configured;
    task.params = job.params.get();
    task.seed = plan->seed;
    drawn += plan->method->torch_draws(task);
  }
}

}  // namespace fuseo1
