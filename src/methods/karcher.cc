// Karcher: the Riemannian centre of mass of the models' directions on the sphere, at their mean
// length. All models count alike, the base among them.
//
//   n_k = |x_k|,  u_k = x_k / n_k,  models with n_k > tol take part
//   m = Σ u_k / |Σ u_k|, then until |T| < tol, at most max_iter times:
//     θ_k = angle between m and u_k
//     T = mean of θ_k / sin θ_k (u_k − cos θ_k m)
//     m = m cos|T| + T sin|T| / |T|
//   out = mean(n_k) m
//
// The exact numerics iterate on coefficients of the u_k: the Gram matrix is all that is needed.
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
    ParamDef{.name = "max_iter",
             .type = ParamType::kInt,
             .number = 10,
             .help = "steps toward the centre, at most"},
    ParamDef{.name = "tol",
             .number = 1e-5,
             .help = "a shorter step ends the search; a shorter model takes no part"},
};

class Karcher : public GramMerge {
 public:
  explicit Karcher(const TensorTask& task) : GramMerge(task, AllInputs(task)) {}

 private:
  std::vector<double> Coefficients(const Gram& gram) override {
    const double tol = task().params->Get("tol");
    std::vector<std::size_t> valid;
    double length = 0;
    for (std::size_t k = 0; k < gram.size(); ++k) {
      length += gram.Norm(k);
      if (gram.Norm(k) > tol || std::isnan(gram.Norm(k))) {
        valid.push_back(k);
      }
    }
    std::vector<double> out(gram.size());
    if (valid.empty()) {
      return out;
    }
    cosines_ = Gram(valid.size());
    for (std::size_t i = 0; i < valid.size(); ++i) {
      for (std::size_t j = i; j < valid.size(); ++j) {
        const bool usable = gram.Norm(valid[i]) > 0 && gram.Norm(valid[j]) > 0;
        cosines_.Set(i, j, i == j && usable ? 1 : gram.Cosine(valid[i], valid[j]));
      }
    }
    const std::vector<double> mean = Centre(tol);
    for (std::size_t i = 0; i < valid.size(); ++i) {
      out[valid[i]] = length / static_cast<double>(gram.size()) * mean[i] / gram.Norm(valid[i]);
    }
    return out;
  }

  // Coefficients of the centre's unit vectors.
  std::vector<double> Centre(double tol) {
    const std::size_t count = cosines_.size();
    const double share = 1 / static_cast<double>(count);
    std::vector<double> mean(count, share);
    const double start = Length(mean);
    if (start < tol || start == 0) {
      mean.assign(count, 0);
      mean[0] = 1;
    } else {
      Scale(mean, 1 / start);
    }
    const int steps = static_cast<int>(std::clamp(task().params->Get("max_iter"), 0.0, 1e6));
    for (int step = 0; step < steps; ++step) {
      std::vector<double> tangent(count);
      for (std::size_t k = 0; k < count; ++k) {
        double dot = 0;
        for (std::size_t i = 0; i < count; ++i) {
          dot += cosines_(k, i) * mean[i];
        }
        dot = dot > 1 ? 1 : dot < -1 ? -1 : dot;
        const double angle = Acos(dot);
        if (angle < tol || angle == 0) {
          continue;
        }
        const double pull = share * angle / Sin(angle);
        tangent[k] += pull;
        for (std::size_t i = 0; i < count; ++i) {
          tangent[i] -= pull * dot * mean[i];
        }
      }
      const double length = Length(tangent);
      if (length < tol || length == 0) {
        break;
      }
      for (std::size_t i = 0; i < count; ++i) {
        mean[i] = Cos(length) * mean[i] + Sin(length) / length * tangent[i];
      }
      const double norm = Length(mean);
      if (norm > tol) {
        Scale(mean, 1 / norm);
      }
    }
    return mean;
  }

  double Length(const std::vector<double>& of_units) const {
    double squared = 0;
    for (std::size_t i = 0; i < of_units.size(); ++i) {
      for (std::size_t j = 0; j < of_units.size(); ++j) {
        squared += of_units[i] * of_units[j] * cosines_(i, j);
      }
    }
    return std::sqrt(squared < 0 ? 0 : squared);
  }

  static void Scale(std::vector<double>& values, double factor) {
    for (double& value : values) {
      value *= factor;
    }
  }

