#include "methods/common/sce.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "methods/common/lane_sum.h"
#include "methods/common/selection.h"
#include "methods/common/task_vectors.h"
#include "methods/common/vote.h"

namespace fuseo1 {
namespace {

using Piece = std::array<double, kBlockElems>;

class SceMerge : public TensorMerge {
 public:
  explicit SceMerge(const TensorTask& task)
      : elems_(task.elems),
        base_(static_cast<std::size_t>(task.base)),
        topk_(task.params->Get("select_topk")),
        models_(ModelsOf(task)),
        scratch_(task.workers, models_.size() * kBlockElems),
        energies_(task.elems, models_.size()),
        nonzero_(static_cast<std::size_t>(task.workers)) {
    const auto variant = SceVariantFrom(task.params->GetText("variant"));
    if (!variant.ok()) {
      error_ = variant.error();
      return;
    }
    variant_ = variant.value();
    if (models_.empty()) {
      combination_.assign(task.input_count, 0);
      combination_[base_] = 1;
      stage_ = Stage::kDone;
    } else if (topk_ >= 1) {
      cut_ = Cut::All();
    } else if (topk_ > 0) {
      stage_ = Stage::kSelect;
      search_.emplace(task.elems, task.workers);
    }
  }

  bool WantsSurvey() const override { return stage_ != Stage::kDone || error_.has_value(); }
  std::span<const double> Combination() const override { return combination_; }

  void Survey(const Block& block) override {
    if (error_.has_value()) {
      return;
    }
    if (stage_ == Stage::kSelect) {
      Piece variances;
      Variance(block, variances.data());
      const double* const variance = variances.data();
      std::uint64_t nonzero = 0;
      for (std::size_t i = 0; i < block.count; ++i) {
        nonzero += variance[i] != 0 ? 1 : 0;
      }
      nonzero_[static_cast<std::size_t>(block.worker)].count += nonzero;
      search_->Survey(variance, block);
      return;
    }
    double* const deltas = scratch_.Of(block.worker);
    Differences(block, deltas);
    Select(block, deltas);
    double* const energies = energies_.At(block);
    for (std::size_t j = 0; j < models_.size(); ++j) {
      const double* const delta = deltas + j * kBlockElems;
      energies[j] += LaneSum(block.count, [=](std::size_t i) { return delta[i] * delta[i]; });
    }
  }

  Status FinishSurvey() override {
    if (error_.has_value()) {
      return *error_;
    }
    if (stage_ == Stage::kSelect) {
      if (!selected_.has_value()) {
        std::uint64_t nonzero = 0;
        for (const Counter& counter : nonzero_) {
          nonzero += counter.count;
        }
        selected_ = static_cast<std::uint64_t>(static_cast<double>(nonzero) * topk_);
      }
      search_->FinishSurvey(std::span(&*selected_, 1));
      if (search_->done()) {
        cut_ = search_->cut(0);
        search_.reset();
        stage_ = Stage::kEnergies;
      }
      return {};
    }
    FinishWeights();
    stage_ = Stage::kDone;
    return {};
  }

  void Emit(const Block& block, double* __restrict out) const override {
    double* const deltas = scratch_.Of(block.worker);
    Differences(block, deltas);
    if (variant_ != SceVariant::kFuseO1) {
      Select(block, deltas);
    }
    Piece balances{};
    Piece numerators{};
    Piece divisors{};
    double* __restrict balance = balances.data();
    double* __restrict numerator = numerators.data();
    double* __restrict divisor = divisors.data();
    for (std::size_t j = 0; j < models_.size(); ++j) {
      const double* __restrict delta = deltas + j * kBlockElems;
      for (std::size_t i = 0; i < block.count; ++i) {
        balance[i] += delta[i];
      }
    }
    for (std::size_t j = 0; j < models_.size(); ++j) {
      CountVotes(deltas + j * kBlockElems, weights_[j], weights_[j], balance, numerator, divisor,
                 block.count);
    }
    const double* __restrict b = block.inputs[base_];
    const double smallest = variant_ == SceVariant::kMergekit ? kSceSmallestDivisor : 0;
    if (variant_ == SceVariant::kPaper) {
      for (std::size_t i = 0; i < block.count; ++i) {
        out[i] = b[i] + numerator[i];
      }
      return;
    }
    for (std::size_t i = 0; i < block.count; ++i) {
      const double by = divisor[i] < smallest ? smallest : divisor[i];
      out[i] = b[i] + numerator[i] / (by == 0 ? 1.0 : by);
    }
  }

