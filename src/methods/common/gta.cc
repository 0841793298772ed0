#include "methods/common/gta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "methods/common/keys.h"
#include "methods/common/lane_sum.h"
#include "methods/common/random.h"
#include "methods/common/ranked_keep.h"
#include "methods/common/selection.h"
#include "methods/common/task_vectors.h"
#include "methods/common/vote.h"
#include "methods/common/vote_floats.h"

namespace fuseo1 {
namespace {

// A divisor this small beside the weights that cancel in it is zero up to rounding.
constexpr double kCancelled = 1e-12;
constexpr double kSmallestDivisor = 1e-8;
constexpr std::uint64_t kMaskBytes = 32 << 20;
constexpr double kSmallestNorm = 1e-7;  // below, differences are not rescaled

enum class Keep : std::uint8_t { kAll, kNone, kCut, kBand, kRandom, kRanked };

struct Model {
  Model(const TensorTask& task, std::size_t index)
      : input(index),
        weight(task.params->Get("weight", index)),
        random(task.seed, task.name, index) {}

  std::size_t input;
  double weight;
  double scale = 1;  // of the rescaling
  Keep keep = Keep::kAll;
  std::array<std::uint64_t, 2> ranks = {};  // kCut: {kept}; kBand: {kept and above, above}
  std::vector<std::unique_ptr<RankSearch>> searches;  // one a rank
  double probability = 0;                             // kRandom
  RankedKeep ranked;
  ElementRandom random;

  bool searched() const {
    return std::all_of(searches.begin(), searches.end(),
                       [](const auto& search) { return search->done(); });
  }
};

using Masks = std::array<std::uint32_t, kBlockElems>;

// Ascending and apart.
std::vector<ElemRun> Joined(std::vector<ElemRun> runs) {
  std::sort(runs.begin(), runs.end(),
            [](const ElemRun& a, const ElemRun& b) { return a.first < b.first; });
  std::vector<ElemRun> joined;
  for (const ElemRun& run : runs) {
    if (joined.empty() || run.first > joined.back().first + joined.back().count) {
      joined.push_back(run);
    } else {
      ElemRun& last = joined.back();
      last.count = std::max(last.first + last.count, run.first + run.count) - last.first;
    }
  }
  return joined;
}

std::uint64_t ShareOf(double share, std::uint64_t elems) {
  const double count = share * static_cast<double>(elems);
  return count <= 0 ? 0 : std::min(elems, static_cast<std::uint64_t>(std::min(count, 0x1p63)));
}

class GtaMerge : public TensorMerge {
 public:
  GtaMerge(const TensorTask& task, GtaTraits traits)
      : task_(task),
        traits_(traits),
        base_(static_cast<std::size_t>(task.base)),
        row_elems_(task.RowElems()),
        lambda_(task.params->Get("lambda")),
        normalize_(task.params->GetBool("normalize")),
        rescale_(traits.sparsifier != Sparsifier::kNone && task.params->GetBool("rescale")) {
    for (const std::size_t input : ModelsOf(task)) {
      models_.push_back(MakeModel(task, input));
    }
    const auto any = [&](auto test) { return std::any_of(models_.begin(), models_.end(), test); };
    selecting_ = any([](const Model& m) { return !m.searches.empty(); });
    ranked_ = any([](const Model& m) { return m.keep == Keep::kRanked; });
    measuring_ = rescale_ && any([](const Model& m) { return m.keep > Keep::kNone; });
    const double weight = models_.empty() ? 0 : models_.front().weight;
    if (traits_.consensus && normalize_ && weight > 0 &&
        !any([=](const Model& m) { return m.weight != weight; })) {
      // Equal weights cancel; of ones, the quotient's terms are exact.
      for (Model& model : models_) {
        model.weight = 1;
      }
    }
    for (const Model& model : models_) {
      total_weight_ += model.weight;
      weight_scale_ += std::abs(model.weight);
    }
    scratch_.resize(static_cast<std::size_t>(task.workers));
    if (measuring_) {
      norms_ = SegmentSums(task.elems, 2 * models_.size());
    }
    if (ranked_) {
      const std::uint64_t words =
          task.elems / row_elems_ * ((row_elems_ + 31) / 32) * models_.size();
      if (measuring_ && words * sizeof(std::uint32_t) <= kMaskBytes) {
        mask_bits_.resize(words);
      }
    }
    if (!traits.consensus && !any([](const Model& m) { return m.keep > Keep::kNone; })) {
      Combine(task.input_count);
    }
    PrepareFloats();
  }

  std::uint64_t BlockElems() const override { return ranked_ ? row_elems_ : kBlockElems; }
  bool TakesFloats() const override { return true; }
  bool WantsSurvey() const override { return selecting_ || measuring_ || error_.has_value(); }
  std::span<const double> Combination() const override { return combination_; }

