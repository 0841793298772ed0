// NuSLERP: between two models along the arc between them, or between their differences from a
// base. The vectors are the whole tensors, their rows (last axis) or their columns (first axis).
//
//   t = w_2 / (w_1 + w_2)
//   c = cos θ of the angle between v_1 and v_2
//   out = (sin((1−t)θ) v_1 + sin(tθ) v_2) / sin θ [+ base]
//   out = (1−t) v_1 + t v_2 [+ base]                        where 1 − c² <= 1e-16
#include <algorithm>
#include <array>
#include <cmath>

#include "methods/common/column_gram.h"
#include "methods/common/gram.h"
#include "methods/common/one_input.h"
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
    ParamDef{.name = "nuslerp_flatten",
             .type = ParamType::kBool,
             .number = 1,
             .help = "see the whole tensor as one vector"},
    ParamDef{.name = "nuslerp_row_wise",
             .type = ParamType::kBool,
             .help = "without nuslerp_flatten: vectors along the first axis, not the last"},
};

constexpr double kTinyNorm = 1e-7;
constexpr double kColinear = 1e-16;

double Position(const TensorTask& task, std::size_t first, std::size_t second) {
  const double a = task.params->Get("weight", first);
  const double b = task.params->Get("weight", second);
  return std::fabs(a + b) < 1e-6 ? 0.5 : b / (a + b);
}

// Coefficients of v_1 and v_2.
std::array<double, 2> Coefficients(const Gram& gram, double t) {
  double c = gram.Cosine(0, 1);
  if (!(gram.Norm(0) >= kTinyNorm) || !(gram.Norm(1) >= kTinyNorm)) {
    c = std::clamp(
        gram(0, 1) / std::max(gram.Norm(0), kTinyNorm) / std::max(gram.Norm(1), kTinyNorm), -1.0,
        1.0);
  }
  if (1 - c * c <= kColinear) {
    return {1 - t, t};
  }
  const double angle = Acos(c);
  const double sine = Sin(angle);
  return {Sin((1 - t) * angle) / sine, Sin(t * angle) / sine};
}

class WholeTensor : public GramMerge {
 public:
  explicit WholeTensor(const TensorTask& task) : GramMerge(task, OffsetsFromBase(task)) {}

 private:
  std::vector<double> Coefficients(const Gram& gram) override {
    const double t = Position(task(), set().inputs[0], set().inputs[1]);
    return OfInputs(fuseo1::Coefficients(gram, t));
  }
};

class Rows : public TensorMerge {
 public:
  explicit Rows(const TensorTask& task)
      : set_(OffsetsFromBase(task)),
        row_elems_(task.RowElems()),
        t_(Position(task, set_.inputs[0], set_.inputs[1])) {}

  std::uint64_t BlockElems() const override { return row_elems_; }
  void Emit(const Block& row, double* out) const override {
    const std::array<double, 2> c = Coefficients(GramOfRow(set_, row), t_);
    Combine(InputCoefficients(set_, row.inputs.size(), c), row.inputs, row.count, out);
  }

 private:
  const VectorSet set_;
  const std::uint64_t row_elems_;
  const double t_;
};

class Columns : public TensorMerge {
 public:
  explicit Columns(const TensorTask& task)
      : set_(OffsetsFromBase(task)),
        columns_(task.shape.empty() || task.shape[0] == 0 ? 1 : task.elems / task.shape[0]),
        t_(Position(task, set_.inputs[0], set_.inputs[1])),
        gram_(task, {set_.inputs[0], set_.inputs[1]}, columns_) {}

  bool WantsSurvey() const override { return stage_ < 2; }
  void Survey(const Block& block) override {
    stage_ == 0 ? gram_.AddMagnitudes(block) : gram_.AddProducts(block);
  }
  Status FinishSurvey() override {
    if (stage_++ == 0) {
      gram_.FinishMagnitudes();
      return {};
    }
    gram_.FinishProducts();
    for (std::vector<double>* list : {&of_first_, &of_second_, &of_base_}) {
      list->resize(static_cast<std::size_t>(columns_));
    }
    for (std::size_t column = 0; column < of_first_.size(); ++column) {
      const auto [first, both, second] = gram_.Products(column);
      Gram gram(2);
      gram.Set(0, 0, first);
      gram.Set(0, 1, both);
      gram.Set(1, 1, second);
      const auto [of_first, of_second] = Coefficients(gram, t_);
      of_first_[column] = of_first;
      of_second_[column] = of_second;
      of_base_[column] = 1 - (of_first + of_second);
    }
    return {};
  }

  void Emit(const Block& block, double* out) const override {
    for (std::size_t done = 0; done < block.count;) {
      const auto column = static_cast<std::size_t>((block.first + done) % columns_);
      const std::size_t count = std::min(block.count - done, of_first_.size() - column);
      const double* __restrict x1 = block.inputs[set_.inputs[0]] + done;
      const double* __restrict x2 = block.inputs[set_.inputs[1]] + done;
      const double* __restrict c1 = of_first_.data() + column;
      const double* __restrict c2 = of_second_.data() + column;
      double* __restrict result = out + done;
      for (std::size_t i = 0; i < count; ++i) {
        result[i] = c1[i] * x1[i] + c2[i] * x2[i];
      }
      if (set_.base >= 0) {
        const double* __restrict b = block.inputs[static_cast<std::size_t>(set_.base)] + done;
        const double* __restrict c0 = of_base_.data() + column;
        for (std::size_t i = 0; i < count; ++i) {
          result[i] += c0[i] * b[i];
        }
      }
      done += count;
    }
  }