  std::vector<std::string> Notes() const override { return notes_; }

 private:
  enum class Stage : std::uint8_t { kSelect, kEnergies, kDone };
  struct alignas(64) Counter {
    std::uint64_t count = 0;
  };

  void Differences(const Block& block, double* deltas) const {
    for (std::size_t j = 0; j < models_.size(); ++j) {
      Subtract(block.inputs[models_[j]], block.inputs[base_], deltas + j * kBlockElems,
               block.count);
    }
  }

  // K² times the population variance over the models, from the distances d_j to the first of them:
  // K Σ d_j² - (Σ d_j)². Exact for numbers of 16 bits, and zero only where all models agree.
  void Variance(const Block& block, double* __restrict variance) const {
    const std::size_t count = block.count;
    const double* __restrict first = block.inputs[models_[0]];
    Piece sums{};
    Piece square_sums{};
    double* __restrict sum = sums.data();
    double* __restrict squares = square_sums.data();
    for (std::size_t j = 1; j < models_.size(); ++j) {
      const double* __restrict x = block.inputs[models_[j]];
      for (std::size_t i = 0; i < count; ++i) {
        const double distance = x[i] - first[i];
        sum[i] += distance;
        squares[i] += distance * distance;
      }
    }
    const auto models = static_cast<double>(models_.size());
    for (std::size_t i = 0; i < count; ++i) {
      variance[i] = models * squares[i] - sum[i] * sum[i];
    }
  }

  // Sets the differences that are not selected to zero.
  void Select(const Block& block, double* deltas) const {
    if (cut_.keeps_all()) {
      return;
    }
    Piece mask;
    if (cut_.keeps_none()) {
      mask.fill(0);
    } else {
      Piece variance;
      Variance(block, variance.data());
      cut_.Mask(block.first, variance.data(), block.count, mask.data());
    }
    const double* __restrict keep = mask.data();
    for (std::size_t j = 0; j < models_.size(); ++j) {
      double* __restrict delta = deltas + j * kBlockElems;
      for (std::size_t i = 0; i < block.count; ++i) {
        delta[i] = keep[i] > 0 ? delta[i] : 0.0;
      }
    }
  }

  void FinishWeights() {
    double total = 0;
    for (std::size_t j = 0; j < models_.size(); ++j) {
      weights_.push_back(energies_.Total(j));
      total += weights_.back();
    }
    const double mean = total / static_cast<double>(elems_);
    const bool uniform = variant_ == SceVariant::kMergekit ? mean < kSceSmallestEnergy : total == 0;
    for (double& weight : weights_) {
      weight = uniform ? 1 / static_cast<double>(models_.size()) : weight / total;
    }
    if (!uniform) {
      notes_.push_back("weights by energy");
    } else if (total == 0) {
      notes_.push_back("equal weights: the models' energy is 0");
    } else {
      notes_.push_back("equal weights: the models' mean squared differences sum to less than 1e-6");
    }
    if (cut_.keeps_none()) {
      notes_.push_back("select_topk selects no element");
    }
  }

  std::uint64_t elems_;
  std::size_t base_;
  double topk_;
  std::vector<std::size_t> models_;
  WorkerScratch scratch_;
  SegmentSums energies_;
  std::vector<Counter> nonzero_;
  SceVariant variant_ = SceVariant::kFuseO1;
  Stage stage_ = Stage::kEnergies;
  std::optional<RankSearch> search_;
  std::optional<std::uint64_t> selected_;
  Cut cut_ = Cut::None();
  std::vector<double> weights_;
  std::vector<double> combination_;
  std::vector<std::string> notes_;
  std::optional<Error> error_;
};

}  // namespace

Result<SceVariant> SceVariantFrom(std::string_view text) {
  if (text == "fuseo1") {
    return SceVariant::kFuseO1;
  }
  if (text == "mergekit") {
    return SceVariant::kMergekit;
  }
  if (text == "paper") {
    return SceVariant::kPaper;
  }
  return UsageError("sce: variant is fuseo1, mergekit or paper; found " + Quoted(text));
}

std::unique_ptr<TensorMerge> StartSce(const TensorTask& task) {
  return std::make_unique<SceMerge>(task);
}

}  // namespace fuseo1
