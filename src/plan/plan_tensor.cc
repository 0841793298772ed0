#include "plan/plan_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

std::string ShapeText(Shape shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace

std::string TensorPlanner::ModelName(int model) const {
  return Quoted(plan_->models[static_cast<std::size_t>(model)].ref.Text());
}

void TensorPlanner::Note(const std::string& kind, std::string_view tensor) {
  Oddity& oddity = oddities_[kind];
  if (oddity.count++ == 0) {
    oddity.first = tensor;
  }
}

void TensorPlanner::ReportOddities() {
  for (const auto& [kind, oddity] : oddities_) {
    plan_->warnings.push_back(oddity.count == 1
                                  ? "tensor " + Quoted(oddity.first) + " " + kind
                                  : fmt::format("{} tensors, the first {}: each {}", oddity.count,
                                                Quoted(oddity.first), kind));
  }
}

// Fills in tied tensors; decides what happens where a model lacks one.
Status TensorPlanner::CheckPresence(const PlanSlice& slice, TensorGroup* group, bool* is_copy) {
  const MethodDef& method = *plan_->method;
  std::vector<int> missing;
  for (std::size_t k = 0; k < slice.models.size(); ++k) {
    if (group->tensors[k] != nullptr) {
      continue;
    }
    const Checkpoint& model = plan_->models[static_cast<std::size_t>(slice.models[k])];
    std::vector<std::string> tied;
    if (group->rule != nullptr) {
      tied = group->rule->tied;
    } else if (arch_.is_inferred) {
      tied = TiedCandidates(group->name);
    }
    for (const std::string& name : tied) {
      group->tensors[k] = group->tensors[k] == nullptr ? model.Find(name) : group->tensors[k];
    }
    if (group->tensors[k] == nullptr) {
      missing.push_back(static_cast<int>(k));
    } else {
      group->is_tied.resize(slice.models.size());
      group->is_tied[k] = true;
      Note("is tied in " + ModelName(slice.models[k]) + ": its embedding takes part as the head",
           group->name);
    }
  }
  if (missing.empty()) {
    return {};
  }
  const int lacking = slice.models[static_cast<std::size_t>(missing[0])];
  if (group->rule != nullptr && group->rule->presence != Presence::kOptional) {
    return InputError("Tensor " + Quoted(group->name) + " required but not present in model " +
                      ModelName(lacking) + "; other models have it, and " + arch_.name +
                      " needs it. Fetch that model again, or merge models that hold the same "
                      "tensors.");
  }
  const auto present = static_cast<int>(slice.models.size() - missing.size());
  const bool base_missing =
      slice.base >= 0 && group->tensors[static_cast<std::size_t>(slice.base)] == nullptr;
  const bool base_needed = method.base == BaseRule::kRequired ||
                           (method.base == BaseRule::kOptional && slice.base_configured);
  if (present == 1) {
    int owner = 0;
    for (std::size_t k = 0; k < slice.models.size(); ++k) {
      owner = group->tensors[k] != nullptr ? static_cast<int>(k) : owner;
    }
    *is_copy = present < method.min_inputs || (base_needed && base_missing) ||
               (slice.base == owner && method.base != BaseRule::kUnused);
    Note(std::string(*is_copy ? "is copied: only " : "is merged alone: only ") +
             ModelName(slice.models[static_cast<std::size_t>(owner)]) + " has it",
         group->name);
    return {};
  }
  if (base_needed && base_missing) {
    return InputError("tensor " + Quoted(group->name) + ": base model " + ModelName(lacking) +
                      " lacks it, " + std::to_string(present) + " other models have it, and " +
                      std::string(method.name) + " needs the base's");
  }
  if (present < method.min_inputs) {
    if (slice.base < 0) {
      return InputError("tensor " + Quoted(group->name) + ": only " + std::to_string(present) +
                        " models have it, " + std::string(method.name) + " needs " +
                        std::to_string(method.min_inputs) + "; " + ModelName(lacking) +
                        " lacks it");
    }
    for (std::size_t k = 0; k < group->tensors.size(); ++k) {
      if (static_cast<int>(k) != slice.base) {
        group->tensors[k] = nullptr;
      }
    }
    *is_copy = true;
    Note("is copied from the base: too few other models have it for " + std::string(method.name),
         group->name);
    return {};
  }
  for (const int k : missing) {
    Note("is merged without " + ModelName(slice.models[static_cast<std::size_t>(k)]) +
             ", which lacks it",
         group->name);
  }
  return {};
}

Status TensorPlanner::ChooseType(const TensorGroup& group,
                                 const std::vector<const CheckpointTensor*>& present,
                                 const std::vector<int>& models, bool is_copy,
                                 TensorJob* job) const {
  const DType first = present[0]->dtype;
  DType widest = first;
  for (std::size_t k = 0; k < present.size(); ++k) {
    const DType dtype = present[k]->dtype;
    if (IsQuantised(dtype)) {
      return InputError("not supported: tensor " + Quoted(present[k]->name) + " of " +
                        ModelName(models[k]) + " is " + std::string(DTypeName(dtype)) +
                        "; convert the model to BF16, F16 or F32 first");
    }
    if (IsFloat(dtype) != IsFloat(first) || (!IsFloat(dtype) && dtype != first)) {
      return InputError(
          "tensor " + Quoted(group.name) + " is " + std::string(DTypeName(first)) + " in " +
          ModelName(models[0]) + " and " + std::string(DTypeName(dtype)) + " in " +
          ModelName(models[k]) +
          "; they cannot be merged. Take checkpoints of one kind, neither of them quantised.");
    }
    widest = IsFloat(dtype) ? PromoteFloat(widest, dtype) : widest;
  }
  if (!IsFloat(first)) {
    job->fate = TensorFate::kCopy;
    job->dtype = first;
    job->torch_dtype = first;
    return {};
  }
  const MergeConfig& config = plan_->config;
  job->torch_dtype = config.dtype.value_or(widest);
  if (plan_->numerics == Numerics::kTorch) {
    const bool gives_f32 =
        plan_->method->torch_gives_f32 && job->torch_dtype != DType::kF64 && !is_copy;
    job->dtype = config.out_dtype.value_or(gives_f32 ? DType::kF32 : job->torch_dtype);
  } else {
    job->dtype = config.out_dtype.value_or(config.dtype.value_or(widest));
  }
  return {};
}

Status TensorPlanner::ChooseShape(const TensorGroup& group,
                                  const std::vector<const CheckpointTensor*>& present,
                                  const std::vector<int>& models, TensorJob* job) {
  const Shape first = present[0]->shape;
  std::uint64_t rows = first.empty() ? 0 : first[0];
  const bool is_vocabulary =
      group.rule != nullptr ? group.rule->is_vocabulary : LooksLikeVocabulary(group.name);
  for (std::size_t k = 1; k < present.size(); ++k) {
    const Shape shape = present[k]->shape;
    if (shape == first) {
      continue;
    }
    const bool rows_only = !shape.empty() && shape.size() == first.size() &&
                           std::equal(shape.begin() + 1, shape.end(), first.begin() + 1);
    if (is_vocabulary && rows_only && options_.unsafe_truncate_embeddings) {
      rows = std::min(rows, shape[0]);
      continue;
    }
    std::string words = "Tensor size mismatch for " + Quoted(group.name) + ": ";
    for (const std::size_t i : {std::size_t{0}, k}) {
      words += (i == 0 ? "" : ", ") + ModelName(models[i]) + " has " + ShapeText(present[i]->shape);
    }
    if (is_vocabulary && rows_only) {
      words += "; the vocabularies differ (--unsafe-truncate-embeddings cuts all to the shortest)";
    } else {
      words += "; the models do not fit each other: merge models of one family and size";
    }
    return InputError(words);
  }
  job->shape = first;
  const bool is_cut = std::any_of(present.begin(), present.end(), [&](const CheckpointTensor* one) {
    return !(one->shape == first);
  });
  if (is_cut) {
    std::vector<std::uint64_t> extents(first.begin(), first.end());
    extents[0] = rows;
    job->shape = plan_->interner->Intern(extents);
    Note("is cut to the shortest vocabulary (--unsafe-truncate-embeddings); the tokenizer is not",
         group.name);
  }
  return {};
}

// A tensor that the architecture's table does not know goes its own way where it can: mergekit
// drops it in any case.
Status TensorPlanner::Add(const PlanSlice& slice, TensorGroup& group) {
  Status status = AddFitting(slice, group);
  if (!status.ok() && group.rule == nullptr && !arch_.is_inferred) {
    LeaveOut(slice, group, status.error().message());
    return {};
  }
  return status;
}

void TensorPlanner::LeaveOut(const PlanSlice& slice, const TensorGroup& group,
                             const std::string& reason) {
  const Name kept = plan_->interner->Intern("not of " + arch_.name + "; " + reason);
  for (std::size_t k = 0; k < group.tensors.size(); ++k) {
    if (group.tensors[k] != nullptr) {
      plan_->unused.push_back({slice.models[k], group.tensors[k]->name, kept});
    }
  }
  Note("is left out: " + arch_.name + " has no such tensor, and it cannot be merged", group.name);
}

Status TensorPlanner::AddFitting(const PlanSlice& slice, TensorGroup& group) {
  bool is_copy = false;
  FUSEO1_TRY_VOID(CheckPresence(slice, &group, &is_copy));
  std::vector<const CheckpointTensor*> present;
  std::vector<int> models;
  std::vector<ResolvedInput> resolved;
  std::vector<JobInput> inputs;
  Name label;
  TensorJob job;
  for (std::size_t k = 0; k < group.tensors.size(); ++k) {
    const CheckpointTensor* const tensor = group.tensors[k];
    if (tensor == nullptr) {
      continue;
    }
    if (static_cast<int>(k) == slice.base) {
      job.base = static_cast<int>(present.size());
    }
    present.push_back(tensor);
    models.push_back(slice.models[k]);
    // Filters look at the name in the model's own layer; of a tied head, not at the embedding's.
    const bool is_tied = !group.is_tied.empty() && group.is_tied[k];
    resolved.push_back(
        {static_cast<int>(k), is_tied ? std::string_view(group.name) : tensor->name.view()});
    inputs.push_back({.offset = tensor->offset,
                      .file = tensor->file,
                      .model = static_cast<std::uint16_t>(slice.models[k]),
                      .dtype = tensor->dtype});
    label = std::max(label, tensor->name);
  }
  job.name = plan_->interner->Intern(group.name);
  job.base_configured = slice.base_configured;
  job.outside_table = group.rule == nullptr && !arch_.is_inferred;
  FUSEO1_TRY_VOID(ChooseType(group, present, models, is_copy, &job));
  FUSEO1_TRY_VOID(ChooseShape(group, present, models, &job));
  if (is_copy && job.fate == TensorFate::kMerge) {
    static const Params kAsItIs = [] {
      Params params;
      params.SetPerInput("scale", {std::nullopt});
      return params;
    }();
    job.fate = job.dtype == present[0]->dtype ? TensorFate::kCopy : TensorFate::kCast;
    job.base = -1;
    job.params = &kAsItIs;
  }
  if (job.fate == TensorFate::kMerge) {
    FUSEO1_TRY(job.params, resolver_->Resolve(slice.scope, group.t, job.name, resolved));
  }
  job.inputs = plan_->interner->arena().Keep(std::span<const JobInput>(inputs));
  if (plan_->output_bytes > UINT64_MAX / 2 - job.Bytes()) {
    return InputError("tensor " + Quoted(job.name) + ": the output would exceed 2^63 bytes");
  }
  labels_.push_back(label);
  plan_->output_bytes += job.Bytes();
  plan_->jobs.push_back(job);
  return {};
}

}  // namespace fuseo1
