// SLERP: from the base to the other model along the arc between them, both seen as one vector.
//
//   d = cos of the angle θ between base and other
//   out = (sin((1−t)θ) base + sin(tθ) other) / sin θ
//   out = (1−t) base + t other                          where |d| > 0.9995
#include <algorithm>
#include <array>
#include <cmath>

#include "methods/common/gram.h"
#include "methods/common/one_input.h"
#include "methods/common/torch_sums.h"
#include "methods/common/vector_math.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "t", .required = true, .help = "0: the base, 1: the other model"},
};

constexpr double kStraight = 0.9995;
constexpr double kTinyNorm = 1e-8;  // a shorter vector is not normalised

class Slerp : public GramMerge {
 public:
  explicit Slerp(const TensorTask& task) : GramMerge(task, AllInputs(task)) {}

 private:
  std::vector<double> Coefficients(const Gram& gram) override {
    const auto base = static_cast<std::size_t>(task().base);
    const double t = task().params->Get("t");
    double d = gram.Cosine(0, 1);
    if (!(gram.Norm(0) > kTinyNorm) || !(gram.Norm(1) > kTinyNorm)) {
      const auto divisor = [&](std::size_t k) {
        return gram.Norm(k) > kTinyNorm ? gram.Norm(k) : 1;
      };
      d = std::clamp(gram(0, 1) / divisor(0) / divisor(1), -1.0, 1.0);
    }
    double of_base = 1 - t;
    double of_other = t;
    if (!(std::fabs(d) > kStraight)) {
      const double angle = Acos(d);
      of_base = Sin((1 - t) * angle) / Sin(angle);
      of_other = Sin(t * angle) / Sin(angle);
    } else if (d < 0) {
      Note("base and model point in opposite directions; interpolated along a straight line");
    }
    std::vector<double> out(2);
    out[base] = of_base;
    out[1 - base] = of_other;
    return out;
  }
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return task.input_count == 1 ? ReturnInput(task, 0) : std::make_unique<Slerp>(task);
}

// Float32 throughout (float64 for F64), in pieces of 2^20 elements, one rounding at the end.
template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (in.inputs.size() == 1) {
    return TorchReturnInput(in, 0, out);
  }
  constexpr std::size_t kPiece = 1024 * 1024;
  const auto base = static_cast<std::size_t>(in.task->base);
  const std::array<const T*, 2> v = {in.inputs[base].data(), in.inputs[1 - base].data()};
  const std::size_t elems = out.size();
  std::array<T, 2> norm{};
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<T> parts;
    for (std::size_t first = 0; first < elems; first += kPiece) {
      parts.push_back(TorchNorm(v[k] + first, std::min(kPiece, elems - first), kWide<T>));
    }
    norm[k] = TorchNorm(parts.data(), parts.size(), kWide<T>);
    norm[k] = norm[k] > static_cast<T>(kTinyNorm) ? norm[k] : T{1};
  }
  std::vector<T> dots;
  std::vector<T> products(std::min(kPiece, elems));
  for (std::size_t first = 0; first < elems; first += kPiece) {
    const std::size_t count = std::min(kPiece, elems - first);
    const T* __restrict a = v[0] + first;
    const T* __restrict b = v[1] + first;
    T* __restrict product = products.data();
    for (std::size_t i = 0; i < count; ++i) {
      product[i] = (a[i] / norm[0]) * (b[i] / norm[1]);
    }
    dots.push_back(TorchSum(product, count));
  }
  const T sum = TorchSum(dots.data(), dots.size());
  const T d = sum > T{1} ? T{1} : sum < T{-1} ? T{-1} : sum;
  const T t = static_cast<T>(in.task->params->Get("t"));
  T of_base = T{1} - t;
  T of_other = t;
  if (!(std::fabs(d) > static_cast<T>(kStraight))) {
    const T angle = ScalarOf(&Acos, d);
    const T sine = ScalarOf(&Sin, angle);
    of_base = ScalarOf(&Sin, (T{1} - t) * angle) / sine;
    of_other = ScalarOf(&Sin, t * angle) / sine;
  }
  WithRounding<T>(in.dtype, [&](auto policy) {
    const T* __restrict a = v[0];
    const T* __restrict b = v[1];
    T* __restrict result = out.data();
    for (std::size_t i = 0; i < elems; ++i) {
      result[i] = decltype(policy)::Round(of_base * a[i] + of_other * b[i]);
    }
  });
  return {};
}

}  // namespace

const MethodDef& slerp_method() {
  static constexpr MethodDef kSlerp{
      .name = "slerp",
      .summary = "From the base to one other model along the arc between them.",
      .title = "SLERP",
      .reference = "https://en.wikipedia.org/wiki/Slerp",
      .base = BaseRule::kRequired,
      .min_inputs = 2,
      .max_inputs = 2,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kSlerp;
}

}  // namespace fuseo1
