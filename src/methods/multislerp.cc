// Multi-SLERP: the weighted mean direction of several models, at their weighted mean length; with
// a base, of their differences from it.
//
//   u_k = v_k / (|v_k| + eps),   m = Σ w_k u_k
//   out = (m / |m|) cos(eps) Σ w_k |v_k| [+ base]
//
// In real numbers the step through the tangent space that mergekit takes is zero: the weighted
// mean of the tangent vectors at m is m less its own projection on m. Only rounding feeds it, which
// the torch numerics repeat.
#include <algorithm>
#include <array>
#include <cmath>

#include "methods/common/gram.h"
#include "methods/common/one_input.h"
#include "methods/common/torch_stack.h"
#include "methods/common/torch_sums.h"
#include "methods/common/vector_math.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "weight",
             .scope = ParamScope::kModel,
             .required = true,
             .help = "share of this model"},
    ParamDef{.name = "normalize_weights",
             .type = ParamType::kBool,
             .number = 1,
             .help = "divide the weights by their sum"},
    ParamDef{.name = "eps", .number = 1e-8, .help = "added to lengths before division"},
};

std::vector<double> Weights(const TensorTask& task, const VectorSet& set) {
  std::vector<double> weights;
  double total = 0;
  for (const std::size_t k : set.inputs) {
    weights.push_back(task.params->Get("weight", k));
    total += weights.back();
  }
  if (task.params->GetBool("normalize_weights")) {
    for (double& w : weights) {
      w /= total;
    }
  }
  return weights;
}

class Multislerp : public GramMerge {
 public:
  explicit Multislerp(const TensorTask& task) : GramMerge(task, OffsetsFromBase(task)) {}

 private:
  std::vector<double> Coefficients(const Gram& gram) override {
    const double eps = task().params->Get("eps");
    const std::vector<double> weights = Weights(task(), set());
    std::vector<double> of_unit(gram.size());  // w_k / (|v_k| + eps)
    double length = 0;
    bool all_zero = true;
    for (std::size_t k = 0; k < gram.size(); ++k) {
      const double norm = gram.Norm(k);
      of_unit[k] = norm + eps == 0 ? 0 : weights[k] / (norm + eps);
      length += weights[k] * norm;
      all_zero = all_zero && norm == 0;
    }
    double squared = 0;
    for (std::size_t i = 0; i < gram.size(); ++i) {
      for (std::size_t j = 0; j < gram.size(); ++j) {
        squared += of_unit[i] * of_unit[j] * gram(i, j);
      }
    }
    const double mean = std::sqrt(std::max(squared, 0.0));
    if (mean < eps || squared == 0) {
      // No direction: every model equals the base, or they point apart and balance.
      if (!all_zero) {
        Note("the weighted directions of the models cancel; averaged along straight lines");
      }
      return OfInputs(weights);
    }
    const double scale = Cos(eps) * length / mean;
    for (double& c : of_unit) {
      c *= scale;
    }
    return OfInputs(of_unit);
  }
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  const VectorSet set = OffsetsFromBase(task);
  if (set.inputs.size() <= 1) {
    return ReturnInput(task, set.inputs.empty() ? 0 : set.inputs[0]);
  }
  return std::make_unique<Multislerp>(task);
}

// The torch merge of at least two vectors of `elems` elements each.
template <class Policy, class T>
class TorchMultislerp {
 public:
  TorchMultislerp(const TorchTask<T>& in, const VectorSet& set) : in_(in), set_(set) {
    const Params& params = *in.task->params;
    eps_ = static_cast<T>(params.Get("eps"));
    for (const std::size_t k : set.inputs) {
      weights_.push_back(R(static_cast<T>(params.Get("weight", k))));
    }
    if (params.GetBool("normalize_weights")) {
      const T total = R(TorchSum(weights_.data(), weights_.size(), IsHalf(in.dtype)));
      for (T& w : weights_) {
        w = R(w / total);
      }
    }
    for (const std::size_t k : set.inputs) {
      vectors_.emplace_back(in.inputs[k].begin(), in.inputs[k].end());
      if (set.base >= 0) {
        const T* __restrict b = Base();
        T* __restrict v = vectors_.back().data();
        for (std::size_t i = 0; i < vectors_.back().size(); ++i) {
          v[i] = R(v[i] - b[i]);
        }
      }
    }
  }

