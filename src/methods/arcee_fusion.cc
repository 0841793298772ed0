// Arcee Fusion: the other model's value where the change matters most, the base's elsewhere.
//
//   P = softmax(row of other) + 1e-8,   Q = softmax(row of base) + 1e-8       rows: last axis
//   importance = |other − base| Σ_row P log(P / Q)
//   threshold = median + 1.5 (q3 − q1) of all importances
//   out = other where importance >= threshold, else base
//
// A quantile is the value at rank floor(q (n − 1)). mergekit samples the importances of a tensor of
// more than a million elements; the exact numerics count them all, torch numerics draw its sample.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "methods/common/one_input.h"
#include "methods/common/order_statistics.h"
#include "methods/common/softmax_divergence.h"
#include "methods/common/task_vectors.h"
#include "methods/common/torch_sums.h"
#include "methods/common/vector_math.h"
#include "methods/common/working_type.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kSampleElems = 1'000'000;

// Ranks of the quartiles among `count` values.
std::array<std::uint64_t, 3> QuartileRanks(std::uint64_t count) {
  const std::uint64_t last = count - 1;
  return {last / 4, last / 2, last - (last + 3) / 4};
}

// Some rows of a tensor, spread over it, and of each some of its elements: from these follow
// windows around the quartiles. Nothing of tensors that are short, or have few rows.
class RowSample {
 public:
  RowSample(std::uint64_t elems, std::uint64_t row_elems)
      : all_rows_(elems / row_elems), row_elems_(row_elems) {
    if (elems > kShortElems && all_rows_ >= 4 * kFewestRows) {
      rows_ = std::max(all_rows_ / kRowsForOne, kFewestRows);
      const std::uint64_t wanted = std::max(kFewestElems, elems / kElemsForOne);
      group_elems_ =
          static_cast<std::size_t>(std::clamp<std::uint64_t>(wanted / rows_, 1, row_elems));
      values_.resize(static_cast<std::size_t>(rows_) * group_elems_);
    }
  }

  std::vector<ElemRun> Runs() const {
    std::vector<ElemRun> runs;
    for (std::uint64_t place = 0; place < rows_; ++place) {
      runs.push_back({RowAt(place) * row_elems_, row_elems_});
    }
    return runs;
  }
  // Where `row` is one of them: its place.
  std::optional<std::uint64_t> PlaceOf(std::uint64_t row) const {
    const std::uint64_t place = (row * rows_ + all_rows_ - 1) / all_rows_;
    return place < rows_ && RowAt(place) == row ? std::optional(place) : std::nullopt;
  }
  // Takes value_of(i) of some elements i; any thread, each place once.
  template <class ValueOf>
  void Take(std::uint64_t place, ValueOf value_of) {
    double* const group = values_.data() + static_cast<std::size_t>(place) * group_elems_;
    for (std::size_t n = 0; n < group_elems_; ++n) {
      group[n] = value_of(n * row_elems_ / group_elems_);
    }
  }

  std::span<const double> values() const { return values_; }
  std::size_t group_elems() const { return group_elems_; }
  void Clear() { values_ = {}; }

 private:
  static constexpr std::uint64_t kShortElems = 65536;
  static constexpr std::uint64_t kFewestRows = 16;
  static constexpr std::uint64_t kRowsForOne = 32;
  static constexpr std::uint64_t kFewestElems = 32768;
  static constexpr std::uint64_t kElemsForOne = 512;

  std::uint64_t RowAt(std::uint64_t place) const { return place * all_rows_ / rows_; }

  std::uint64_t all_rows_;
  std::uint64_t row_elems_;
  std::uint64_t rows_ = 0;
  std::size_t group_elems_ = 1;  // of a row
  std::vector<double> values_;   // [rows][group_elems]
};

class ArceeFusion : public TensorMerge {
 public:
  explicit ArceeFusion(const TensorTask& task)
      : base_(static_cast<std::size_t>(task.base)),
        elems_(task.elems),
        row_elems_(std::max<std::uint64_t>(task.RowElems(), 1)),
        divergence_(static_cast<std::size_t>(task.elems / row_elems_)),
        scratch_(task.workers, 2 * static_cast<std::size_t>(row_elems_)),
        sample_(task.elems, row_elems_),
        most_listed_(std::min(task.elems, task.kept_bytes / sizeof(double))),
        quartiles_(QuartileRanks(std::max<std::uint64_t>(task.elems, 1)), task.workers,
                   most_listed_) {}