  std::vector<ElemRun> SurveyRuns() const override {
    std::vector<ElemRun> runs;
    for (const Model& model : models_) {
      for (const auto& search : model.searches) {
        const std::vector<ElemRun> wanted = search->Runs();
        if (!search->done() && wanted.empty()) {
          return {};
        }
        runs.insert(runs.end(), wanted.begin(), wanted.end());
      }
    }
    return Joined(std::move(runs));
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
    if (selecting_) {
      selecting_ = false;
      for (Model& model : models_) {
        for (std::size_t r = 0; r < model.searches.size(); ++r) {
          model.searches[r]->FinishSurvey(model.ranks[r]);
        }
        selecting_ = selecting_ || !model.searched();
      }
      return {};
    }
    measuring_ = false;
    for (std::size_t k = 0; k < models_.size(); ++k) {
      const double before = norms_.Total(2 * k);
      const double after = norms_.Total(2 * k + 1);
      if (before >= kSmallestNorm && after >= kSmallestNorm) {
        models_[k].scale = before / after;
      }
    }
    PrepareFloats();
    return {};
  }

  void Emit(const Block& block, double* out) const override {
    block.WithType([&]<class T>() { EmitOf<T>(block, out); });
  }

  bool EmitsFloats() const override { return float_votes_.possible(); }
  void EmitFloats(const Block& block, float* out) const override {
    ForVoters<float>(
        block, [&](const auto& voters, const float* base, std::size_t at, std::size_t count) {
          traits_.consensus
              ? float_votes_.Merge<true, Votes::kFactored>(voters, base, count, out + at)
              : float_votes_.Merge<false, Votes::kFactored>(voters, base, count, out + at);
        });
  }

 private:
  Model MakeModel(const TensorTask& task, std::size_t input) {
    const Params& params = *task.params;
    Model model(task, input);
    const double density = params.Get("density", input);
    if (traits_.sparsifier == Sparsifier::kNone || density >= 1 || task.elems == 0) {
      return model;
    }
    if (!(density > 0)) {
      model.keep = Keep::kNone;
      return model;
    }
    const std::uint64_t target = ShareOf(density, task.elems);
    switch (traits_.sparsifier) {
      case Sparsifier::kNone:
        break;
      case Sparsifier::kMagnitude:
        model.keep = Keep::kCut;
        model.ranks[0] = std::max<std::uint64_t>(1, target);
        break;
      case Sparsifier::kOutliers: {
        model.keep = Keep::kBand;
        model.ranks[1] = std::min(ShareOf(params.Get("gamma", input), task.elems),
                                  task.elems - target);  // fewer go where density asks for more
        model.ranks[0] = model.ranks[1] + target;
        break;
      }
      case Sparsifier::kRandom:
        model.keep = Keep::kRandom;
        model.probability = density;
        break;
      case Sparsifier::kRanked:
        model.ranked = {density, params.Get("epsilon", input)};
        error_ = error_.has_value() ? error_ : EpsilonError(task, density, model.ranked.epsilon);
        model.keep = task.RowElems() > 1 ? Keep::kRanked : Keep::kRandom;
        model.probability = density;
        break;
    }
    const int ranks = model.keep == Keep::kCut ? 1 : model.keep == Keep::kBand ? 2 : 0;
    for (int r = 0; r < ranks; ++r) {
      model.searches.push_back(std::make_unique<RankSearch>(task.elems, task.workers));
    }
    return model;
  }

  // Without a vote and a mask the result is a combination of the inputs.
  void Combine(std::size_t input_count) {
    const double factor = lambda_ / LinearDivisor();
    combination_.assign(input_count, 0);
    double rest = 1;
    for (const Model& model : models_) {
      const double share = model.keep == Keep::kAll ? model.weight * factor : 0;
      combination_[model.input] = share;
      rest -= share;
    }
    combination_[base_] = rest;
  }

  double LinearDivisor() const {
    return normalize_ && std::abs(total_weight_) >= kSmallestDivisor ? total_weight_ : 1;
  }

  // What one worker needs, grown on demand.
  struct Scratch {
    std::vector<Masks> masks;                      // per model, of a piece
    std::vector<std::vector<std::uint32_t>> keys;  // per model, of a row
    std::tuple<std::vector<Voter<float>>, std::vector<Voter<double>>> voters;
  };

  Scratch& ScratchOf(const Block& block) const {
    Scratch& scratch = scratch_[static_cast<std::size_t>(block.worker)];
    scratch.masks.resize(models_.size());
    return scratch;
  }