  void Run(std::span<T> out) {
    const std::size_t elems = out.size();
    std::vector<T> lengths;
    std::vector<std::vector<T>> units = vectors_;
    for (std::vector<T>& unit : units) {
      const T norm = R(TorchNorm(unit.data(), elems, in_.dtype));
      const T divisor = R(norm + eps_);
      lengths.push_back(R(norm * weights_[lengths.size()]));
      for (T& x : unit) {
        x = R(x / divisor);
      }
    }
    std::vector<T> mean = WeightedSum(units);
    const T mean_norm = R(TorchNorm(mean.data(), elems, in_.dtype));
    if (mean_norm < R(eps_)) {
      const std::vector<T> straight = WeightedSum(vectors_);
      std::copy(straight.begin(), straight.end(), out.begin());
      return AddBase(out);
    }
    for (T& x : mean) {
      x = R(x / mean_norm);
    }
    std::vector<T> products(elems);
    for (std::vector<T>& unit : units) {
      for (std::size_t i = 0; i < elems; ++i) {
        products[i] = R(unit[i] * mean[i]);
      }
      const T dot = R(TorchSum(products.data(), elems, IsHalf(in_.dtype)));
      for (std::size_t i = 0; i < elems; ++i) {
        unit[i] = R(unit[i] - R(dot * mean[i]));
      }
    }
    const std::vector<T> tangent = WeightedSum(units);
    const T angle = R(R(TorchNorm(tangent.data(), elems, in_.dtype)) + eps_);
    const T along = R(ScalarOf(&Cos, angle));
    const T aside = R(R(ScalarOf(&Sin, angle)) / angle);
    const T length = R(TorchSum(lengths.data(), lengths.size(), IsHalf(in_.dtype)));
    for (std::size_t i = 0; i < elems; ++i) {
      out[i] = R(R(R(mean[i] * along) + R(tangent[i] * aside)) * length);
    }
    AddBase(out);
  }

 private:
  static T R(T value) { return Policy::Round(value); }
  const T* Base() const { return in_.inputs[static_cast<std::size_t>(set_.base)].data(); }

  void AddBase(std::span<T> out) const {
    if (set_.base < 0) {
      return;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = R(out[i] + Base()[i]);
    }
  }

  std::vector<T> WeightedSum(const std::vector<std::vector<T>>& vectors) const {
    std::vector<T> sum(vectors[0].size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] = R(StackSum<T>(in_.dtype, vectors.size(), sum.size(), i,
                             [&](std::size_t k) { return R(vectors[k][i] * weights_[k]); }));
    }
    return sum;
  }

  const TorchTask<T>& in_;
  const VectorSet& set_;
  T eps_ = 0;
  std::vector<T> weights_;
  std::vector<std::vector<T>> vectors_;
};

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  const VectorSet set = OffsetsFromBase(*in.task);
  if (set.inputs.size() <= 1) {
    return TorchReturnInput(in, set.inputs.empty() ? 0 : set.inputs[0], out);
  }
  WithRounding<T>(in.dtype,
                  [&](auto policy) { TorchMultislerp<decltype(policy), T>(in, set).Run(out); });
  return {};
}

}  // namespace

const MethodDef& multislerp_method() {
  static constexpr MethodDef kMultislerp{
      .name = "multislerp",
      .summary = "The weighted mean direction of several models at their mean length.",
      .title = "Multi-SLERP",
      .reference = "https://goddard.blog/posts/multislerp-wow-what-a-cool-idea",
      .base = BaseRule::kOptional,
      .min_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kMultislerp;
}

}  // namespace fuseo1
