#include "methods/common/gta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "methods/common/lane_sum.h"
#include "methods/common/random.h"
#include "methods/common/row_ranks.h"
#include "methods/common/selection.h"
#include "methods/common/task_vectors.h"
#include "methods/common/vote.h"

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
  std::unique_ptr<RankSearch> search;
  double probability = 0;  // kRandom
  RankedKeep ranked;
  ElementRandom random;
};

using Piece = std::array<double, kBlockElems>;

std::uint64_t ShareOf(double share, std::uint64_t elems) {
  const double count = share * static_cast<double>(elems);
  return count <= 0 ? 0 : std::min(elems, static_cast<std::uint64_t>(std::min(count, 0x1p63)));
}

class GtaMerge : public TensorMerge {
 public:
  GtaMerge(const TensorTask& task, GtaTraits traits)
      : traits_(traits),
        base_(static_cast<std::size_t>(task.base)),
        row_elems_(task.RowElems()),
        lambda_(task.params->Get("lambda")),
        normalize_(task.params->GetBool("normalize")),
        rescale_(traits.sparsifier != Sparsifier::kNone && task.params->GetBool("rescale")),
        scratch_(task.workers, 0) {
    for (const std::size_t input : ModelsOf(task)) {
      models_.push_back(MakeModel(task, input));
    }
    const auto any = [&](auto test) { return std::any_of(models_.begin(), models_.end(), test); };
    selecting_ = any([](const Model& m) { return m.search != nullptr; });
    ranked_ = any([](const Model& m) { return m.keep == Keep::kRanked; });
    measuring_ = rescale_ && any([](const Model& m) { return m.keep > Keep::kNone; });
    for (const Model& model : models_) {
      total_weight_ += model.weight;
      weight_scale_ += std::abs(model.weight);
    }
    const std::size_t row_bytes = ranked_ ? row_elems_ * models_.size() : 0;
    scratch_ = WorkerScratch(task.workers, models_.size() * kBlockElems + (row_bytes + 7) / 8);
    if (measuring_) {
      norms_ = SegmentSums(task.elems, 2 * models_.size());
    }
    if (ranked_) {
      rows_.resize(static_cast<std::size_t>(task.workers));
      const std::uint64_t words =
          task.elems / row_elems_ * ((row_elems_ + 31) / 32) * models_.size();
      if (measuring_ && words * sizeof(std::uint32_t) <= kMaskBytes) {
        mask_bits_.resize(words);
      }
    }
    if (!traits.consensus && !any([](const Model& m) { return m.keep > Keep::kNone; })) {
      Combine(task.input_count);
    }
  }

  std::uint64_t BlockElems() const override { return ranked_ ? row_elems_ : kBlockElems; }
  bool WantsSurvey() const override { return selecting_ || measuring_ || error_.has_value(); }
  std::span<const double> Combination() const override { return combination_; }

