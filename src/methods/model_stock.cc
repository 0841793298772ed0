// Model Stock: the average of the models, drawn toward the base as far as their differences from
// it disagree. Vectors are whole tensors, or rows (last axis) with filter_wise.
//
//   o_k = x_k − base,   c = mean over pairs of cos(o_i, o_j),   N models
//   t = N c / (1 + (N−1) c)          0 where |1 + (N−1) c| < 1e-6
//   out = t mean(x_k) + (1−t) base
//
// c < 0 gives t < 0: a step away from the average. mergekit takes it, so do we, with a note.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "methods/common/gram.h"
#include "methods/common/one_input.h"
#include "methods/common/torch_sums.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "filter_wise",
             .type = ParamType::kBool,
             .help = "one angle per row, not per tensor"},
};

constexpr double kTinyProduct = 1e-6;  // of two lengths
constexpr double kSingular = 1e-6;

// How much of the average goes in.
double Ratio(const Gram& gram) {
  const std::size_t models = gram.size();
  double total = 0;
  for (std::size_t i = 0; i < models; ++i) {
    for (std::size_t j = i + 1; j < models; ++j) {
      const double lengths = std::sqrt(gram(i, i) * gram(j, j));
      const double cosine = gram(i, j) / (lengths < kTinyProduct ? kTinyProduct : lengths);
      total += cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
    }
  }
  const auto n = static_cast<double>(models);
  const double c = total / (n * (n - 1) / 2);
  const double divisor = 1 + (n - 1) * c;
  return std::fabs(divisor) < kSingular ? 0 : n * c / divisor;
}

std::vector<double> Shares(std::size_t models, double ratio) {
  return std::vector<double>(models, ratio / static_cast<double>(models));
}

class WholeTensor : public GramMerge {
 public:
  explicit WholeTensor(const TensorTask& task) : GramMerge(task, OffsetsFromBase(task)) {}

 private:
  std::vector<double> Coefficients(const Gram& gram) override {
    const double ratio = Ratio(gram);
    if (ratio < 0) {
      Note("the models pull apart: t = " + std::to_string(ratio) +
           " leads away from their average");
    }
    return OfInputs(Shares(gram.size(), ratio));
  }
};

class Rows : public TensorMerge {
 public:
  explicit Rows(const TensorTask& task) : set_(OffsetsFromBase(task)), row_(task.RowElems()) {}

  std::uint64_t BlockElems() const override { return row_; }
  void Emit(const Block& row, double* out) const override {
    const Gram gram = GramOfRow(set_, row);
    const std::vector<double> shares = Shares(gram.size(), Ratio(gram));
    Combine(InputCoefficients(set_, row.inputs.size(), shares), row.inputs, row.count, out);
  }

 private:
  const VectorSet set_;
  const std::uint64_t row_;
};

// Fewer than two models say nothing about angles: the base stays.
std::size_t Fallback(const TensorTask& task) {
  return task.base < 0 ? 0 : static_cast<std::size_t>(task.base);
}
bool HasAngles(const TensorTask& task) { return task.base >= 0 && task.input_count > 2; }

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  if (!HasAngles(task)) {
    return ReturnInput(task, Fallback(task));
  }
  if (task.params->GetBool("filter_wise")) {
    return std::make_unique<Rows>(task);
  }
  return std::make_unique<WholeTensor>(task);
}

template <class Policy, class T>
class TorchModelStock {
 public:
  TorchModelStock(const TorchTask<T>& in, std::size_t vector_elems)
      : in_(in), set_(OffsetsFromBase(*in.task)), elems_(vector_elems) {
    for (std::size_t k = 0; k < set_.inputs.size(); ++k) {
      offsets_.emplace_back(elems_);
    }
    products_.resize(elems_);
  }

  void Run(std::span<T> out) {
    const T* base = in_.inputs[static_cast<std::size_t>(set_.base)].data();
    const auto models = static_cast<T>(set_.inputs.size());
    for (std::size_t first = 0; first < out.size(); first += elems_) {
      const T* __restrict b = base + first;
      for (std::size_t k = 0; k < offsets_.size(); ++k) {
        const T* __restrict x = in_.inputs[set_.inputs[k]].data() + first;
        T* __restrict offset = offsets_[k].data();
        for (std::size_t i = 0; i < elems_; ++i) {
          offset[i] = R(x[i] - b[i]);
        }
      }
      const T t = RatioOf(elems_ == out.size());
      const T rest = R(T{1} - t);
      for (std::size_t i = 0; i < elems_; ++i) {
        T sum = in_.inputs[set_.inputs[0]][first + i];
        for (std::size_t k = 1; k < offsets_.size(); ++k) {
          sum = R(sum + in_.inputs[set_.inputs[k]][first + i]);
        }
        out[first + i] = R(R(t * R(sum / models)) + R(rest * b[i]));
      }
    }
  }

 private:
  static T R(T value) { return Policy::Round(value); }

  T RatioOf(bool one_vector) {
    const T floor = R(static_cast<T>(kTinyProduct));
    std::vector<T> norms;
    for (const std::vector<T>& offset : offsets_) {
      norms.push_back(R(TorchNorm(offset.data(), elems_, in_.dtype)));
    }
    std::vector<T> cosines;
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      for (std::size_t j = i + 1; j < offsets_.size(); ++j) {
        for (std::size_t e = 0; e < elems_; ++e) {
          products_[e] = R(offsets_[i][e] * offsets_[j][e]);
        }
        const T dot = R(TorchSum(products_.data(), elems_, IsHalf(in_.dtype)));
        const T lengths = R(norms[i] * norms[j]);
        const T cosine = R(dot / (lengths < floor ? floor : lengths));
        cosines.push_back(cosine > T{1} ? T{1} : cosine < T{-1} ? T{-1} : cosine);
      }
    }
    const T total = one_vector ? TorchSum(cosines.data(), cosines.size(), IsHalf(in_.dtype))
                               : TorchColumnSum(cosines.data(), cosines.size(), 1);
    const T c = R(total / static_cast<T>(cosines.size()));
    const auto models = static_cast<T>(offsets_.size());
    const T divisor = R(T{1} + R(c * (models - T{1})));
    return std::fabs(divisor) < R(static_cast<T>(kSingular)) ? T{0} : R(R(c * models) / divisor);
  }

  const TorchTask<T>& in_;
  const VectorSet set_;
  const std::size_t elems_;
  std::vector<std::vector<T>> offsets_;
  std::vector<T> products_;
};

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (!HasAngles(*in.task) || out.empty()) {
    return TorchReturnInput(in, Fallback(*in.task), out);
  }
  const bool rows = in.task->params->GetBool("filter_wise");
  const auto elems = rows ? static_cast<std::size_t>(in.task->RowElems()) : out.size();
  WithRounding<T>(in.dtype,
                  [&](auto policy) { TorchModelStock<decltype(policy), T>(in, elems).Run(out); });
  return {};
}

}  // namespace

const MethodDef& model_stock_method() {
  static constexpr MethodDef kModelStock{
      .name = "model_stock",
      .summary = "The average, drawn toward the base as far as the models disagree.",
      .title = "Model Stock",
      .reference = "https://arxiv.org/abs/2403.19522",
      .base = BaseRule::kRequired,
      .min_inputs = 3,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
      .shape_free = false,
  };
  return kModelStock;
}

}  // namespace fuseo1
