// The k largest magnitudes of a tensor, found without sorting and without keeping the tensor.
//
// Magnitudes are compared after rounding to float, whose bits are ordered like the numbers; among
// equal ones the lower index is the larger. A first survey counts the upper 15 bits of the keys. A
// second one looks into the one bin that the threshold falls into: keys with 16 zero bits below
// (differences of bf16 numbers mostly are) are counted per cell, others are listed. Where the lists
// would grow too long, two more surveys count instead. A short tensor keeps its keys: one survey.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "methods/method.h"

namespace fuseo1 {

// Keys of magnitudes (>= 0 or NaN): all NaN are one key above infinity.
void MagnitudeKeys(const double* magnitudes, std::size_t count, std::uint32_t* keys);

// The elements among the `rank` largest, as a test of a block of magnitudes. Immutable; any thread.
class Cut {
 public:
  static Cut None() { return Cut(Kind::kNone); }
  static Cut All() { return Cut(Kind::kAll); }
  // Keys above `key` stay; of the equal ones all in cells before `cell`, and the first
  // `rank_in_cell` in that cell.
  static Cut At(std::uint32_t key, std::uint64_t cell, std::size_t rank_in_cell);

  // keep[i] = 1 where element first + i stays, else 0. `first` is a multiple of kBlockElems.
  void Mask(std::uint64_t first, const double* magnitudes, std::size_t count, double* keep) const;

  bool keeps_all() const { return kind_ == Kind::kAll; }
  bool keeps_none() const { return kind_ == Kind::kNone; }

 private:
  enum class Kind : std::uint8_t { kNone, kAll, kKey };
  explicit Cut(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::uint32_t key_ = 0;
  std::uint64_t cell_ = 0;
  std::size_t rank_in_cell_ = 0;
  double bound_ = 0;        // magnitudes whose key is at least key_ are not below it
  double bound_above_ = 0;  // the same of key_ + 1
};

struct SelectionLimits {
  std::uint64_t short_elems = 65536;       // up to here all keys are kept
  std::uint64_t listed_entries = 1 << 20;  // 4 bytes each, of one cut
};

// Finds the cuts of one stream of magnitudes. Survey runs on many threads as TensorMerge::Survey
// does, in blocks that start at multiples of kBlockElems; the rest runs on one.
class RankSearch {
 public:
  RankSearch(std::uint64_t elems, int workers, SelectionLimits limits = {});

  void Survey(const double* magnitudes, const Block& block);
  // Ends a pass. `ranks`: up to two, the same after every pass; they may depend on what the first
  // one found.
  void FinishSurvey(std::span<const std::uint64_t> ranks);
  bool done() const { return stage_ == Stage::kDone; }
  const Cut& cut(std::size_t i) const { return cuts_[i]; }

 private:
  static constexpr std::size_t kBins = 0x7F81;
  static constexpr std::size_t kMaxCuts = 2;
  enum class Stage : std::uint8_t { kKeys, kBins, kLists, kLowBits, kTies, kDone };

  // The search for one rank.
  struct Target {
    bool open = false;
    std::uint32_t key = 0;   // from kLists on: the bin, low bits 0; in kTies: the threshold
    std::uint64_t need = 0;  // how many of the bin (in kTies: of the ties) stay
    std::atomic<std::uint64_t> listed = 0;
    bool counting = false;                             // lists grew too long
    std::vector<std::uint16_t> cell_ties;              // elements equal to key, per cell
    std::vector<std::vector<std::uint32_t>> entries;   // per segment: offset << 16 | low bits
    std::vector<std::vector<std::uint32_t>> low_bins;  // per worker
  };

  void List(const std::uint32_t* keys, const Block& block, Target& target);
  void FinishKeys(std::span<const std::uint64_t> ranks);
  void FinishBins(std::span<const std::uint64_t> ranks);
  Cut FromLists(Target& target) const;
  void FinishLowBits(Target& target);
  static Cut FromTies(const Target& target, std::uint64_t need);
  bool Trivial(std::uint64_t rank, Cut& cut) const;

  std::uint64_t elems_;
  SelectionLimits limits_;
  Stage stage_;
  std::vector<std::uint32_t> keys_;                  // kKeys
  std::vector<std::vector<std::uint32_t>> bins_;     // kBins: per worker, two tables side by side
  std::vector<std::vector<std::uint64_t>> spilled_;  // counts moved out of 32 bits
  std::vector<std::uint64_t> pending_;               // per worker: elements since the last spill
  std::array<Target, kMaxCuts> targets_;
  std::array<Cut, kMaxCuts> cuts_ = {Cut::None(), Cut::None()};
  std::size_t cut_count_ = 0;
};

}  // namespace fuseo1
