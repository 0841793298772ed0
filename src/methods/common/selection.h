// Finds the element at a rank among a tensor's keys, without sorting and without keeping the
// tensor. Among equal keys the lower index is the larger.
//
// A few cells spread over the tensor tell roughly where the rank lies; one survey counts around
// there (KeyWindow), and mostly decides; where equal keys are to be told apart, one more looks at a
// part of the tensor. Where the sample misled, three surveys or four find it: a histogram of the
// upper 16 bits, then the bin's keys as a list, or counted where the list would be long. A short
// tensor keeps its keys: one survey.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "methods/common/cut.h"
#include "methods/common/key_window.h"
#include "methods/method.h"

namespace fuseo1 {

struct SelectionLimits {
  std::uint64_t short_elems = 65536;       // up to here all keys are kept
  std::uint64_t window_entries = 1 << 18;  // 16 bytes each; which ones are kept follows the threads
  std::uint64_t listed_entries = 1 << 18;  // 4 bytes each
  double sample_margin = 1;                // widens the window; 0: no sample is taken
  std::uint64_t sample_cells = 0;          // 0: as many as cost least
  bool counts_window = true;               // false: the caller does, see window()
};

// Survey runs on many threads as TensorMerge::Survey does, in blocks that start at multiples of
// kBlockElems; the rest runs on one.
class RankSearch {
 public:
  RankSearch(std::uint64_t elems, int workers, SelectionLimits limits = {});

  bool done() const { return stage_ == Stage::kDone; }
  bool sampling() const { return stage_ == Stage::kSample; }
  // As TensorMerge::SurveyRuns; blocks outside are ignored.
  std::vector<ElemRun> Runs() const;

  // The keys among which the rank most likely lies, where the caller looks at them in the survey
  // that comes; and what it found there, instead of FinishSurvey. nullopt: not the rank.
  std::optional<KeyRange> window() const {
    return stage_ == Stage::kWindow ? std::optional(window_range_) : std::nullopt;
  }
  void EndWindow(std::optional<Cut> found);

  void Survey(const std::uint32_t* keys, const Block& block);
  // The same of the differences' keys. block.count is a multiple of kPairElems.
  void SurveyPairs(const std::byte* x, const std::byte* base, const Block& block);
  // Ends a pass. `rank`: the same after every pass; a guess will do after the sample.
  void FinishSurvey(std::uint64_t rank);
  const Cut& cut() const { return cut_; }

  // Where the survey that comes looks at one bin of keys only: those above it are certain to stay,
  // those below to go.
  std::optional<KeyBin> open_bin() const {
    return stage_ == Stage::kLists ? std::optional(bin_) : std::nullopt;
  }

 private:
  static constexpr std::size_t kBins = 0x7F81;
  enum class Stage : std::uint8_t {
    kKeys,
    kSample,
    kWindow,
    kBins,
    kLists,
    kLowBits,
    kTies,
    kDone
  };
  using Bins = std::vector<std::uint32_t>;

  std::uint64_t SampleCell(std::uint64_t cell) const;
  void TakeSample(const std::uint32_t* keys, const Block& block);
  void CountBins(const std::uint32_t* keys, const Block& block);
  void List(const std::uint32_t* keys, const Block& block);
  void FinishKeys(std::uint64_t rank);
  void FinishSample(std::uint64_t rank);
  void FinishWindow(std::uint64_t rank);
  void FinishBins(std::uint64_t rank);
  void FinishLists();
  void FinishLowBits();
  void OpenBins();
  void OpenBin(KeyBin bin, std::uint64_t need);
  void OpenTies(ElemRun run);
  Cut FromLists() const;
  Cut FromTies(std::uint64_t need) const;

  std::uint64_t elems_;
  SelectionLimits limits_;
  std::uint64_t sample_cells_;
  std::size_t workers_;
  Stage stage_;
  Cut cut_ = Cut::None();

  std::vector<std::uint32_t> keys_;  // kKeys: all; kSample: those seen
  KeyRange window_range_;
  std::unique_ptr<KeyWindow> window_;
  std::vector<Bins> bins_;                           // kBins: per worker, two tables side by side
  std::vector<std::vector<std::uint64_t>> spilled_;  // counts moved out of 32 bits
  std::vector<std::uint64_t> pending_;               // per worker: elements since the last spill

  // From kLists on.
  KeyBin bin_;              // in kTies: its first key
  std::uint64_t need_ = 0;  // how many of the bin (in kTies: of the ties) stay
  std::atomic<std::uint64_t> listed_ = 0;
  std::vector<std::vector<std::uint32_t>> entries_;  // per segment: offset << 16 | low bits
  std::vector<Bins> low_bins_;                       // per worker
  ElemRun ties_run_;
  std::vector<std::uint16_t> cell_ties_;  // elements equal to key_, per cell of ties_run_
};

}  // namespace fuseo1
