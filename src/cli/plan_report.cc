#include "cli/plan_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/text.h"
#include "cli/planning.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxListed = 8;
// What the program needs beside its buffers: code, stacks, headers.
constexpr std::uint64_t kOverheadBytes = std::uint64_t{64} << 20;

std::uint64_t WeightBytes(const Checkpoint& model) {
  std::uint64_t bytes = 0;
  for (const CheckpointTensor& tensor : model.tensors) {
    bytes += tensor.Bytes();
  }
  return bytes;
}

std::size_t CopiedTensors(const MergePlan& plan) {
  return static_cast<std::size_t>(
      std::count_if(plan.jobs.begin(), plan.jobs.end(),
                    [](const TensorJob& job) { return job.fate == TensorFate::kCopy; }));
}

// Bytes that the survey passes and the emit pass read where nothing can be kept between them.
std::uint64_t MostReadBytes(const MergePlan& plan) {
  return plan.read_bytes * static_cast<std::uint64_t>(1 + plan.survey_passes);
}

const Checkpoint& Model(const MergePlan& plan, int index) {
  return plan.models[static_cast<std::size_t>(index)];
}

std::string DTypes(const MergePlan& plan) {
  std::map<std::string_view, std::size_t> counts;
  for (const TensorJob& job : plan.jobs) {
    ++counts[DTypeName(job.dtype)];
  }
  std::string text;
  for (const auto& [name, count] : counts) {
    fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : ", ", count, name);
  }
  return text;
}

std::string Unused(const MergePlan& plan) {
  std::string text;
  const std::size_t shown = std::min(plan.unused.size(), kMaxListed);
  for (std::size_t i = 0; i < shown; ++i) {
    const UnusedTensor& tensor = plan.unused[i];
    fmt::format_to(std::back_inserter(text), "    {} of {}: {}\n", Quoted(tensor.name),
                   Printable(Model(plan, tensor.model).ref.Text()), Printable(tensor.reason));
  }
  if (shown < plan.unused.size()) {
    fmt::format_to(std::back_inserter(text), "    and {} more (--json lists all)\n",
                   plan.unused.size() - shown);
  }
  return text;
}

}  // namespace

std::string PlanText(const MergePlan& plan, const PlanSurroundings& here) {
  std::string text;
  const auto line = [&text](std::string_view name, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "{:<10}{}\n", name, value);
  };
  std::string method(plan.method->name);
  if (!plan.variant.empty()) {
    method += ", variant " + plan.variant;
  }
  line("method",
       fmt::format("{}, {} numerics: {}", method,
                   plan.numerics == Numerics::kTorch ? "torch" : "exact", plan.method->summary));
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    const Checkpoint& model = plan.models[i];
    line(i == 0 ? "models" : "",
         fmt::format("{}{}: {} tensors, {} in {} file{}", Printable(model.ref.Text()),
                     static_cast<int>(i) == plan.base_model ? " (base)" : "", model.tensors.size(),
                     HumanBytes(WeightBytes(model)), model.files.size(),
                     model.files.size() == 1 ? "" : "s"));
  }
  const std::size_t copied = CopiedTensors(plan);
  line("output",
       fmt::format("{} tensors ({} merged, {} copied; {}), {} in {} file{}", plan.jobs.size(),
                   plan.jobs.size() - copied, copied, DTypes(plan), HumanBytes(plan.output_bytes),
                   plan.shards.size(), plan.shards.size() == 1 ? "" : "s"));
  line("reads", plan.survey_passes == 0
                    ? fmt::format("{}, each byte once", HumanBytes(plan.read_bytes))
                    : fmt::format("{}; up to {} where memory is short ({} passes)",
                                  HumanBytes(plan.read_bytes), HumanBytes(MostReadBytes(plan)),
                                  1 + plan.survey_passes));
  line("memory", fmt::format("at most {} here; {} is the least --memory that does",
                             HumanBytes(here.most_used_bytes + kOverheadBytes),
                             HumanBytes(here.least_budget_bytes)));
  const bool fits = here.free_disk_bytes >= plan.output_bytes;
  line("disk", fmt::format("{} needed, {} free in {}{}", HumanBytes(plan.output_bytes),
                           HumanBytes(here.free_disk_bytes), Printable(here.disk_path),
                           fits ? ""
                                : fmt::format(": {} missing", HumanBytes(plan.output_bytes -
                                                                         here.free_disk_bytes))));
  if (!plan.unused.empty()) {
    line("unused", fmt::format("{} input tensors stay out of the merge:", plan.unused.size()));
    text += Unused(plan);
  }
  for (const std::string& warning : AllWarnings(plan)) {
    line("warning", Printable(warning));
  }
  return text;
}

Json PlanJson(const MergePlan& plan, const PlanSurroundings& here) {
  Json models = Json::array();
  for (std::size_t i = 0; i < plan.models.size(); ++i) {
    const Checkpoint& model = plan.models[i];
    models.push_back({{"model", model.ref.Text()},
                      {"base", static_cast<int>(i) == plan.base_model},
                      {"directory", model.directory},
                      {"files", model.files.size()},
                      {"tensors", model.tensors.size()},
                      {"bytes", WeightBytes(model)}});
  }
  Json tensors = Json::array();
  for (const TensorJob& job : plan.jobs) {
    Json inputs = Json::array();
    for (const JobInput& input : job.inputs) {
      inputs.push_back(input.model);
    }
    tensors.push_back({{"name", job.name.view()},
                       {"fate", job.fate == TensorFate::kCopy ? "copy" : "merge"},
                       {"dtype", DTypeName(job.dtype)},
                       {"shape", job.shape},
                       {"bytes", job.Bytes()},
                       {"shard", job.shard},
                       {"models", std::move(inputs)}});
  }
  Json shards = Json::array();
  for (const OutputShard& shard : plan.shards) {
    shards.push_back({{"name", shard.name}, {"bytes", shard.bytes}});
  }
  Json unused = Json::array();
  for (const UnusedTensor& tensor : plan.unused) {
    unused.push_back({{"model", Model(plan, tensor.model).ref.Text()},
                      {"name", tensor.name.view()},
                      {"reason", tensor.reason.view()}});
  }
  const std::size_t copied = CopiedTensors(plan);
  return {{"merge_method", plan.method->name},
          {"variant", plan.variant},
          {"numerics", plan.numerics == Numerics::kTorch ? "torch" : "exact"},
          {"seed", plan.seed},
          {"models", std::move(models)},
          {"tensor_count", plan.jobs.size()},
          {"merged_tensors", plan.jobs.size() - copied},
          {"copied_tensors", copied},
          {"output_bytes", plan.output_bytes},
          {"read_bytes", plan.read_bytes},
          {"most_read_bytes", MostReadBytes(plan)},
          {"passes", 1 + plan.survey_passes},
          {"memory",
           {{"budget_bytes", here.memory_budget_bytes},
            {"peak_bytes", here.most_used_bytes + kOverheadBytes},
            {"minimum_budget_bytes", here.least_budget_bytes}}},
          {"disk",
           {{"path", here.disk_path},
            {"needed_bytes", plan.output_bytes},
            {"free_bytes", here.free_disk_bytes},
            {"fits", here.free_disk_bytes >= plan.output_bytes}}},
          {"fingerprint", plan.Fingerprint().Hex()},
          {"shards", std::move(shards)},
          {"tensors", std::move(tensors)},
          {"unused_tensors", std::move(unused)},
          {"warnings", AllWarnings(plan)}};
}

}  // namespace fuseo1