  // Calls body(offset, first element, count) for runs of up to kBlockElems elements.
  template <class Body>
  static void ForPieces(const Block& block, Body body) {
    for (std::size_t offset = 0; offset < block.count; offset += kBlockElems) {
      body(offset, block.first + offset, std::min(kBlockElems, block.count - offset));
    }
  }

  template <class T>
  void SurveyOf(const Block& block) {
    if (ranked_) {
      FillRowKeys<T>(block);
    }
    Scratch& scratch = ScratchOf(block);
    ForPieces(block, [&](std::size_t offset, std::uint64_t first, std::size_t count) {
      for (std::size_t k = 0; k < models_.size(); ++k) {
        Model& model = models_[k];
        if (model.keep <= Keep::kNone || (selecting_ && model.searched())) {
          continue;
        }
        const T* const x = block.Of<T>(model.input) + offset;
        const T* const b = block.Of<T>(base_) + offset;
        if (selecting_) {
          Masks keys;
          DifferenceKeys(x, b, count, keys.data());
          for (const auto& search : model.searches) {
            search->Survey(keys.data(), {.first = first, .count = count, .worker = block.worker});
          }
          continue;
        }
        MaskOf<T>(k, block, offset, first, count, scratch.masks[k].data());
        AddNorms(x, b, scratch.masks[k].data(), count, norms_.At(block) + 2 * k);
      }
    });
  }

  // Σ |δ| of all elements and of those that stay.
  template <class T>
  static void AddNorms(const T* __restrict x, const T* __restrict b,
                       const std::uint32_t* __restrict keep, std::size_t count, double* norms) {
    const auto magnitude = [=](std::size_t i) {
      return std::abs(static_cast<double>(x[i]) - static_cast<double>(b[i]));
    };
    const auto kept = [=](std::size_t i) { return Masked(keep[i], magnitude(i)); };
    const std::array<double, 2> sums = LaneSums(count, magnitude, kept);
    norms[0] += sums[0];
    norms[1] += sums[1];
  }

  // The voters of every piece: use(voters, base, offset, count).
  template <class T, class Use>
  void ForVoters(const Block& block, Use use) const {
    if (ranked_ && mask_bits_.empty()) {
      FillRowKeys<T>(block);
    }
    Scratch& scratch = ScratchOf(block);
    std::vector<Voter<T>>& voters = std::get<std::vector<Voter<T>>>(scratch.voters);
    voters.resize(models_.size());
    ForPieces(block, [&](std::size_t offset, std::uint64_t first, std::size_t count) {
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const Model& model = models_[k];
        voters[k] = {.x = block.Of<T>(model.input) + offset,
                     .keep = kKeepAll.data(),
                     .factor = model.weight * model.scale,
                     .weight = model.weight};
        if (model.keep == Keep::kNone) {
          voters[k].keep = kKeepNone.data();
        } else if (model.keep != Keep::kAll) {
          MaskOf<T>(k, block, offset, first, count, scratch.masks[k].data());
          voters[k].keep = scratch.masks[k].data();
        }
      }
      use(voters, block.Of<T>(base_) + offset, offset, count);
    });
  }

  template <class T>
  void EmitOf(const Block& block, double* out) const {
    ForVoters<T>(block, [&](const auto& voters, const T* base, std::size_t at, std::size_t count) {
      traits_.consensus
          ? MergeVotes<true, Votes::kFactored, T>(voters, base, count, out + at, End())
          : MergeVotes<false, Votes::kFactored, T>(voters, base, count, out + at, End());
    });
  }

  VoteEnd End() const {
    if (!traits_.consensus) {
      return {.lambda = lambda_ / LinearDivisor()};
    }
    return {.lambda = lambda_, .divides = normalize_, .zero = kCancelled * weight_scale_};
  }

  void PrepareFloats() {
    std::vector<double> factors;
    std::vector<double> weights;
    for (const Model& model : models_) {
      factors.push_back(model.weight * model.scale);
      weights.push_back(model.weight);
    }
    float_votes_ = FloatVotes(task_, traits_.consensus, factors, weights, End());
  }

  // The masks of a row are kept from the survey for Emit where they are not too large: one bit an
  // element and model.
  std::uint32_t* RowBits(const Block& block, std::size_t k) const {
    const std::size_t words = (row_elems_ + 31) / 32;
    return mask_bits_.data() + (block.first / row_elems_ * models_.size() + k) * words;
  }

  static void Pack(const std::uint32_t* keep, std::size_t count, std::uint32_t* bits) {
    for (std::size_t i = 0; i < count; i += 32) {
      std::uint32_t word = 0;
      for (std::size_t j = 0; j < std::min<std::size_t>(32, count - i); ++j) {
        word |= keep[i + j] & 1U << j;
      }
      bits[i / 32] = word;
    }
  }

