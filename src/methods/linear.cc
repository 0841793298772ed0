// Linear: the weighted mean of the models.
//
//   out = Σ_k w_k x_k / Σ_k w_k        normalize
//   out = Σ_k w_k x_k                  otherwise
#include <array>
#include <cmath>
#include <vector>

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
// weights keep float precision; one division and one rounding to the tensor's type end it.
template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  const Params& params = *in.task->params;
  const std::size_t count = in.inputs.size();
  std::vector<T> weights(count);
  double total = 0;
  for (std::size_t k = 0; k < count; ++k) {
    weights[k] = static_cast<T>(params.Get("weight", k));
    total += params.Get("weight", k);
  }
  const bool normalize = params.GetBool("normalize");
  const T divisor = static_cast<T>(total);
  for (std::size_t i = 0; i < out.size(); ++i) {
    T sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
      sum = std::fma(in.inputs[k][i], weights[k], sum);
    }
    out[i] = normalize ? sum / divisor : sum;
  }
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
