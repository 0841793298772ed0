// RAM+ (tensor-local): RAM, with the changes of one model alone made larger for models that share
// many changes with others.
//
//   ρ_k = elements that k changed with others / max(elements that k alone changed, epsilon)
//   λ_k = 1 + r clamp(ρ_k, 0, alpha)
//   out = base + λ_k δ_k where k alone changed it, + Σ δ_k / c where c > 1 models did
#include <algorithm>
#include <array>
#include <cmath>

#include "methods/common/gram.h"
#include "methods/common/one_input.h"
#include "methods/common/torch_stack.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "r", .number = 0.1, .help = "how much sharing enlarges a model's own changes"},
    ParamDef{.name = "alpha", .number = 0.2, .help = "bound of the ratio of sharing"},
    ParamDef{.name = "epsilon", .number = 1e-5, .help = "a smaller change counts as none"},
};

struct Counts {
  std::uint64_t shared = 0;
  std::uint64_t unique = 0;
};

class RamplusTl : public TensorMerge {
 public:
  explicit RamplusTl(const TensorTask& task)
      : set_(OffsetsFromBase(task)),
        r_(task.params->Get("r")),
        alpha_(task.params->Get("alpha")),
        epsilon_(task.params->Get("epsilon")),
        counts_(static_cast<std::size_t>(task.workers), std::vector<Counts>(set_.inputs.size())) {}

  bool WantsSurvey() const override { return factors_.empty(); }

  void Survey(const Block& block) override {
    std::vector<Counts>& counts = counts_[static_cast<std::size_t>(block.worker)];
    const double epsilon = epsilon_;
    double changed[kBlockElems];
    for (std::size_t first = 0; first < block.count; first += kBlockElems) {
      const std::size_t count = std::min(kBlockElems, block.count - first);
      CountChanges(block, first, count, changed);
      for (std::size_t k = 0; k < set_.inputs.size(); ++k) {
        const double* __restrict x = block.inputs[set_.inputs[k]] + first;
        const double* __restrict b = Base(block) + first;
        // As wide as what is compared: one vector width.
        std::int64_t shared = 0;
        std::int64_t unique = 0;
        for (std::size_t i = 0; i < count; ++i) {
          const bool mine = std::fabs(x[i] - b[i]) > epsilon;
          shared += mine && changed[i] > 1 ? 1 : 0;
          unique += mine && changed[i] == 1 ? 1 : 0;
        }
        counts[k].shared += static_cast<std::uint64_t>(shared);
        counts[k].unique += static_cast<std::uint64_t>(unique);
      }
    }
  }

  Status FinishSurvey() override {
    for (std::size_t k = 0; k < set_.inputs.size(); ++k) {
      Counts total;
      for (const std::vector<Counts>& counts : counts_) {
        total.shared += counts[k].shared;
        total.unique += counts[k].unique;
      }
      const double ratio =
          static_cast<double>(total.shared) / std::max(static_cast<double>(total.unique), epsilon_);
      factors_.push_back(1 + r_ * std::min(std::max(ratio, 0.0), alpha_));
    }
    return {};
  }