  static void Unpack(const std::uint32_t* bits, std::size_t count, std::uint32_t* __restrict keep) {
    for (std::size_t i = 0; i < count; i += 32) {
      const std::uint32_t word = bits[i / 32];
      for (std::uint32_t j = 0; j < std::min<std::size_t>(32, count - i); ++j) {
        keep[i + j] = 0U - ((word >> j) & 1U);
      }
    }
  }

  // The keys of one row, all models: what ranks compare.
  template <class T>
  void FillRowKeys(const Block& block) const {
    Scratch& row = ScratchOf(block);
    row.keys.resize(models_.size());
    for (std::size_t k = 0; k < models_.size(); ++k) {
      if (models_[k].keep == Keep::kRanked) {
        row.keys[k].resize(block.count);
        DifferenceKeys(block.Of<T>(models_[k].input), block.Of<T>(base_), block.count,
                       row.keys[k].data());
      }
    }
  }

  template <class T>
  static void MaskByKey(const Model& model, const T* __restrict x, const T* __restrict base,
                        std::uint64_t first, std::size_t count, std::uint32_t* __restrict keep) {
    const Cut& low = model.searches[0]->cut();
    const Cut high = model.keep == Keep::kBand ? model.searches[1]->cut() : Cut::None();
    const std::optional<std::int32_t> above_low = low.KeysAbove(first);
    const std::optional<std::int32_t> above_high = high.KeysAbove(first);
    if (above_low.has_value() && above_high.has_value()) {
      const std::int32_t from = *above_low;
      const std::int32_t to = *above_high;
      for (std::size_t i = 0; i < count; ++i) {
        const auto key = static_cast<std::int32_t>(DifferenceKey(x[i], base[i]));
        keep[i] = (key > from ? ~0U : 0U) & (key > to ? 0U : ~0U);
      }
      return;
    }
    Masks keys;
    Masks too_high;
    DifferenceKeys(x, base, count, keys.data());
    low.Mask(first, keys.data(), count, keep);
    high.Mask(first, keys.data(), count, too_high.data());
    for (std::size_t i = 0; i < count; ++i) {
      keep[i] &= ~too_high[i];
    }
  }

  // keep[i] = all bits or none, for elements [first, first + count), which lie at `offset` in the
  // block.
  template <class T>
  void MaskOf(std::size_t k, const Block& block, std::size_t offset, std::uint64_t first,
              std::size_t count, std::uint32_t* __restrict keep) const {
    const Model& model = models_[k];
    switch (model.keep) {
      case Keep::kAll:
      case Keep::kNone:
        std::fill_n(keep, count, model.keep == Keep::kAll ? ~0U : 0U);
        break;
      case Keep::kCut:
      case Keep::kBand:
        MaskByKey(model, block.Of<T>(model.input) + offset, block.Of<T>(base_) + offset, first,
                  count, keep);
        break;
      case Keep::kRandom: {
        model.random.Fill(first, count, keep);
        // Integers below limit are integers of at most last; probability is above 0 and below 1.
        const auto last = static_cast<std::uint32_t>(std::ceil(model.probability * 0x1p32) - 1);
        for (std::size_t i = 0; i < count; ++i) {
          keep[i] = keep[i] <= last ? ~0U : 0U;
        }
        break;
      }
      case Keep::kRanked: {
        std::uint32_t* const bits = mask_bits_.empty() ? nullptr : RowBits(block, k) + offset / 32;
        if (bits != nullptr && !measuring_) {
          Unpack(bits, count, keep);
          break;
        }
        Masks random;
        model.random.Fill(first, count, random.data());
        RankedMask(model.ranked, ScratchOf(block).keys[k].data(), block.count, offset, count,
                   random.data(), keep);
        if (bits != nullptr) {
          Pack(keep, count, bits);
        }
        break;
      }
    }
  }

  TensorTask task_;
  GtaTraits traits_;
  std::size_t base_;
  std::uint64_t row_elems_;
  double lambda_;
  bool normalize_;
  bool rescale_;
  bool selecting_ = false;
  bool measuring_ = false;
  bool ranked_ = false;
  std::optional<Error> error_;
  double total_weight_ = 0;
  double weight_scale_ = 0;
  std::vector<Model> models_;
  std::vector<double> combination_;
  mutable std::vector<Scratch> scratch_;
  SegmentSums norms_{0, 1};
  FloatVotes float_votes_;
  mutable std::vector<std::uint32_t> mask_bits_;  // written while surveying, read by Emit
};

}  // namespace

std::unique_ptr<TensorMerge> StartGta(const TensorTask& task, GtaTraits traits) {
  return std::make_unique<GtaMerge>(task, traits);
}

}  // namespace fuseo1
