#include <fmt/format.h>

#include <cmath>

#include "plan/merge_plan.h"
#include "plan/resolve_parameters.h"

namespace fuseo1 {

Hash128 MergePlan::Fingerprint() const {
  // The version of everything that turns a plan into bytes. Raise it when the same plan would give
  // other bytes.
  constexpr int kFormatVersion = 1;
  StreamHash hash;
  const auto add = [&](std::string_view text) {
    const std::string framed = fmt::format("{}:{}", text.size(), text);
    hash.Update(std::as_bytes(std::span(framed.data(), framed.size())));
  };
  add(fmt::format("fuseo1 plan {} {} {} {} {}", kFormatVersion, method->name,
                  static_cast<int>(numerics), variant, seed));
  for (const Checkpoint& model : models) {
    add(model.directory);
    for (const CheckpointFile& file : model.files) {
      add(fmt::format("{} {} {} {} {} {}", file.path, file.info.bytes, file.info.mtime_ns,
                      file.info.inode, file.info.device, file.header_hash.Hex()));
    }
  }
  for (const OutputShard& shard : shards) {
    add(shard.name);
    add(shard.header_hash.Hex());
  }
  const Params* last = nullptr;
  std::string params_text;
  for (const TensorJob& job : jobs) {
    if (job.params != nullptr && job.params != last) {
      last = job.params;
      params_text = ParamsText(*last);
    }
    std::string text =
        fmt::format("{} {} {} {} {} {} {} {}", job.name.view(), static_cast<int>(job.fate),
                    job.base, job.base_configured, job.shard, job.offset,
                    static_cast<int>(job.torch_dtype), job.torch_draws_before);
    for (const JobInput& input : job.inputs) {
      text +=
          fmt::format(" {}/{}/{}/{}", input.model, input.file, input.offset, job.InputBytes(input));
    }
    add(text);
    add(job.params == nullptr ? std::string() : params_text);
  }
  return hash.Digest();
}

}  // namespace fuseo1
