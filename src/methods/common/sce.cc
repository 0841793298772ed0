#include "methods/common/sce.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "methods/common/keys.h"
#include "methods/common/lane_sum.h"
#include "methods/common/model_variance.h"
#include "methods/common/open_elements.h"
#include "methods/common/selection.h"
#include "methods/common/task_vectors.h"
#include "methods/common/vote.h"
#include "methods/common/vote_floats.h"
#include "tensor/flags.h"

namespace fuseo1 {
namespace {

using Doubles = std::array<double, kBlockElems>;

template <class T>
double EnergyOf(T x, T base) {
  const double difference = static_cast<double>(x) - static_cast<double>(base);
  return difference * difference;
}

class SceMerge : public TensorMerge {
 public:
  explicit SceMerge(const TensorTask& task)
      : task_(task),
        base_(static_cast<std::size_t>(task.base)),
        topk_(task.params->Get("select_topk")),
        models_(ModelsOf(task)),
        scratch_(static_cast<std::size_t>(task.workers)),
        energies_(task.elems, models_.size()),
        open_(models_.size(), task.workers),
        open_energies_(models_.size()) {
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
      // No entries: whether they suffice would follow the threads, and so the order of sums.
      search_.emplace(task.elems, task.workers, SelectionLimits{.window_entries = 0});
    }
  }

  bool WantsSurvey() const override { return stage_ != Stage::kDone || error_.has_value(); }
  std::span<const double> Combination() const override { return combination_; }

  bool TakesFloats() const override { return true; }
  std::vector<ElemRun> SurveyRuns() const override {
    return stage_ == Stage::kSelect ? search_->Runs() : std::vector<ElemRun>();
  }

  bool Surveys(std::size_t input) const override {
    return input != base_ || stage_ != Stage::kSelect || search_->open_bin().has_value();
  }

  void Survey(const Block& block) override {
    if (error_.has_value()) {
      return;
    }
    block.WithType([&]<class T>() { SurveyOf<T>(block); });
  }

  Status FinishSurvey() override {
    if (error_.has_value()) {
      return *error_;
    }
    if (stage_ == Stage::kSelect) {
      if (search_->sampling()) {
        search_->FinishSurvey(Share(TakeCounts(), task_.elems));
        return {};
      }
      if (!selected_.has_value()) {
        const Counts counts = TakeCounts();
        selected_ = static_cast<std::uint64_t>(static_cast<double>(counts.nonzero) * topk_);
      }
      const bool bin_was_open = search_->open_bin().has_value();
      search_->FinishSurvey(*selected_);
      if (search_->done()) {
        cut_ = search_->cut();
        search_.reset();
        stage_ = Stage::kEnergies;
      }
      if (!bin_was_open) {
        return {};
      }
      const bool settled = stage_ == Stage::kEnergies && open_.complete();
      if (settled) {
        open_energies_ = open_.SumOfSelected(cut_);
      } else {
        energies_.Clear();
      }
      open_.Clear();
      if (!settled) {
        return {};
      }
    }
    FinishWeights();
    stage_ = Stage::kDone;
    return {};
  }

  void Emit(const Block& block, double* out) const override {
    block.WithType([&]<class T>() { EmitOf<T>(block, out); });
  }

  bool EmitsFloats() const override { return float_votes_.possible(); }
  void EmitFloats(const Block& block, float* out) const override {
    Masks mask;
    const std::span<const Voter<float>> voters = VotersOf<float>(block, mask.data());
    const float* const base = block.Of<float>(base_);
    voters.front().keep == kKeepAll.data()
        ? float_votes_.Merge<true, Votes::kPlain>(voters, base, block.count, out)
        : float_votes_.Merge<true, Votes::kMasked>(voters, base, block.count, out);
  }

  std::vector<std::string> Notes() const override { return notes_; }

 private:
  enum class Stage : std::uint8_t { kSelect, kEnergies, kDone };
  struct Counts {
    std::uint64_t nonzero = 0;
    std::uint64_t seen = 0;
  };
  template <class T>
  struct Lists {
    std::vector<const T*> models;
    std::vector<Voter<T>> voters;
  };
  // One worker's.
  struct alignas(64) Scratch {
    Counts counts;
    std::tuple<Lists<float>, Lists<double>> lists;
  };

  Scratch& ScratchOf(const Block& block) const {
    return scratch_[static_cast<std::size_t>(block.worker)];
  }

  template <class T>
  std::span<const T* const> Models(const Block& block) const {
    std::vector<const T*>& models = std::get<Lists<T>>(ScratchOf(block).lists).models;
    models.clear();
    for (const std::size_t input : models_) {
      models.push_back(block.Of<T>(input));
    }
    return models;
  }

  template <class T>
  void SurveyOf(const Block& block) {
    const std::span<const T* const> models = Models<T>(block);
    if (stage_ == Stage::kSelect) {
      Doubles variances;
      Variance(models, block.count, variances.data());
      Masks keys;
      MagnitudeKeys(variances.data(), block.count, keys.data());
      const double* const variance = variances.data();
      std::uint32_t nonzero = 0;
      for (std::size_t i = 0; i < block.count; ++i) {
        nonzero += variance[i] != 0 ? 1U : 0U;
      }
      Counts& counts = ScratchOf(block).counts;
      counts.nonzero += nonzero;
      counts.seen += block.count;
      search_->Survey(keys.data(), block);
      if (const std::optional<KeyBin> bin = search_->open_bin()) {
        SplitByBin<T>(*bin, keys.data(), block, models);
      }
      return;
    }
    Masks mask;
    AddEnergies<T>(Selection(block, models, mask.data()), block, models);
  }