  std::uint64_t BlockElems() const override { return row_elems_; }
  bool TakesFloats() const override { return true; }
  std::uint64_t KeptBytes() const override { return most_listed_ * sizeof(double); }
  bool WantsSurvey() const override { return !quartiles_.done(); }
  std::vector<ElemRun> SurveyRuns() const override {
    return sampling() ? sample_.Runs() : std::vector<ElemRun>();
  }

  void Survey(const Block& row) override {
    row.WithType([&]<class T>() { SurveyOf<T>(row); });
  }

  Status FinishSurvey() override {
    if (sampling()) {
      quartiles_.Guess(sample_.values(), sample_.group_elems(), elems_);
      sample_.Clear();
      return {};
    }
    measured_ = true;
    quartiles_.FinishSurvey();
    if (quartiles_.done()) {
      threshold_ = quartiles_.value(1) + 1.5 * (quartiles_.value(2) - quartiles_.value(0));
    }
    return {};
  }

  void Emit(const Block& row, double* out) const override {
    row.WithType([&]<class T>() { EmitOf<T>(row, out); });
  }

 private:
  bool sampling() const { return !sample_.values().empty(); }

  template <class T>
  void SurveyOf(const Block& row) {
    const T* __restrict x = row.Of<T>(1 - base_);
    const T* __restrict b = row.Of<T>(base_);
    const std::uint64_t index = row.first / row_elems_;
    const std::optional<std::uint64_t> place = sampling() ? sample_.PlaceOf(index) : std::nullopt;
    if (sampling() && !place.has_value()) {
      return;
    }
    double& divergence = divergence_[static_cast<std::size_t>(index)];
    if (!measured_) {
      divergence = SoftmaxDivergence(x, b, row.count, scratch_.Of(row.worker));
      // One factor for all decides nothing; without it, what equals the threshold does so exactly.
      divergence =
          divergence_.size() == 1 && divergence > 0 && std::isfinite(divergence) ? 1 : divergence;
    }
    const double factor = divergence;
    const auto importance_of = [=](std::size_t i) {
      return std::fabs(static_cast<double>(x[i]) - static_cast<double>(b[i])) * factor;
    };
    if (sampling()) {
      return sample_.Take(*place, importance_of);
    }
    std::array<T, kBlockElems> change;
    for (std::size_t first = 0; first < row.count; first += kBlockElems) {
      const std::size_t count = std::min(kBlockElems, row.count - first);
      for (std::size_t i = 0; i < count; ++i) {
        change[i] = std::fabs(x[first + i] - b[first + i]);
      }
      quartiles_.Add(change.data(), factor, count, row.worker,
                     [=](std::size_t i) { return importance_of(first + i); });
    }
  }

  template <class T>
  void EmitOf(const Block& row, double* __restrict out) const {
    const double factor = divergence_[static_cast<std::size_t>(row.first / row_elems_)];
    const double threshold = threshold_;
    const T* __restrict x = row.Of<T>(1 - base_);
    const T* __restrict b = row.Of<T>(base_);
    for (std::size_t i = 0; i < row.count; ++i) {
      const double other = x[i];
      const double base = b[i];
      const double change = other - base;
      // A change times 0: NaN stays where it is.
      const double left = base + change * 0;
      out[i] = std::fabs(change) * factor >= threshold ? other : left;
    }
  }

  const std::size_t base_;
  const std::uint64_t elems_;
  const std::uint64_t row_elems_;
  std::vector<double> divergence_;  // [rows]
  WorkerScratch scratch_;
  RowSample sample_;
  std::uint64_t most_listed_;
  OrderStatistics quartiles_;
  bool measured_ = false;  // every row's divergence is known
  double threshold_ = 0;
};

std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
  if (task.input_count == 1) {
    return ReturnInput(task, 0);
  }
  return std::make_unique<ArceeFusion>(task);
}

