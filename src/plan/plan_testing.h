// Small checkpoints and configs for the tests of plans. Files hold headers and holes: no data.
#pragma once

#include <string>
#include <vector>

#include "plan/build_plan.h"

namespace fuseo1::testing {

struct HollowTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  DType dtype = DType::kBF16;
};

// A model whose shards have headers and the right length, but no data on disk.
void WriteHollowModel(const std::string& directory, const std::vector<HollowTensor>& tensors,
                      std::string_view config, std::size_t shards = 1);

// The tensors of a Qwen2 model and its config.json.
struct QwenShape {
  std::int64_t layers = 2;
  std::uint64_t hidden = 8;
  std::uint64_t feed_forward = 16;
  std::uint64_t key_value = 4;
  std::uint64_t vocabulary = 32;
  bool is_tied = false;
};
std::vector<HollowTensor> QwenTensors(const QwenShape& shape);
std::string QwenConfig(const QwenShape& shape);

Result<MergePlan> PlanOf(std::string_view config, const PlanOptions& options = {});

const TensorJob* FindJob(const MergePlan& plan, std::string_view name);
bool HasWarning(const MergePlan& plan, std::string_view words);

}  // namespace fuseo1::testing