  // While the search looks at one bin, the energies of what lies above it are added, and those of
  // what lies in it are kept: no survey of their own is needed.
  template <class T>
  void SplitByBin(KeyBin bin, const std::uint32_t* keys, const Block& block,
                  std::span<const T* const> models) {
    Masks masks;
    std::uint32_t* const above = masks.data();
    Flags<std::uint32_t> flags;
    std::uint32_t* const inside = flags.words();
    const auto last = static_cast<std::int32_t>(bin.last());
    const std::int32_t below = static_cast<std::int32_t>(bin.first) - 1;
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto key = static_cast<std::int32_t>(keys[i]);
      above[i] = key > last ? ~0U : 0U;
      const std::uint32_t not_below = key > below ? ~0U : 0U;
      inside[i] = above[i] ^ not_below;
    }
    AddEnergies<T>(above, block, models);
    const T* const base = block.Of<T>(base_);
    flags.ForEach(block.count, [&](std::size_t i) {
      open_.Add(block.worker, block.first + i, keys[i],
                [&](std::size_t j) { return EnergyOf(models[j][i], base[i]); });
    });
  }

  template <class T>
  void AddEnergies(const std::uint32_t* keep, const Block& block,
                   std::span<const T* const> models) {
    double* const energies = energies_.At(block);
    const T* const base = block.Of<T>(base_);
    for (std::size_t j = 0; j < models.size(); ++j) {
      const T* const x = models[j];
      const auto energy = [=](std::size_t i) { return EnergyOf(x[i], base[i]); };
      energies[j] +=
          keep == kKeepAll.data()
              ? LaneSum(block.count, energy)
              : LaneSum(block.count, [=](std::size_t i) { return Masked(keep[i], energy(i)); });
    }
  }

  // The masks of the selected elements, perhaps in `mask`.
  template <class T>
  const std::uint32_t* Selection(const Block& block, std::span<const T* const> models,
                                 std::uint32_t* mask) const {
    if (cut_.keeps_all()) {
      return kKeepAll.data();
    }
    if (cut_.keeps_none()) {
      return kKeepNone.data();
    }
    Doubles variance;
    Variance(models, block.count, variance.data());
    Masks keys;
    MagnitudeKeys(variance.data(), block.count, keys.data());
    cut_.Mask(block.first, keys.data(), block.count, mask);
    return mask;
  }

  // The voters of a block and the masks of what they keep, perhaps in `mask`.
  template <class T>
  std::span<const Voter<T>> VotersOf(const Block& block, std::uint32_t* mask) const {
    const std::span<const T* const> models = Models<T>(block);
    const std::uint32_t* const keep =
        variant_ == SceVariant::kFuseO1 ? kKeepAll.data() : Selection(block, models, mask);
    std::vector<Voter<T>>& voters = std::get<Lists<T>>(ScratchOf(block).lists).voters;
    voters.clear();
    for (std::size_t j = 0; j < models.size(); ++j) {
      voters.push_back(
          {.x = models[j], .keep = keep, .factor = weights_[j], .weight = weights_[j]});
    }
    return voters;
  }

  template <class T>
  void EmitOf(const Block& block, double* out) const {
    Masks mask;
    const std::span<const Voter<T>> voters = VotersOf<T>(block, mask.data());
    const T* const base = block.Of<T>(base_);
    voters.front().keep == kKeepAll.data()
        ? MergeVotes<true, Votes::kPlain, T>(voters, base, block.count, out, End())
        : MergeVotes<true, Votes::kMasked, T>(voters, base, block.count, out, End());
  }

  VoteEnd End() const {
    if (variant_ == SceVariant::kPaper) {
      return {};
    }
    const double smallest = variant_ == SceVariant::kMergekit ? kSceSmallestDivisor : 0;
    return {.divides = true, .smallest = smallest};
  }

  Counts TakeCounts() {
    Counts sum;
    for (Scratch& scratch : scratch_) {
      sum.nonzero += scratch.counts.nonzero;
      sum.seen += scratch.counts.seen;
      scratch.counts = {};
    }
    return sum;
  }

  // What the counts of a sample let expect of `elems` elements.
  std::uint64_t Share(Counts counts, std::uint64_t elems) const {
    const double share = static_cast<double>(counts.nonzero) / static_cast<double>(counts.seen);
    return static_cast<std::uint64_t>(share * topk_ * static_cast<double>(elems));
  }

  void FinishWeights() {
    double total = 0;
    for (std::size_t j = 0; j < models_.size(); ++j) {
      weights_.push_back(energies_.Total(j) + open_energies_[j]);
      total += weights_.back();
    }
    const double mean = total / static_cast<double>(task_.elems);
    const bool uniform = variant_ == SceVariant::kMergekit ? mean < kSceSmallestEnergy : total == 0;
    for (double& weight : weights_) {
      weight = uniform ? 1 / static_cast<double>(models_.size()) : weight / total;
    }
    float_votes_ = FloatVotes(task_, /*consensus=*/true, weights_, weights_, End());
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

  TensorTask task_;
  std::size_t base_;
  double topk_;
  std::vector<std::size_t> models_;
  mutable std::vector<Scratch> scratch_;
  SegmentSums energies_;
  OpenElements open_;
  std::vector<double> open_energies_;  // a model: of those of open_ that are selected
  SceVariant variant_ = SceVariant::kFuseO1;
  Stage stage_ = Stage::kEnergies;
  std::optional<RankSearch> search_;
  std::optional<std::uint64_t> selected_;
  Cut cut_ = Cut::None();
  std::vector<double> weights_;
  FloatVotes float_votes_;
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
