// One output tensor: which inputs it has, its shape and type, and whether it is merged or copied.
// One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/merge_plan.h"
#include "plan/placed_models.h"
#include "plan/resolve_parameters.h"

namespace fuseo1 {

// The sources of a slice, as the plan needs them.
struct PlanSlice {
  std::vector<int> models;                // index of MergePlan::models, of each source
  std::vector<std::int64_t> first_layer;  // of each source
  std::int64_t layer_count = 0;
  int base = -1;                 // index into models; -1: none among them
  bool base_configured = false;  // base_model is set for this slice
  SliceScope scope;
  std::string name;  // "default.slices[0]"
};

// A tensor of the output, and who has it.
struct TensorGroup {
  std::string name;
  double t = 0;
  std::vector<const CheckpointTensor*> tensors;  // of each source; nullptr: absent
  std::vector<bool> is_tied;                     // empty: none; else of each source
  const WeightRule* rule = nullptr;
};

class TensorPlanner {
 public:
  TensorPlanner(MergePlan* plan, const PlanOptions& options, const Architecture& arch,
                ParameterResolver* resolver)
      : plan_(plan), options_(options), arch_(arch), resolver_(resolver) {}

  // Appends a job (all but its place in the output). Errors: kInput for tensors that do not fit
  // each other, kUsage for missing parameters.
  // `group` may change.
  Status Add(const PlanSlice& slice, TensorGroup& group);

  // Of each job: the largest of its inputs' names, by which mergekit orders the output.
  const std::vector<Name>& labels() const { return labels_; }

  // One line for each kind of oddity, with the first name and how many more.
  void ReportOddities();

 private:
  struct Oddity {
    std::uint64_t count = 0;
    std::string first;
  };

  Status AddFitting(const PlanSlice& slice, TensorGroup& group);
  void LeaveOut(const PlanSlice& slice, const TensorGroup& group, const std::string& reason);
  Status CheckPresence(const PlanSlice& slice, TensorGroup* group, bool* is_copy);
  Status ChooseType(const TensorGroup& group, const std::vector<const CheckpointTensor*>& present,
                    const std::vector<int>& models, bool is_copy, TensorJob* job) const;
  Status ChooseShape(const TensorGroup& group, const std::vector<const CheckpointTensor*>& present,
                     const std::vector<int>& models, TensorJob* job);
  void Note(const std::string& kind, std::string_view tensor);
  std::string ModelName(int model) const;

  MergePlan* plan_;
  const PlanOptions& options_;
  const Architecture& arch_;
  ParameterResolver* resolver_;
  std::vector<Name> labels_;
  std::map<std::string, Oddity> oddities_;
};

}  // namespace fuseo1
