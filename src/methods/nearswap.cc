// NearSwap: a step from the base toward one other model, full where the two already agree.
//
//   w = clamp(t / max(|b − x|, 1e-6), 0, 1)
//   out = w x + (1 − w) b
#include <array>
#include <cmath>

#include "methods/common/one_input.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "t",
             .required = true,
             .help = "distance up to which the other model's value is taken whole"},
};

constexpr double kFloor = 1e-6;

// Comparisons written so that NaN goes through, as it does in torch's clamp.
template <class T>
T ClampToUnit(T w) {
  const T above = w < T{0} ? T{0} : w;
  return above > T{1} ? T{1} : above;
}

class Nearswap : public TensorMerge {
 public:
  explicit Nearswap(const TensorTask& task)
      : base_(static_cast<std::size_t>(task.base)), t_(task.params->Get("t")) {}

  void Emit(const Block& block, double* __restrict out) const override {
    const double* __restrict b = block.inputs[base_];
    const double* __restrict x = block.inputs[1 - base_];
    const double t = t_;
    for (std::size_t i = 0; i < block.count; ++i) {
      const double gap = std::fabs(b[i] - x[i]);
      const double w = ClampToUnit(t / (gap < kFloor ? kFloor : gap));
      out[i] = w * x[i] + (1 - w) * b[i];
    }
  }

 private:
  const std::size_t base_;
  const double t_;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return task.input_count == 1 ? ReturnInput(task, 0) : std::make_unique<Nearswap>(task);
}

// A number divided by a tensor is its reciprocal, rounded, times the number.
template <class Policy, class T>
void TorchLoop(const T* __restrict b, const T* __restrict x, T t, T* __restrict out,
               std::size_t elems) {
  const auto r = [](T value) { return Policy::Round(value); };
  const T floor = r(static_cast<T>(kFloor));
  for (std::size_t i = 0; i < elems; ++i) {
    const T gap = std::fabs(r(b[i] - x[i]));
    const T w = ClampToUnit(r(r(T{1} / (gap < floor ? floor : gap)) * t));
    out[i] = r(r(w * x[i]) + r(r(T{1} - w) * b[i]));
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  const auto base = static_cast<std::size_t>(in.task->base);
  if (in.inputs.size() == 1) {
    return TorchReturnInput(in, 0, out);
  }
  const T t = static_cast<T>(in.task->params->Get("t"));
  WithRounding<T>(in.dtype, [&](auto policy) {
    TorchLoop<decltype(policy)>(in.inputs[base].data(), in.inputs[1 - base].data(), t, out.data(),
                                out.size());
  });
  return {};
}

}  // namespace

const MethodDef& nearswap_method() {
  static constexpr MethodDef kNearswap{
      .name = "nearswap",
      .summary = "A step from the base toward one other model, full where the two agree.",
      .title = "NearSwap",
      .reference = "https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001",
      .base = BaseRule::kRequired,
      .min_inputs = 2,
      .max_inputs = 2,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kNearswap;
}

}  // namespace fuseo1
