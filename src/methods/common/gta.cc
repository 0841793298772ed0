#include "methods/common/gta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "methods/common/keys.h"
#include "methods/common/lane_sum.h"
#include "methods/common/pair_sums.h"
#include "methods/common/task_vectors.h"
#include "methods/common/thinning.h"
#include "methods/common/vote.h"
#include "methods/common/vote_floats.h"
#include "methods/common/vote_pairs.h"

namespace fuseo1 {
namespace {

// A divisor this small beside the weights that cancel in it is zero up to rounding.
constexpr double kCancelled = 1e-12;
constexpr double kSmallestDivisor = 1e-8;
constexpr double kSmallestNorm = 1e-7;  // below, differences are not rescaled

struct Model {
  double weight = 0;
  double scale = 1;  // of the rescaling
  Thinning thinning;
};

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

class GtaMerge : public TensorMerge {
 public:
  GtaMerge(const TensorTask& task, GtaTraits traits)
      : task_(task),
        traits_(traits),
        base_(static_cast<std::size_t>(task.base)),
        lambda_(task.params->Get("lambda")),
        normalize_(task.params->GetBool("normalize")),
        scratch_(static_cast<std::size_t>(task.workers)) {
    for (const std::size_t input : ModelsOf(task)) {
      models_.push_back({.weight = task.params->Get("weight", input),
                         .thinning = Thinning(task, traits.sparsifier, input, base_)});
      const std::optional<Error>& error = models_.back().thinning.error();
      error_ = error_.has_value() ? error_ : error;
    }
    selecting_ = Any([](const Model& m) { return m.thinning.searching(); });
    by_rows_ = Any([](const Model& m) { return m.thinning.by_rows(); });
    const bool masked = Any([](const Model& m) { return m.thinning.masks(); });
    measuring_ = masked && task.params->GetBool("rescale");
    EqualWeightsAreOnes();
    for (const Model& model : models_) {
      total_weight_ += model.weight;
      weight_scale_ += std::abs(model.weight);
    }
    if (measuring_) {
      norms_ = SegmentSums(task.elems, 2 * models_.size());
      for (Model& model : models_) {
        model.thinning.RememberMasks(task.kept_bytes / models_.size());
      }
    }
    if (!traits.consensus && !masked) {
      Combine(task.input_count);
    }
    PrepareFloats();
  }

  std::uint64_t BlockElems() const override { return by_rows_ ? task_.RowElems() : kBlockElems; }
  bool TakesFloats() const override { return true; }
  std::uint64_t KeptBytes() const override {
    std::uint64_t bytes = 0;
    for (const Model& model : models_) {
      bytes += model.thinning.remembered_bytes();
    }
    return bytes;
  }
  bool WantsSurvey() const override { return selecting_ || measuring_ || error_.has_value(); }
  std::span<const double> Combination() const override { return combination_; }

