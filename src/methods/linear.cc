// Linear: the weighted mean of the models.
//
//   out = Σ_k w_k x_k / Σ_k w_k        normalize
//   out = Σ_k w_k x_k                  otherwise
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "methods/common/torch_sums.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "weight",
             .scope = ParamScope::kModel,
             .required = true,
             .help = "share of this model"},
    ParamDef{.name = "normalize",
             .type = ParamType::kBool,
             .number = 1,
             .help = "divide by the sum of the weights"},
};

class Linear : public TensorMerge {
 public:
  explicit Linear(const TensorTask& task) {
    double total = 0;
    for (std::size_t k = 0; k < task.input_count; ++k) {
      coefficients_.push_back(task.params->Get("weight", k));
      total += coefficients_.back();
    }
    if (task.params->GetBool("normalize")) {
      for (double& c : coefficients_) {
        c /= total;
      }
    }
  }

  std::span<const double> Combination() const override { return coefficients_; }

 private:
  std::vector<double> coefficients_;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return std::make_unique<Linear>(task);
}

// torch's addcmul is one fused multiply-add in float32 (float64 for F64), starting from zeros;
// weights and their sum keep float precision; one division and one rounding to D end it.
template <class Policy, class T>
void TorchLinear(const TorchTask<T>& in, std::span<T> out) {
  std::vector<T> weights;
  for (std::size_t k = 0; k < in.inputs.size(); ++k) {
    weights.push_back(static_cast<T>(in.task->params->Get("weight", k)));
  }
  const T divisor =
      in.task->params->GetBool("normalize") ? TorchSum(weights.data(), weights.size()) : T{1};
  for (std::size_t first = 0; first < out.size(); first += kBlockElems) {
    const std::size_t count = std::min(kBlockElems, out.size() - first);
    T sums[kBlockElems] = {};
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const T* __restrict x = in.inputs[k].data() + first;
      const T weight = weights[k];
      for (std::size_t i = 0; i < count; ++i) {
        sums[i] = std::fma(x[i], weight, sums[i]);
      }
    }
    T* __restrict result = out.data() + first;
    for (std::size_t i = 0; i < count; ++i) {
      result[i] = Policy::Round(sums[i] / divisor);
    }
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  WithRounding<T>(in.dtype, [&](auto policy) { TorchLinear<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& linear_method() {
  static constexpr MethodDef kLinear{
      .name = "linear",
      .summary = "The weighted mean of the models.",
      .title = "Linear",
      .reference = "https://arxiv.org/abs/2203.05482",
      .base = BaseRule::kUnused,
      .min_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kLinear;
}

}  // namespace fuseo1
