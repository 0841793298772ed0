// Which elements of one model's difference from the base stay: all, none, the largest, those
// between two ranks, or some at random. Thresholds are found in surveys; masks follow.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "methods/common/bit_masks.h"
#include "methods/common/gta.h"
#include "methods/common/keys.h"
#include "methods/common/packed_masks.h"
#include "methods/common/pairs.h"
#include "methods/common/random.h"
#include "methods/common/ranked_keep.h"
#include "methods/common/selection.h"
#include "methods/method.h"

namespace fuseo1 {

// A piece of a block: elements [first, first + count), which lie at `offset` in it. At most
// kBlockElems.
struct Piece {
  std::size_t offset = 0;
  std::uint64_t first = 0;
  std::size_t count = 0;
};

// Keys that stay, as signed integers.
struct KeptKeys {
  std::int32_t above = -1;
  std::int32_t up_to = std::numeric_limits<std::int32_t>::max();
};

// Threads as for TensorMerge: Start and Mask work in memory of their own for each worker.
class Thinning {
 public:
  // Of input `input`, whose difference is taken from input `base`.
  Thinning(const TensorTask& task, Sparsifier sparsifier, std::size_t input, std::size_t base);

  std::size_t input() const { return input_; }
  bool keeps_all() const { return keep_ == Keep::kAll; }
  bool keeps_none() const { return keep_ == Keep::kNone; }
  bool masks() const { return keep_ > Keep::kNone; }
  // Blocks must be whole rows.
  bool by_rows() const { return keep_ == Keep::kRanked; }
  // What is wrong with the parameters.
  const std::optional<Error>& error() const { return error_; }

  // While it is searching, it wants to see the keys of the pieces of these runs, or of all.
  bool searching() const;
  const std::vector<std::unique_ptr<RankSearch>>& searches() const { return searches_; }
  void Survey(const std::uint32_t* keys, const Piece& piece, int worker);
  // The same of blocks of pairs.
  void SurveyPairs(const Block& block, const Piece& piece);
  void FinishSurvey();

  // Masks that are drawn are remembered from their first computation on, one bit an element, if
  // they take at most this. Before the first Start.
  void RememberMasks(std::uint64_t most_bytes);
  std::uint64_t remembered_bytes() const { return remembered_bytes_; }
  // Remembered masks are complete.
  void UseMemory() { remembering_ = false; }

  // Before the masks of a block.
  template <class T>
  void Start(const Block& block) const {
    StartRow(block, [&](std::uint32_t* keys) {
      DifferenceKeys(block.Of<T>(input_), block.Of<T>(base_), block.count, keys);
    });
  }
  void StartPairs(const Block& block) const {
    StartRow(block, [&](std::uint32_t* keys) {
      DifferenceKeysOfPairs(block.pairs[input_], block.pairs[base_], block.count, keys);
    });
  }

  // What stays of a piece; nullopt: only Mask tells.
  std::optional<KeptKeys> Keys(const Piece& piece) const;

  // keep[i] = all bits or none, for the piece's elements.
  template <class T>
  void Mask(const Block& block, const Piece& piece, std::uint32_t* keep) const {
    switch (keep_) {
      case Keep::kAll:
      case Keep::kNone:
        std::fill_n(keep, piece.count, keeps_all() ? ~0U : 0U);
        break;
      case Keep::kCut:
      case Keep::kBand:
        MaskByKey(block.Of<T>(input_) + piece.offset, block.Of<T>(base_) + piece.offset, piece,
                  keep);
        break;
      case Keep::kRandom:
      case Keep::kRanked: {
        HalfMasks halves;
        MaskDrawn(block, piece, halves);
        WidenMasks(halves.data(), piece.count, keep);
        break;
      }
    }
  }
  // The same of blocks of pairs.
  void MaskPairs(const Block& block, const Piece& piece, HalfMasks& keep) const;

 private:
  enum class Keep : std::uint8_t { kAll, kNone, kCut, kBand, kRandom, kRanked };

  template <class T>
  void MaskByKey(const T* __restrict x, const T* __restrict base, const Piece& piece,
                 std::uint32_t* __restrict keep) const {
    if (const std::optional<KeptKeys> kept = Keys(piece)) {
      const auto [above, up_to] = *kept;
      for (std::size_t i = 0; i < piece.count; ++i) {
        const auto key = static_cast<std::int32_t>(DifferenceKey(x[i], base[i]));
        keep[i] = (key > above ? ~0U : 0U) & (key > up_to ? 0U : ~0U);
      }
      return;
    }
    Masks keys;
    DifferenceKeys(x, base, piece.count, keys.data());
    MaskKeys(keys.data(), piece, keep);
  }

  void MaskKeys(const std::uint32_t* keys, const Piece& piece, std::uint32_t* keep) const;
  // kRandom and kRanked: drawn, or remembered.
  void MaskDrawn(const Block& block, const Piece& piece, HalfMasks& keep) const;
  void MaskAtRandom(const Piece& piece, std::uint32_t* keep) const;
  void MaskRow(const Block& block, const Piece& piece, std::uint32_t* keep) const;
  std::uint64_t RowOf(const Block& block) const { return block.first / row_elems_; }
  // Calls fill(keys) where the keys of the block's row are needed.
  template <class Fill>
  void StartRow(const Block& block, Fill fill) const {
    if (!by_rows() || !(remembering_ || bits_ == nullptr)) {
      return;
    }
    std::vector<std::uint32_t>& keys = row_keys_[static_cast<std::size_t>(block.worker)];
    keys.resize(KeysOfRow(block.count));
    fill(keys.data());
    CloseRow(keys.data(), block.count);
  }

  std::size_t input_;
  std::size_t base_;
  std::uint64_t elems_;
  std::uint64_t row_elems_;
  Keep keep_ = Keep::kAll;
  std::optional<Error> error_;
  std::array<std::uint64_t, 2> ranks_ = {};  // kCut: {kept}; kBand: {kept and above, above}
  std::vector<std::unique_ptr<RankSearch>> searches_;  // one a rank
  ElementRandom random_;
  ElementRandom picks_;                                       // kRanked, with random_
  RankedKeep share_;                                          // to keep at random
  mutable std::vector<std::vector<std::uint32_t>> row_keys_;  // [workers]
  // kRanked: [rows][PackedHalves]; kRandom: [PackedHalves]; or null. Memory that is not written to
  // before it is needed takes none.
  std::unique_ptr<std::uint16_t[]> bits_;
  std::uint64_t remembered_bytes_ = 0;
  bool remembering_ = false;
};

}  // namespace fuseo1