  void Survey(const Block& block) override {
    if (error_.has_value()) {
      return;
    }
    if (ranked_) {
      MaskRow(block);
    }
    double* const norms = selecting_ ? nullptr : norms_.At(block);
    ForPieces(block, [&](const Block& piece, std::size_t offset) {
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const Model& model = models_[k];
        if (model.keep <= Keep::kNone || (selecting_ && model.search->done())) {
          continue;
        }
        Piece magnitude;
        Magnitudes(model, piece, magnitude.data());
        if (selecting_) {
          model.search->Survey(magnitude.data(), piece);
          continue;
        }
        Piece keep;
        MaskOf(k, block, piece, offset, magnitude.data(), keep.data());
        const double* const m = magnitude.data();
        const double* const kept = keep.data();
        norms[2 * k] += LaneSum(piece.count, [=](std::size_t i) { return m[i]; });
        norms[2 * k + 1] += LaneSum(piece.count, [=](std::size_t i) { return m[i] * kept[i]; });
      }
    });
  }

  Status FinishSurvey() override {
    if (error_.has_value()) {
      return *error_;
    }
    if (selecting_) {
      selecting_ = false;
      for (Model& model : models_) {
        if (model.search != nullptr && !model.search->done()) {
          model.search->FinishSurvey(
              std::span(model.ranks).first(model.keep == Keep::kBand ? 2 : 1));
          selecting_ = selecting_ || !model.search->done();
        }
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
    return {};
  }

  void Emit(const Block& block, double* out) const override {
    if (ranked_ && mask_bits_.empty()) {
      MaskRow(block);
    }
    ForPieces(block, [&](const Block& piece, std::size_t offset) {
      EmitPiece(block, piece, offset, out + offset);
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
    if (model.keep == Keep::kCut || model.keep == Keep::kBand) {
      model.search = std::make_unique<RankSearch>(task.elems, task.workers);
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

  // Calls body(piece, offset of the piece in the block) for runs of up to kBlockElems elements.
  template <class Body>
  void ForPieces(const Block& block, Body body) const {
    if (block.count <= kBlockElems) {
      body(block, 0);
      return;
    }
    std::vector<const double*> inputs(block.inputs.size());
    for (std::size_t offset = 0; offset < block.count; offset += kBlockElems) {
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        inputs[k] = block.inputs[k] + offset;
      }
      body(Block{.first = block.first + offset,
                 .count = std::min(kBlockElems, block.count - offset),
                 .inputs = inputs,
                 .worker = block.worker},
           offset);
    }
  }

  void Magnitudes(const Model& model, const Block& piece, double* __restrict out) const {
    const double* __restrict x = piece.inputs[model.input];
    const double* __restrict b = piece.inputs[base_];
    for (std::size_t i = 0; i < piece.count; ++i) {
      out[i] = std::abs(x[i] - b[i]);
    }
  }

  // The masks of a row are kept from the survey for Emit where they are not too large: one bit an
  // element and model.
  std::uint32_t* RowBits(const Block& block, std::size_t k) const {
    const std::size_t words = (row_elems_ + 31) / 32;
    return mask_bits_.data() + (block.first / row_elems_ * models_.size() + k) * words;
  }

  static void Pack(const std::uint8_t* keep, std::size_t count, std::uint32_t* bits) {
    for (std::size_t i = 0; i < count; i += 32) {
      std::uint32_t word = 0;
      for (std::size_t j = 0; j < std::min<std::size_t>(32, count - i); ++j) {
        word |= static_cast<std::uint32_t>(keep[i + j]) << j;
      }
      bits[i / 32] = word;
    }
  }

  static void Unpack(const std::uint32_t* bits, std::size_t count, double* __restrict keep) {
    for (std::size_t i = 0; i < count; i += 32) {
      const std::uint32_t word = bits[i / 32];
      for (std::uint32_t j = 0; j < std::min<std::size_t>(32, count - i); ++j) {
        keep[i + j] = static_cast<int>((word >> j) & 1U);
      }
    }
  }

  std::uint8_t* RowMasks(int worker) const {
    double* const scratch = scratch_.Of(worker);
    return reinterpret_cast<std::uint8_t*>(scratch + models_.size() * kBlockElems);
  }

  // The masks of one row, all models.
  void MaskRow(const Block& block) const {
    Row& row = rows_[static_cast<std::size_t>(block.worker)];
    row.magnitudes.resize(block.count);
    row.keys.resize(block.count);
    row.random.resize(block.count);
    for (std::size_t k = 0; k < models_.size(); ++k) {
      const Model& model = models_[k];
      if (model.keep == Keep::kRanked) {
        Magnitudes(model, block, row.magnitudes.data());
        MagnitudeKeys(row.magnitudes.data(), block.count, row.keys.data());
        model.random.Fill(block.first, block.count, row.random.data());
        row.ranks.Mask(model.ranked, row.keys.data(), row.random.data(), block.count,
                       RowMasks(block.worker) + k * row_elems_);
        if (!mask_bits_.empty()) {
          Pack(RowMasks(block.worker) + k * row_elems_, block.count, RowBits(block, k));
        }
      }
    }
  }

  // keep[i] = 1 or 0. `offset`: of the piece in the row.
  void MaskOf(std::size_t k, const Block& block, const Block& piece, std::size_t offset,
              const double* magnitude, double* __restrict keep) const {
    const Model& model = models_[k];
    switch (model.keep) {
      case Keep::kAll:
      case Keep::kNone:
        std::fill_n(keep, piece.count, model.keep == Keep::kAll ? 1.0 : 0.0);
        break;
      case Keep::kCut:
        model.search->cut(0).Mask(piece.first, magnitude, piece.count, keep);
        break;
      case Keep::kBand: {
        Piece outliers;
        model.search->cut(0).Mask(piece.first, magnitude, piece.count, keep);
        model.search->cut(1).Mask(piece.first, magnitude, piece.count, outliers.data());
        const double* __restrict above = outliers.data();
        for (std::size_t i = 0; i < piece.count; ++i) {
          keep[i] -= above[i];
        }
        break;
      }
      case Keep::kRandom: {
        std::array<std::uint32_t, kBlockElems> numbers;
        model.random.Fill(piece.first, piece.count, numbers.data());
        // Integers below limit are integers of at most last; probability is above 0 and below 1.
        const auto last = static_cast<std::uint32_t>(std::ceil(model.probability * 0x1p32) - 1);
        const std::uint32_t* __restrict random = numbers.data();
        for (std::size_t i = 0; i < piece.count; ++i) {
          keep[i] = random[i] <= last ? 1.0 : 0.0;
        }
        break;
      }
      case Keep::kRanked: {
        if (!mask_bits_.empty() && !measuring_) {
          Unpack(RowBits(block, k) + offset / 32, piece.count, keep);
          break;
        }
        const std::uint8_t* __restrict mask = RowMasks(block.worker) + k * row_elems_ + offset;
        for (std::size_t i = 0; i < piece.count; ++i) {
          keep[i] = mask[i];
        }
        break;
      }
    }
  }

  // out[i] = ω, and adds it to `balance`.
  void Weigh(std::size_t k, const Block& block, const Block& piece, std::size_t offset,
             double* __restrict out, double* __restrict balance) const {
    const Model& model = models_[k];
    const double* __restrict x = piece.inputs[model.input];
    const double* __restrict b = piece.inputs[base_];
    const double factor = model.weight * model.scale;
    if (model.keep == Keep::kAll) {
      for (std::size_t i = 0; i < piece.count; ++i) {
        out[i] = factor * (x[i] - b[i]);
        balance[i] += out[i];
      }
      return;
    }
    Piece magnitudes;
    Piece mask;
    Magnitudes(model, piece, magnitudes.data());
    MaskOf(k, block, piece, offset, magnitudes.data(), mask.data());
    const double* __restrict keep = mask.data();
    for (std::size_t i = 0; i < piece.count; ++i) {
      out[i] = ZeroUnless(keep[i] > 0, factor * (x[i] - b[i]));
      balance[i] += out[i];
    }
  }

  void EmitPiece(const Block& block, const Block& piece, std::size_t offset,
                 double* __restrict out) const {
    double* const weighed = scratch_.Of(block.worker);
    const double* __restrict b = piece.inputs[base_];
    Piece balances{};
    double* __restrict balance = balances.data();
    for (std::size_t k = 0; k < models_.size(); ++k) {
      Weigh(k, block, piece, offset, weighed + k * kBlockElems, balance);
    }
    if (!traits_.consensus) {
      const double factor = lambda_ / LinearDivisor();
      for (std::size_t i = 0; i < piece.count; ++i) {
        out[i] = b[i] + balance[i] * factor;
      }
      return;
    }
    Piece numerators{};
    Piece divisors{};
    double* __restrict numerator = numerators.data();
    double* __restrict divisor = divisors.data();
    for (std::size_t k = 0; k < models_.size(); ++k) {
      CountVotes(weighed + k * kBlockElems, 1, models_[k].weight, balance, numerator, divisor,
                 piece.count);
    }
    const double lambda = lambda_;
    if (!normalize_) {
      for (std::size_t i = 0; i < piece.count; ++i) {
        out[i] = b[i] + lambda * numerator[i];
      }
      return;
    }
    const double zero = kCancelled * weight_scale_;
    for (std::size_t i = 0; i < piece.count; ++i) {
      const double by = std::abs(divisor[i]) <= zero ? 1.0 : divisor[i];
      out[i] = b[i] + lambda * (numerator[i] / by);
    }
  }

  struct Row {
    std::vector<double> magnitudes;
    std::vector<std::uint32_t> keys;
    std::vector<std::uint32_t> random;
    RowRanks ranks;
  };

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
  WorkerScratch scratch_;
  SegmentSums norms_{0, 1};
  mutable std::vector<Row> rows_;
  mutable std::vector<std::uint32_t> mask_bits_;  // written while surveying, read by Emit
};

}  // namespace

std::unique_ptr<TensorMerge> StartGta(const TensorTask& task, GtaTraits traits) {
  return std::make_unique<GtaMerge>(task, traits);
}

}  // namespace fuseo1