  std::vector<ElemRun> SurveyRuns() const override {
    std::vector<ElemRun> runs;
    for (const Model& model : models_) {
      for (const auto& search : model.thinning.searches()) {
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
    if (!block.pairs.empty()) {
      return SurveyPairs(block);
    }
    block.WithType([&]<class T>() { SurveyOf<T>(block); });
  }

  Status FinishSurvey() override {
    if (error_.has_value()) {
      return *error_;
    }
    if (selecting_) {
      for (Model& model : models_) {
        model.thinning.FinishSurvey();
      }
      selecting_ = Any([](const Model& m) { return m.thinning.searching(); });
      return {};
    }
    measuring_ = false;
    for (std::size_t k = 0; k < models_.size(); ++k) {
      models_[k].thinning.UseMemory();
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

  bool TakesPairs() const override {
    return !error_.has_value() && (WantsSurvey() || pair_votes_.possible());
  }
  bool EmitPairs(const Block& block, std::byte* out) const override {
    Scratch& scratch = scratch_[static_cast<std::size_t>(block.worker)];
    scratch.half_masks.resize(models_.size());
    std::array<PairVoter, kMaxFloatVoters> voters;
    StartPairs(block);
    bool nonfinite = false;
    ForPieces(block, [&](const Piece& piece) {
      const std::size_t bytes = piece.offset * sizeof(std::uint16_t);
      bool by_key = true;
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const std::optional<KeptKeys> kept = models_[k].thinning.Keys(piece);
        voters[k] = {.x = block.pairs[models_[k].thinning.input()] + bytes,
                     .above = kept.value_or(KeptKeys{}).above,
                     .up_to = kept.value_or(KeptKeys{}).up_to,
                     .masks = scratch.half_masks[k].data()};
        by_key = by_key && kept.has_value();
      }
      for (std::size_t k = 0; !by_key && k < models_.size(); ++k) {
        models_[k].thinning.MaskPairs(block, piece, scratch.half_masks[k]);
      }
      const std::span<const PairVoter> all(voters.data(), models_.size());
      const std::byte* const base = block.pairs[base_] + bytes;
      const auto merge = [&]<PairKeep kKeep>() {
        return pair_votes_.Merge<kKeep, Votes::kFactored>(all, base, piece.count, out + bytes);
      };
      if (!by_key) {
        nonfinite |= merge.operator()<PairKeep::kMasks>();
      } else if (traits_.sparsifier == Sparsifier::kOutliers) {
        nonfinite |= merge.operator()<PairKeep::kBand>();
      } else {
        nonfinite |= merge.operator()<PairKeep::kAbove>();
      }
    });
    return nonfinite;
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
  template <class Test>
  bool Any(Test test) const {
    return std::any_of(models_.begin(), models_.end(), test);
  }

  // In a mean over those who voted they cancel; of ones, the quotient's terms are exact.
  void EqualWeightsAreOnes() {
    const double weight = models_.empty() ? 0 : models_.front().weight;
    if (traits_.consensus && normalize_ && weight > 0 &&
        !Any([=](const Model& m) { return m.weight != weight; })) {
      for (Model& model : models_) {
        model.weight = 1;
      }
    }
  }

  // Without a vote and a mask the result is a combination of the inputs.
  void Combine(std::size_t input_count) {
    const double factor = lambda_ / LinearDivisor();
    combination_.assign(input_count, 0);
    double rest = 1;
    for (const Model& model : models_) {
      const double share = model.thinning.keeps_all() ? model.weight * factor : 0;
      combination_[model.thinning.input()] = share;
      rest -= share;
    }
    combination_[base_] = rest;
  }

  double LinearDivisor() const {
    return normalize_ && std::abs(total_weight_) >= kSmallestDivisor ? total_weight_ : 1;
  }

  // What one worker needs, grown on demand.
  struct Scratch {
    std::vector<Masks> masks;  // per model, of a piece
    std::vector<HalfMasks> half_masks;
    std::tuple<std::vector<Voter<float>>, std::vector<Voter<double>>> voters;
  };

  // Calls body(piece) for runs of up to kBlockElems elements.
  template <class Body>
  void ForPieces(const Block& block, Body body) const {
    for (std::size_t offset = 0; offset < block.count; offset += kBlockElems) {
      body(Piece{offset, block.first + offset, std::min(kBlockElems, block.count - offset)});
    }
  }

  // Room for masks, and what they need.
  template <class T>
  Scratch& StartMasks(const Block& block) const {
    Scratch& scratch = scratch_[static_cast<std::size_t>(block.worker)];
    scratch.masks.resize(models_.size());
    for (const Model& model : models_) {
      model.thinning.template Start<T>(block);
    }
    return scratch;
  }

  void SurveyPairs(const Block& block) {
    if (!selecting_) {
      return AddNormsOfPairs(block);
    }
    ForPieces(block, [&](const Piece& piece) {
      for (Model& model : models_) {
        if (model.thinning.masks() && model.thinning.searching()) {
          model.thinning.SurveyPairs(block, piece);
        }
      }
    });
  }

  void AddNormsOfPairs(const Block& block) {
    StartPairs(block);
    HalfMasks keep;
    ForPieces(block, [&](const Piece& piece) {
      const std::size_t bytes = piece.offset * sizeof(std::uint16_t);
      const std::byte* const base = block.pairs[base_] + bytes;
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const Thinning& thinning = models_[k].thinning;
        if (!thinning.masks()) {
          continue;
        }
        const std::byte* const x = block.pairs[thinning.input()] + bytes;
        thinning.MaskPairs(block, piece, keep);
        const PairNorms sums = NormsOfPairs(x, base, keep.data(), piece.count);
        double* const norms = norms_.At(block) + 2 * k;
        norms[0] += sums.all;
        norms[1] += sums.kept;
      }
    });
  }

  void StartPairs(const Block& block) const {
    for (const Model& model : models_) {
      model.thinning.StartPairs(block);
    }
  }

  template <class T>
  void SurveyOf(const Block& block) {
    Scratch& scratch = StartMasks<T>(block);
    ForPieces(block, [&](const Piece& piece) {
      for (std::size_t k = 0; k < models_.size(); ++k) {
        Thinning& thinning = models_[k].thinning;
        if (!thinning.masks() || (selecting_ && !thinning.searching())) {
          continue;
        }
        const T* const x = block.Of<T>(thinning.input()) + piece.offset;
        const T* const base = block.Of<T>(base_) + piece.offset;
        if (selecting_) {
          Masks keys;
          DifferenceKeys(x, base, piece.count, keys.data());
          thinning.Survey(keys.data(), piece, block.worker);
          continue;
        }
        Masks& keep = scratch.masks[k];
        thinning.Mask<T>(block, piece, keep.data());
        AddNorms(x, base, keep.data(), piece.count, norms_.At(block) + 2 * k);
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
    Scratch& scratch = StartMasks<T>(block);
    std::vector<Voter<T>>& voters = std::get<std::vector<Voter<T>>>(scratch.voters);
    voters.resize(models_.size());
    ForPieces(block, [&](const Piece& piece) {
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const Model& model = models_[k];
        const Thinning& thinning = model.thinning;
        voters[k] = {.x = block.Of<T>(thinning.input()) + piece.offset,
                     .keep = thinning.keeps_none() ? kKeepNone.data() : kKeepAll.data(),
                     .factor = model.weight * model.scale,
                     .weight = model.weight};
        if (thinning.masks()) {
          thinning.Mask<T>(block, piece, scratch.masks[k].data());
          voters[k].keep = scratch.masks[k].data();
        }
      }
      use(voters, block.Of<T>(base_) + piece.offset, piece.offset, piece.count);
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
    pair_votes_ = PairVotes(task_, traits_.consensus, Votes::kFactored, factors, weights, End());
  }

  TensorTask task_;
  GtaTraits traits_;
  std::size_t base_;
  double lambda_;
  bool normalize_;
  bool selecting_ = false;  // surveys look for thresholds
  bool measuring_ = false;  // a survey adds up norms
  bool by_rows_ = false;
  std::optional<Error> error_;
  double total_weight_ = 0;
  double weight_scale_ = 0;
  std::vector<Model> models_;
  std::vector<double> combination_;
  mutable std::vector<Scratch> scratch_;  // [workers]
  SegmentSums norms_{0, 1};
  FloatVotes float_votes_;
  PairVotes pair_votes_;
};

}  // namespace

std::unique_ptr<TensorMerge> StartGta(const TensorTask& task, GtaTraits traits) {
  return std::make_unique<GtaMerge>(task, traits);
}

}  // namespace fuseo1