  void Emit(const Block& block, double* out) const override {
    double counts[kBlockElems];
    double alone[kBlockElems];  // what one model changed, enlarged
    const double epsilon = epsilon_;
    for (std::size_t first = 0; first < block.count; first += kBlockElems) {
      const std::size_t count = std::min(kBlockElems, block.count - first);
      const double* __restrict b = Base(block) + first;
      double* __restrict changed = counts;
      double* __restrict own = alone;
      double* __restrict sum = out + first;
      std::fill(changed, changed + count, 0.0);
      std::fill(own, own + count, 0.0);
      std::fill(sum, sum + count, 0.0);
      for (std::size_t k = 0; k < set_.inputs.size(); ++k) {
        const double* __restrict x = block.inputs[set_.inputs[k]] + first;
        const double factor = factors_[k];
        for (std::size_t i = 0; i < count; ++i) {
          const double change = x[i] - b[i];
          const double kept = std::fabs(change) <= epsilon ? 0 : change;
          changed[i] += std::fabs(change) > epsilon ? 1 : 0;
          own[i] += kept * factor;
          sum[i] += kept;
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        const double shared = sum[i] / (changed[i] > 1 ? changed[i] : 1);
        sum[i] = b[i] + (changed[i] > 1 ? shared : own[i]);
      }
    }
  }

 private:
  const double* Base(const Block& block) const {
    return block.inputs[static_cast<std::size_t>(set_.base)];
  }

  void CountChanges(const Block& block, std::size_t first, std::size_t count,
                    double* __restrict changed) const {
    const double epsilon = epsilon_;
    std::fill(changed, changed + count, 0.0);
    const double* __restrict b = Base(block) + first;
    for (const std::size_t k : set_.inputs) {
      const double* __restrict x = block.inputs[k] + first;
      for (std::size_t i = 0; i < count; ++i) {
        changed[i] += std::fabs(x[i] - b[i]) > epsilon ? 1 : 0;
      }
    }
  }

  const VectorSet set_;
  const double r_;
  const double alpha_;
  const double epsilon_;
  std::vector<std::vector<Counts>> counts_;  // [workers][models]
  std::vector<double> factors_;              // λ
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return task.input_count == 1 ? ReturnInput(task, 0) : std::make_unique<RamplusTl>(task);
}

// λ is float32 and turns the sum, and the result, into float32 (float64 for F64).
template <class Policy, class T>
void TorchRamplus(const TorchTask<T>& in, std::span<T> out) {
  const auto round = [](T value) { return Policy::Round(value); };
  const Params& params = *in.task->params;
  const VectorSet set = OffsetsFromBase(*in.task);
  const std::size_t models = set.inputs.size();
  const T epsilon = round(static_cast<T>(params.Get("epsilon")));
  const std::span<const T> base = in.inputs[static_cast<std::size_t>(set.base)];
  const auto change = [&](std::size_t k, std::size_t i) {
    return round(in.inputs[set.inputs[k]][i] - base[i]);
  };
  const auto count_changes = [&](std::size_t i) {
    std::size_t changed = 0;
    for (std::size_t k = 0; k < models; ++k) {
      changed += std::fabs(change(k, i)) > epsilon ? 1 : 0;
    }
    return changed;
  };
  std::vector<Counts> counts(models);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t changed = count_changes(i);
    for (std::size_t k = 0; k < models; ++k) {
      const bool mine = std::fabs(change(k, i)) > epsilon;
      counts[k].shared += mine && changed > 1 ? 1 : 0;
      counts[k].unique += mine && changed == 1 ? 1 : 0;
    }
  }
  std::vector<float> factors;
  for (const Counts& count : counts) {
    const float unique =
        std::max(static_cast<float>(count.unique), static_cast<float>(params.Get("epsilon")));
    const float ratio = static_cast<float>(count.shared) / unique;
    const float bounded = std::min(std::max(ratio, 0.0F), static_cast<float>(params.Get("alpha")));
    factors.push_back(1.0F + bounded * static_cast<float>(params.Get("r")));
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t changed = count_changes(i);
    const T unique = changed == 1 ? T{1} : T{0};
    const T shared = changed > 1 ? T{1} : T{0};
    const T divisor = static_cast<T>(std::max<std::size_t>(changed, 1));
    const T sum = StackSum<T>(kWide<T>, models, out.size(), i, [&](std::size_t k) {
      const T delta = change(k, i);
      const T kept = delta * (std::fabs(delta) > epsilon ? T{1} : T{0});
      return kept * unique * static_cast<T>(factors[k]) + round(kept * shared / divisor);
    });
    out[i] = base[i] + sum;
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (in.inputs.size() == 1) {
    return TorchReturnInput(in, 0, out);
  }
  WithRounding<T>(in.dtype, [&](auto policy) { TorchRamplus<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& ramplus_tl_method() {
  static constexpr MethodDef kRamplusTl{
      .name = "ramplus_tl",
      .summary = "RAM, with larger own changes for models that share many.",
      .title = "Reinforced Agent Merging Plus (Tensor-Local)",
      .reference = "https://arxiv.org/abs/2601.13572",
      .base = BaseRule::kRequired,
      .min_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
      .torch_gives_f32 = true,
  };
  return kRamplusTl;
}

}  // namespace fuseo1
