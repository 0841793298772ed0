// RAM: what only one model changed is taken whole, what several changed is averaged over those.
//
//   δ_k = x_k − base,   model k changed an element where |δ_k| > epsilon,   c models did
//   out = base + Σ_{k changed it} δ_k / max(c, 1)
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
    ParamDef{.name = "epsilon", .number = 1e-5, .help = "a smaller change counts as none"},
};

class Ram : public TensorMerge {
 public:
  explicit Ram(const TensorTask& task)
      : set_(OffsetsFromBase(task)), epsilon_(task.params->Get("epsilon")) {}

  void Emit(const Block& block, double* out) const override {
    double counts[kBlockElems];
    const double epsilon = epsilon_;
    const double* __restrict b = block.inputs[static_cast<std::size_t>(set_.base)];
    for (std::size_t first = 0; first < block.count; first += kBlockElems) {
      const std::size_t count = std::min(kBlockElems, block.count - first);
      double* __restrict sum = out + first;
      double* __restrict changed = counts;
      std::fill(sum, sum + count, 0.0);
      std::fill(changed, changed + count, 0.0);
      for (const std::size_t k : set_.inputs) {
        const double* __restrict x = block.inputs[k] + first;
        for (std::size_t i = 0; i < count; ++i) {
          const double change = x[i] - b[first + i];
          // NaN fails the comparison and still reaches the sum, as it does in a product with 0.
          const double kept = std::fabs(change) <= epsilon ? 0 : change;
          sum[i] += kept;
          changed[i] += std::fabs(change) > epsilon ? 1 : 0;
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        sum[i] = b[first + i] + sum[i] / (changed[i] > 1 ? changed[i] : 1);
      }
    }
  }

 private:
  const VectorSet set_;
  const double epsilon_;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return task.input_count == 1 ? ReturnInput(task, 0) : std::make_unique<Ram>(task);
}

template <class Policy, class T>
void TorchRam(const TorchTask<T>& in, std::span<T> out) {
  const auto r = [](T value) { return Policy::Round(value); };
  const VectorSet set = OffsetsFromBase(*in.task);
  const T epsilon = r(static_cast<T>(in.task->params->Get("epsilon")));
  const std::span<const T> base = in.inputs[static_cast<std::size_t>(set.base)];
  for (std::size_t i = 0; i < out.size(); ++i) {
    T changed = 0;
    for (const std::size_t k : set.inputs) {
      changed += std::fabs(r(in.inputs[k][i] - base[i])) > epsilon ? T{1} : T{0};
    }
    const T unique = changed == T{1} ? T{1} : T{0};
    const T shared = changed > T{1} ? T{1} : T{0};
    const T sum = StackSum<T>(in.dtype, set.inputs.size(), out.size(), i, [&](std::size_t k) {
      const T change = r(in.inputs[set.inputs[k]][i] - base[i]);
      const T kept = change * (std::fabs(change) > epsilon ? T{1} : T{0});
      return r(kept * unique + r(kept * shared / (changed > T{1} ? changed : T{1})));
    });
    out[i] = r(base[i] + r(sum));
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (in.inputs.size() == 1) {
    return TorchReturnInput(in, 0, out);
  }
  WithRounding<T>(in.dtype, [&](auto policy) { TorchRam<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& ram_method() {
  static constexpr MethodDef kRam{
      .name = "ram",
      .summary = "Changes of one model whole, changes of several averaged.",
      .title = "Reinforced Agent Merging",
      .reference = "https://arxiv.org/abs/2601.13572",
      .base = BaseRule::kRequired,
      .min_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kRam;
}

}  // namespace fuseo1
