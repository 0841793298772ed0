#include "engine/identity.h"

#include <fmt/format.h>

#include <iterator>
#include <span>

#include "base/hash.h"

namespace fuseo1 {
namespace {

// Raised whenever the same plan would give other bytes than before.
constexpr int kFormatVersion = 1;
constexpr std::size_t kFlushBytes = 64 * 1024;

std::string Settings(const TensorJob& job) {
  std::string text;
  if (job.params == nullptr) {
    return text;
  }
  for (const auto& [name, values] : job.params->numbers()) {
    text += name;
    for (const auto& value : values) {
      text += value ? fmt::format(" {:a}", *value) : " -";
    }
    text += ';';
  }
  for (const auto& [name, value] : job.params->texts()) {
    text += fmt::format("{}={};", name, value);
  }
  return text;
}

}  // namespace

std::vector<std::string> IdentityOf(const MergePlan& plan) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("format: {}", kFormatVersion));
  lines.push_back(fmt::format("config: {}", HashText(plan.config_text).Hex()));
  lines.push_back(fmt::format("method: {} {}, {} numerics, seed {}", plan.method->name,
                              plan.variant, plan.numerics == Numerics::kTorch ? "torch" : "exact",
                              plan.seed));
  for (const Checkpoint& model : plan.models) {
    for (const CheckpointFile& file : model.files) {
      lines.push_back(fmt::format("input {}: {} bytes, mtime {} ns, inode {}, header {}", file.path,
                                  file.info.bytes, file.info.mtime_ns, file.info.inode,
                                  file.header_hash.Hex()));
    }
  }
  StreamHash layout_hash;  // of text that would be long
  std::string layout;
  const auto flush = [&] {
    layout_hash.Update(std::as_bytes(std::span(layout.data(), layout.size())));
    layout.clear();
  };
  for (const OutputShard& shard : plan.shards) {
    layout += fmt::format("{} {} {}\n", shard.name, shard.bytes, shard.header_hash.Hex());
  }
  const Params* last = nullptr;
  for (const TensorJob& job : plan.jobs) {
    fmt::format_to(std::back_inserter(layout), "{} {} {} {} {}", job.name.view(), job.shard,
                   job.offset, static_cast<int>(job.fate), job.base);
    for (const JobInput& input : job.inputs) {
      fmt::format_to(std::back_inserter(layout), " {}:{}:{}", input.model, input.file,
                     input.offset);
    }
    if (job.params != last) {
      layout += Settings(job);
      last = job.params;
    }
    layout += '\n';
    if (layout.size() > kFlushBytes) {
      flush();
    }
  }
  flush();
  lines.push_back(fmt::format("tensors: {} in {} files, {}", plan.jobs.size(), plan.shards.size(),
                              layout_hash.Digest().Hex()));
  return lines;
}

}  // namespace fuseo1
