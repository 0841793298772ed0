#include "methods/common/thinning.h"

#include <cmath>

namespace fuseo1 {
namespace {

// Numbers for what an element is compared with, beside those of the element itself.
constexpr std::uint64_t kPickStream = 1;

std::uint64_t ShareOf(double share, std::uint64_t elems) {
  const double count = share * static_cast<double>(elems);
  return count <= 0 ? 0 : std::min(elems, static_cast<std::uint64_t>(std::min(count, 0x1p63)));
}

}  // namespace

Thinning::Thinning(const TensorTask& task, Sparsifier sparsifier, std::size_t input,
                   std::size_t base)
    : input_(input),
      base_(base),
      elems_(task.elems),
      row_elems_(task.RowElems()),
      random_(task.seed, task.name, input),
      picks_(task.seed, task.name, input, kPickStream),
      row_keys_(static_cast<std::size_t>(task.workers)) {
  const Params& params = *task.params;
  const double density = params.Get("density", input);
  if (sparsifier == Sparsifier::kNone || density >= 1 || task.elems == 0) {
    return;
  }
  if (!(density > 0)) {
    keep_ = Keep::kNone;
    return;
  }
  const std::uint64_t target = ShareOf(density, task.elems);
  share_.density = density;
  int ranks = 0;
  switch (sparsifier) {
    case Sparsifier::kNone:
      break;
    case Sparsifier::kMagnitude:
      keep_ = Keep::kCut;
      ranks = 1;
      ranks_[0] = std::max<std::uint64_t>(1, target);
      break;
    case Sparsifier::kOutliers:
      keep_ = Keep::kBand;
      ranks = 2;
      ranks_[1] = std::min(ShareOf(params.Get("gamma", input), task.elems),
                           task.elems - target);  // fewer go where density asks for more
      ranks_[0] = ranks_[1] + target;
      break;
    case Sparsifier::kRandom:
      keep_ = Keep::kRandom;
      break;
    case Sparsifier::kRanked:
      share_.epsilon = params.Get("epsilon", input);
      error_ = EpsilonError(task, density, share_.epsilon);
      keep_ = row_elems_ > 1 ? Keep::kRanked : Keep::kRandom;
      break;
  }
  for (int r = 0; r < ranks; ++r) {
    searches_.push_back(std::make_unique<RankSearch>(task.elems, task.workers));
  }
}

bool Thinning::searching() const {
  return std::any_of(searches_.begin(), searches_.end(),
                     [](const auto& search) { return !search->done(); });
}

void Thinning::Survey(const std::uint32_t* keys, const Piece& piece, int worker) {
  for (const auto& search : searches_) {
    search->Survey(keys, {.first = piece.first, .count = piece.count, .worker = worker});
  }
}

void Thinning::SurveyPairs(const Block& block, const Piece& piece) {
  const std::size_t bytes = piece.offset * sizeof(std::uint16_t);
  for (const auto& search : searches_) {
    search->SurveyPairs(block.pairs[input_] + bytes, block.pairs[base_] + bytes,
                        {.first = piece.first, .count = piece.count, .worker = block.worker});
  }
}

void Thinning::FinishSurvey() {
  for (std::size_t r = 0; r < searches_.size(); ++r) {
    searches_[r]->FinishSurvey(ranks_[r]);
  }
}

void Thinning::RememberMasks(std::uint64_t most_bytes) {
  const std::uint64_t halves =
      by_rows() ? elems_ / row_elems_ * PackedHalves(row_elems_) : PackedHalves(elems_);
  if (keep_ >= Keep::kRandom && halves * sizeof(bits_[0]) <= most_bytes) {
    bits_ = std::make_unique_for_overwrite<std::uint16_t[]>(halves);
    remembered_bytes_ = halves * sizeof(bits_[0]);
    remembering_ = true;
  }
}

std::optional<KeptKeys> Thinning::Keys(const Piece& piece) const {
  const auto kept = [&](const Cut& low, const Cut& high) -> std::optional<KeptKeys> {
    const std::optional<std::int32_t> above = low.KeysAbove(piece.first);
    const std::optional<std::int32_t> up_to = high.KeysAbove(piece.first);
    if (above.has_value() && up_to.has_value()) {
      return KeptKeys{.above = *above, .up_to = *up_to};
    }
    return std::nullopt;
  };
  switch (keep_) {
    case Keep::kAll:
      return kept(Cut::All(), Cut::None());
    case Keep::kNone:
      return kept(Cut::None(), Cut::None());
    case Keep::kCut:
      return kept(searches_[0]->cut(), Cut::None());
    case Keep::kBand:
      return kept(searches_[0]->cut(), searches_[1]->cut());
    case Keep::kRandom:
    case Keep::kRanked:
      break;
  }
  return std::nullopt;
}

void Thinning::MaskPairs(const Block& block, const Piece& piece, HalfMasks& keep) const {
  Masks masks;
  switch (keep_) {
    case Keep::kAll:
    case Keep::kNone:
      masks.fill(keeps_all() ? ~0U : 0U);
      break;
    case Keep::kCut:
    case Keep::kBand: {
      const std::size_t bytes = piece.offset * sizeof(std::uint16_t);
      Masks keys;
      DifferenceKeysOfPairs(block.pairs[input_] + bytes, block.pairs[base_] + bytes, piece.count,
                            keys.data());
      MaskKeys(keys.data(), piece, masks.data());
      break;
    }
    case Keep::kRandom:
    case Keep::kRanked:
      return MaskDrawn(block, piece, keep);
  }
  NarrowMasks(masks.data(), piece.count, keep.data());
}

void Thinning::MaskKeys(const std::uint32_t* keys, const Piece& piece,
                        std::uint32_t* __restrict keep) const {
  searches_[0]->cut().Mask(piece.first, keys, piece.count, keep);
  if (keep_ != Keep::kBand) {
    return;
  }
  Masks too_high;
  searches_[1]->cut().Mask(piece.first, keys, piece.count, too_high.data());
  const std::uint32_t* const go = too_high.data();
  for (std::size_t i = 0; i < piece.count; ++i) {
    keep[i] &= ~go[i];
  }
}

void Thinning::MaskDrawn(const Block& block, const Piece& piece, HalfMasks& keep) const {
  std::uint16_t* bits = nullptr;
  if (bits_ != nullptr) {
    const std::uint64_t at =
        by_rows() ? RowOf(block) * PackedHalves(row_elems_) + PackedHalves(piece.offset)
                  : PackedHalves(piece.first);
    bits = &bits_[at];
    if (!remembering_) {
      return UnpackMasks(bits, piece.count, keep);
    }
  }
  Masks masks;
  by_rows() ? MaskRow(block, piece, masks.data()) : MaskAtRandom(piece, masks.data());
  NarrowMasks(masks.data(), piece.count, keep.data());
  if (bits != nullptr) {
    PackMasks(keep, piece.count, bits);
  }
}

void Thinning::MaskAtRandom(const Piece& piece, std::uint32_t* __restrict keep) const {
  random_.Fill(piece.first, piece.count, keep);
  // Integers below limit are integers of at most last; density is above 0 and below 1.
  const auto last = static_cast<std::uint32_t>(std::ceil(share_.density * 0x1p32) - 1);
  for (std::size_t i = 0; i < piece.count; ++i) {
    keep[i] = keep[i] <= last ? ~0U : 0U;
  }
}

void Thinning::MaskRow(const Block& block, const Piece& piece, std::uint32_t* keep) const {
  Masks random;
  random_.Fill(piece.first, piece.count, random.data());
  std::array<std::uint32_t, PicksOf(kBlockElems)> picks;
  picks_.Fill(RowOf(block) * PicksOf(row_elems_) + PicksOf(piece.offset), PicksOf(piece.count),
              picks.data());
  RankedMask(share_, row_keys_[static_cast<std::size_t>(block.worker)].data(), block.count,
             piece.offset, piece.count, random.data(), picks.data(), keep);
}

}  // namespace fuseo1