// softmax + 1e-8 of one row, rounded.
template <class Policy, class T>
void TorchSoftmax(const T* x, std::size_t count, T* out) {
  T largest = -std::numeric_limits<T>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    largest = x[i] > largest ? x[i] : largest;
  }
  constexpr std::size_t kLanes = 32 / sizeof(T);
  T lane[kLanes] = {};
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<T>(Exp(static_cast<double>(x[i] - largest)));
    lane[i % kLanes] += out[i];
  }
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) {
      lane[l] += lane[l + width];
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = Policy::Round(Policy::Round(out[i] / lane[0]) + static_cast<T>(kSoftmaxFloor));
  }
}

std::uint64_t TorchDraws(const TensorTask& task) {
  const std::uint64_t words = task.elems >= (std::uint64_t{1} << 28) ? 2 : 1;
  return task.input_count == 2 && task.elems > kSampleElems ? kSampleElems * words : 0;
}

// The quartiles of all values, or of a sample drawn with replacement.
template <class T>
std::array<T, 3> TorchQuartiles(const TorchTask<T>& in, const std::vector<T>& values) {
  std::vector<T> sample;
  if (values.size() > kSampleElems) {
    const bool wide = values.size() >= (std::uint64_t{1} << 28);
    for (std::uint64_t i = 0; i < kSampleElems; ++i) {
      std::uint64_t word = in.random->Next32();
      if (wide) {
        word = word << 32 | in.random->Next32();
      }
      sample.push_back(values[static_cast<std::size_t>(word % values.size())]);
    }
  } else {
    sample = values;
  }
  std::array<T, 3> out{};
  const std::array<std::uint64_t, 3> ranks = QuartileRanks(sample.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto at = sample.begin() + static_cast<std::ptrdiff_t>(ranks[i]);
    // NaN is the largest.
    std::nth_element(sample.begin(), at, sample.end(),
                     [](T a, T b) { return a < b || (b != b && a == a); });
    out[i] = *at;
  }
  return out;
}

template <class Policy, class T>
void TorchFusion(const TorchTask<T>& in, std::span<T> out) {
  const auto r = [](T value) { return Policy::Round(value); };
  const auto base_index = static_cast<std::size_t>(in.task->base);
  const T* base = in.inputs[base_index].data();
  const T* other = in.inputs[1 - base_index].data();
  const auto row = static_cast<std::size_t>(in.task->RowElems());
  std::vector<T> p(row);
  std::vector<T> q(row);
  std::vector<T> importance(out.size());
  for (std::size_t first = 0; first < out.size(); first += row) {
    TorchSoftmax<Policy>(other + first, row, p.data());
    TorchSoftmax<Policy>(base + first, row, q.data());
    for (std::size_t i = 0; i < row; ++i) {
      p[i] = r(p[i] * r(static_cast<T>(Log(static_cast<double>(r(p[i] / q[i]))))));
    }
    const T divergence = r(TorchSum(p.data(), row, IsHalf(in.dtype)));
    for (std::size_t i = 0; i < row; ++i) {
      importance[first + i] = r(std::fabs(r(other[first + i] - base[first + i])) * divergence);
    }
  }
  const auto [q1, median, q3] = TorchQuartiles(in, importance);
  const T threshold = r(median + r(r(q3 - q1) * static_cast<T>(1.5)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const T mask = importance[i] >= threshold ? T{1} : T{0};
    out[i] = base[i] + r(other[i] - base[i]) * mask;
  }
}

template <class T>
Status Torch(const TorchTask<T>& in, std::span<T> out) {
  if (in.inputs.size() == 1 || out.empty()) {
    return TorchReturnInput(in, 0, out);
  }
  WithRounding<T>(in.dtype, [&](auto policy) { TorchFusion<decltype(policy)>(in, out); });
  return {};
}

}  // namespace

const MethodDef& arcee_fusion_method() {
  static constexpr MethodDef kArceeFusion{
      .name = "arcee_fusion",
      .summary = "The other model's value where the change matters most, else the base's.",
      .title = "Arcee Fusion",
      .reference = "https://arcee.ai",
      .base = BaseRule::kRequired,
      .min_inputs = 2,
      .max_inputs = 2,
      .params = {},
      .start = &Start,
      .torch = &Torch<float>,
      .torch_f64 = &Torch<double>,
      .torch_gives_f32 = true,
      .torch_draws = &TorchDraws,
      .shape_free = false,
  };
  return kArceeFusion;
}

}  // namespace fuseo1