  Gram cosines_;  // of the models that take part
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  return task.input_count == 1 ? ReturnInput(task, 0) : std::make_unique<Karcher>(task);
}

// Norms and angles' tests are scalars of 32 bits (64 for F64); tensors and angles are rounded.
// A scalar that stands before a tensor is rounded too, a divisor is not.
template <class Policy, class T>
void TorchKarcher(const TorchTask<T>& in, std::span<T> out) {
  const auto r = [](T value) { return Policy::Round(value); };
  const Params& params = *in.task->params;
  const double tol = params.Get("tol");
  const std::size_t elems = out.size();
  const auto divide = [&](std::vector<T>& v, T by) {
    for (T& x : v) {
      x = r(x / by);
    }
  };
  const auto norm = [&](const std::vector<T>& v) { return TorchNorm(v.data(), elems, kWide<T>); };

  const T share_of_all = static_cast<T>(1.0 / static_cast<double>(in.inputs.size()));
  std::vector<std::vector<T>> units;
  T scale = 0;
  for (const std::span<const T> input : in.inputs) {
    std::vector<T> unit(input.begin(), input.end());
    const T length = norm(unit);
    scale += share_of_all * length;
    if (length > tol) {
      divide(unit, length);
      units.push_back(std::move(unit));
    }
  }
  if (units.empty()) {
    for (std::size_t i = 0; i < elems; ++i) {
      T zero = 0;
      for (const std::span<const T> input : in.inputs) {
        zero += input[i] * T{0};
      }
      out[i] = zero;
    }
    return;
  }
  double alpha_sum = 0;
  for (std::size_t k = 0; k < units.size(); ++k) {
    alpha_sum += 1.0 / static_cast<double>(in.inputs.size());
  }
  const T alpha = static_cast<T>(1.0 / static_cast<double>(in.inputs.size()) / alpha_sum);

  std::vector<T> mean(elems);
  for (const std::vector<T>& unit : units) {
    for (std::size_t i = 0; i < elems; ++i) {
      mean[i] = r(mean[i] + r(unit[i] * alpha));
    }
  }
  const T start = norm(mean);
  if (start < tol) {
    mean = units[0];
  } else {
    divide(mean, start);
  }
  const int steps = static_cast<int>(std::clamp(params.Get("max_iter"), 0.0, 1e6));
  for (int step = 0; step < steps; ++step) {
    std::vector<T> tangent(elems);
    for (const std::vector<T>& unit : units) {
      const T product = r(TorchDot(mean.data(), unit.data(), elems));
      const T dot = product > T{1} ? T{1} : product < T{-1} ? T{-1} : product;
      const T angle = r(ScalarOf(&Acos, dot));
      if (angle < tol || angle == 0) {
        continue;
      }
      const T pull = r(r(angle / r(ScalarOf(&Sin, angle))) * alpha);
      for (std::size_t i = 0; i < elems; ++i) {
        tangent[i] = r(tangent[i] + r(pull * r(unit[i] - r(dot * mean[i]))));
      }
    }
    const T length = norm(tangent);
    if (length < tol || length == 0) {
      break;
    }
    const T along = r(ScalarOf(&Cos, length));
    const T aside = r(ScalarOf(&Sin, length));
    for (std::size_t i = 0; i < elems; ++i) {
      mean[i] = r(r(along * mean[i]) + r(aside * r(tangent[i] / length)));
    }
    const T unit_norm = norm(mean);
    if (unit_norm > tol) {
      divide(mean, unit_norm);
    }
  }
  const T rounded_scale = r(scale);
  for (std::size_t i = 0; i < elems; ++i) {
    out[i] = r(rounded_scale * mean[i]);
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (in.inputs.size() == 1) {
    return TorchReturnInput(in, 0, out);
  }
  WithRounding<T>(in.dtype, [&](auto policy) { TorchKarcher<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& karcher_method() {
  static constexpr MethodDef kKarcher{
      .name = "karcher",
      .summary = "The centre of the models' directions on the sphere, at their mean length.",
      .title = "Karcher Mean",
      .reference = "https://arxiv.org/abs/2603.04972",
      .base = BaseRule::kUnused,
      .min_inputs = 1,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
  };
  return kKarcher;
}

}  // namespace fuseo1
