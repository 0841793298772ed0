#include "cli/recompute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/text.h"
#include "io/safetensors.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxBatchBytes = std::uint64_t{1} << 30;

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t NextRandom(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

Status Empty(FileSystem& fs, const std::string& directory) {
  FUSEO1_TRY(const std::vector<std::string> names, fs.List(directory));
  for (const std::string& name : names) {
    FUSEO1_TRY_VOID(fs.Remove(directory + "/" + name));
  }
  return {};
}

}  // namespace

std::vector<std::size_t> ChooseTensors(std::size_t count, double share, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(count)));
  const std::size_t chosen = std::min(count, std::max<std::size_t>(wanted, 1));
  for (std::size_t i = 0; i < chosen; ++i) {  // the first steps of a Fisher-Yates shuffle
    std::swap(order[i], order[i + NextRandom(seed) % (count - i)]);
  }
  order.resize(chosen);
  std::sort(order.begin(), order.end());
  return order;
}

MergePlan PlanPart(const MergePlan& plan, const std::vector<std::size_t>& jobs) {
  MergePlan part = plan;
  part.jobs.clear();
  std::vector<TensorSpec> specs;
  for (const std::size_t index : jobs) {
    const TensorJob& job = plan.jobs[index];
    part.jobs.push_back(job);
    specs.push_back({.name = job.name, .dtype = job.dtype, .shape = job.shape.span()});
  }
  const SafetensorsLayout layout = LayOutSafetensors(specs);
  part.output_bytes = layout.file_bytes;
  part.read_bytes = 0;
  for (std::size_t i = 0; i < part.jobs.size(); ++i) {
    TensorJob& job = part.jobs[i];
    job.shard = 0;
    job.offset = layout.offsets[i];
    for (const JobInput& input : job.inputs) {
      part.read_bytes += job.InputBytes(input);
    }
  }
  part.shards = {{.name = "model.safetensors",
                  .header_bytes = layout.header_bytes,
                  .header_hash = layout.header_hash,
                  .bytes = layout.file_bytes}};
  return part;
}

Result<RecomputeReport> Recompute(FileSystem& fs, const MergePlan& plan, const Manifest& manifest,
                                  const std::vector<std::size_t>& chosen,
                                  const std::string& scratch_dir, const EngineOptions& options,
                                  const MergeHooks& hooks) {
  std::map<std::string_view, const ManifestTensor*> expected;
  for (const ManifestTensor& tensor : manifest.tensors) {
    expected[tensor.name] = &tensor;
  }
  RecomputeReport report;
  for (std::size_t first = 0; first < chosen.size();) {
    std::vector<std::size_t> batch;
    std::uint64_t bytes = 0;
    while (first < chosen.size() &&
           (batch.empty() || bytes + plan.jobs[chosen[first]].Bytes() <= kMaxBatchBytes)) {
      bytes += plan.jobs[chosen[first]].Bytes();
      batch.push_back(chosen[first++]);
    }
    const Result<MergeReport> merged =
        RunMerge(fs, PlanPart(plan, batch), scratch_dir, options, hooks);
    FUSEO1_TRY_VOID(Empty(fs, scratch_dir));
    if (!merged.ok()) {
      return merged.error();
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const TensorJob& job = plan.jobs[batch[i]];
      const auto known = expected.find(job.name);
      if (known == expected.end()) {
        report.damage.push_back(
            fmt::format("tensor {}: the recipe makes it, the manifest lacks it", Quoted(job.name)));
      } else if (known->second->hash != merged->tensors[i].hash) {
        report.damage.push_back(fmt::format(
            "tensor {}: merged again its bytes hash to {}, the manifest says {}", Quoted(job.name),
            merged->tensors[i].hash.Hex(), known->second->hash.Hex()));
      }
    }
    report.tensors += batch.size();
    report.bytes += bytes;
  }
  return report;
}

}  // namespace fuseo1
