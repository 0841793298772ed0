// Passthrough: the one model's tensors as they are, or times a number.
//
//   out = scale x
#include <algorithm>
#include <array>

#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "scale",
             .scope = ParamScope::kModel,
             .unset_allowed = true,
             .help = "a number to multiply by"},
};

class Passthrough : public TensorMerge {
 public:
  explicit Passthrough(const TensorTask& task)
      : scale_(task.params->Has("scale", 0) ? task.params->Get("scale", 0) : 1) {}

  std::span<const double> Combination() const override { return {&scale_, 1}; }

 private:
  const double scale_;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return std::make_unique<Passthrough>(task);
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  const T* __restrict x = in.inputs[0].data();
  if (!in.task->params->Has("scale", 0)) {
    std::copy(x, x + out.size(), out.data());
    return {};
  }
  const T scale = static_cast<T>(in.task->params->Get("scale", 0));
  WithRounding<T>(in.dtype, [&](auto policy) {
    T* __restrict result = out.data();
    for (std::size_t i = 0; i < out.size(); ++i) {
      result[i] = decltype(policy)::Round(x[i] * scale);
    }
  });
  return {};
}

}  // namespace

const MethodDef& passthrough_method() {
  static constexpr MethodDef kPassthrough{
      .name = "passthrough",
      .summary = "One model's tensors as they are, or times a number.",
      .title = "Passthrough",
      .reference = "",
      .base = BaseRule::kUnused,
      .min_inputs = 1,
      .max_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kPassthrough;
}

}  // namespace fuseo1