 private:
  const VectorSet set_;
  const std::uint64_t columns_;
  const double t_;
  ColumnGram gram_;
  int stage_ = 0;
  std::vector<double> of_first_;  // [columns]
  std::vector<double> of_second_;
  std::vector<double> of_base_;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  const VectorSet set = OffsetsFromBase(task);
  if (set.inputs.size() == 1) {
    return ReturnInput(task, set.inputs[0]);
  }
  if (task.params->GetBool("nuslerp_flatten")) {
    return std::make_unique<WholeTensor>(task);
  }
  if (task.params->GetBool("nuslerp_row_wise") && task.shape.size() > 1) {
    return std::make_unique<Columns>(task);
  }
  return std::make_unique<Rows>(task);
}

// Where the elements of one vector lie.
struct Strided {
  std::size_t count;
  std::size_t stride;
};

template <class Policy, class T>
void TorchVector(const T* v1, const T* v2, Strided at, DType dtype, double t, T* out) {
  const auto r = [](T value) { return Policy::Round(value); };
  const auto norm = [&](const T* v) {
    const T length =
        at.stride == 1 ? TorchNorm(v, at.count, dtype) : TorchColumnNorm(v, at.count, at.stride);
    const T floor = r(static_cast<T>(kTinyNorm));
    const T rounded = r(length);
    return rounded < floor ? floor : rounded;
  };
  const T norm1 = norm(v1);
  const T norm2 = norm(v2);
  std::vector<T> products(at.count);
  for (std::size_t i = 0; i < at.count; ++i) {
    products[i] = r(r(v1[i * at.stride] / norm1) * r(v2[i * at.stride] / norm2));
  }
  const T sum = at.stride == 1 ? TorchSum(products.data(), at.count, IsHalf(dtype))
                               : TorchColumnSum(products.data(), at.count, 1);
  const T dot = r(sum);
  const T c = dot > T{1} ? T{1} : dot < T{-1} ? T{-1} : dot;
  const T first_share = static_cast<T>(1 - t);
  const T second_share = static_cast<T>(t);
  if (r(T{1} - r(c * c)) <= r(static_cast<T>(kColinear))) {
    for (std::size_t i = 0; i < at.count * at.stride; i += at.stride) {
      out[i] = r(r(first_share * v1[i]) + r(second_share * v2[i]));
    }
    return;
  }
  const T angle = r(ScalarOf(&Acos, c));
  const T sine = r(ScalarOf(&Sin, angle));
  const T c1 = r(ScalarOf(&Sin, r(angle * first_share)));
  const T c2 = r(ScalarOf(&Sin, r(angle * second_share)));
  for (std::size_t i = 0; i < at.count * at.stride; i += at.stride) {
    out[i] = r(r(r(c1 * v1[i]) + r(c2 * v2[i])) / sine);
  }
}

template <class Policy, class T>
void TorchTensor(const TorchTask<T>& in, std::span<T> out) {
  const TensorTask& task = *in.task;
  const VectorSet set = OffsetsFromBase(task);
  const double t = Position(task, set.inputs[0], set.inputs[1]);
  std::array<std::vector<T>, 2> offsets;
  std::array<const T*, 2> v{};
  for (std::size_t k = 0; k < 2; ++k) {
    v[k] = in.inputs[set.inputs[k]].data();
    if (set.base >= 0) {
      const T* __restrict b = in.inputs[static_cast<std::size_t>(set.base)].data();
      const T* __restrict x = v[k];
      offsets[k].resize(out.size());
      T* __restrict d = offsets[k].data();
      for (std::size_t i = 0; i < out.size(); ++i) {
        d[i] = Policy::Round(x[i] - b[i]);
      }
      v[k] = d;
    }
  }
  const bool flatten = task.params->GetBool("nuslerp_flatten");
  const bool down = task.params->GetBool("nuslerp_row_wise") && task.shape.size() > 1;
  Strided at{out.size(), 1};
  std::size_t vectors = 1;
  std::size_t next = 0;
  if (!flatten && down) {
    vectors = out.size() / static_cast<std::size_t>(task.shape[0]);
    at = {static_cast<std::size_t>(task.shape[0]), vectors};
    next = 1;
  } else if (!flatten) {
    at = {static_cast<std::size_t>(task.RowElems()), 1};
    vectors = out.size() / at.count;
    next = at.count;
  }
  for (std::size_t i = 0; i < vectors; ++i) {
    TorchVector<Policy>(v[0] + i * next, v[1] + i * next, at, in.dtype, t, out.data() + i * next);
  }
  if (set.base >= 0) {
    const T* __restrict b = in.inputs[static_cast<std::size_t>(set.base)].data();
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = Policy::Round(b[i] + out[i]);
    }
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  const VectorSet set = OffsetsFromBase(*in.task);
  if (set.inputs.size() == 1 || out.empty()) {
    return TorchReturnInput(in, set.inputs[0], out);
  }
  WithRounding<T>(in.dtype, [&](auto policy) { TorchTensor<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& nuslerp_method() {
  static constexpr MethodDef kNuslerp{
      .name = "nuslerp",
      .summary = "Between two models along the arc between them, with weights.",
      .title = "NuSLERP",
      .reference = "",
      .base = BaseRule::kOptional,
      .min_inputs = 2,
      .max_inputs = 3,
      .params = kParams,
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
      .shape_free = false,
  };
  return kNuslerp;
}

}  // namespace fuseo1
