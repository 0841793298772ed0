#include "methods/common/selection.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "methods/common/keys.h"
#include "methods/common/pairs.h"
#include "methods/common/sample_bins.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kFewestSampleCells = 32;
// Standard deviations of the sample's rank, widened because neighbours are alike.
constexpr double kWindowDeviations = 6;
// Windows end at multiples of 2^-9 of a key's number.
constexpr unsigned kWindowBits = 23 - 9;

// What costs least: a sample costs by its size n, a window by elems / sqrt(n).
std::uint64_t SampleCells(std::uint64_t elems) {
  const double cells = std::pow(static_cast<double>(elems), 2.0 / 3) / kBlockElems;
  return std::max(kFewestSampleCells, static_cast<std::uint64_t>(cells));
}

}  // namespace

RankSearch::RankSearch(std::uint64_t elems, int workers, SelectionLimits limits)
    : elems_(elems),
      limits_(limits),
      sample_cells_(limits.sample_cells > 0 ? limits.sample_cells : SampleCells(elems)),
      workers_(static_cast<std::size_t>(workers)) {
  if (elems <= limits.short_elems) {
    stage_ = Stage::kKeys;
    keys_.resize(elems);
  } else if (limits.sample_margin > 0 && elems > 2 * sample_cells_ * kBlockElems) {
    stage_ = Stage::kSample;
    keys_.resize(sample_cells_ * kBlockElems);
  } else {
    OpenBins();
  }
}

std::vector<ElemRun> RankSearch::Runs() const {
  std::vector<ElemRun> runs;
  if (stage_ == Stage::kSample) {
    for (std::uint64_t cell = 0; cell < sample_cells_; ++cell) {
      runs.push_back({SampleCell(cell) * kBlockElems, kBlockElems});
    }
  } else if (stage_ == Stage::kTies && ties_run_.count < elems_) {
    runs.push_back(ties_run_);
  }
  return runs;
}

void RankSearch::Survey(const std::uint32_t* keys, const Block& block) {
  FUSEO1_CHECK(block.first % kBlockElems == 0 && block.count <= kBlockElems);
  switch (stage_) {
    case Stage::kKeys:
      std::copy_n(keys, block.count, keys_.data() + block.first);
      break;
    case Stage::kSample:
      TakeSample(keys, block);
      break;
    case Stage::kWindow:
      window_->Count(keys, block);
      break;
    case Stage::kBins:
      CountBins(keys, block);
      break;
    case Stage::kLists:
      List(keys, block);
      break;
    case Stage::kLowBits: {
      Bins& low = low_bins_[static_cast<std::size_t>(block.worker)];
      low.resize(65536);
      for (std::size_t i = 0; i < block.count; ++i) {
        if (bin_.Holds(keys[i])) {
          ++low[keys[i] & 0xFFFFU];
        }
      }
      break;
    }
    case Stage::kTies:
      if (block.first - ties_run_.first < ties_run_.count) {
        std::uint32_t ties = 0;
        for (std::size_t i = 0; i < block.count; ++i) {
          ties += keys[i] == bin_.first ? 1U : 0U;
        }
        cell_ties_[CellOf(block.first - ties_run_.first)] = static_cast<std::uint16_t>(ties);
      }
      break;
    case Stage::kDone:
      break;
  }
}

void RankSearch::SurveyPairs(const std::byte* x, const std::byte* base, const Block& block) {
  if (stage_ == Stage::kWindow) {
    window_->CountPairs(x, base, block);
    return;
  }
  std::array<std::uint32_t, kBlockElems> keys;
  DifferenceKeysOfPairs(x, base, block.count, keys.data());
  Survey(keys.data(), block);
}

// The cells of the sample, spread over all whole ones.
std::uint64_t RankSearch::SampleCell(std::uint64_t cell) const {
  return elems_ / kBlockElems * cell / sample_cells_;
}

void RankSearch::TakeSample(const std::uint32_t* keys, const Block& block) {
  // The first that lies there or after; in a pass over everything, most blocks are in none.
  const std::uint64_t whole = elems_ / kBlockElems;
  const std::uint64_t at = CellOf(block.first);
  const std::uint64_t cell = (at * sample_cells_ + whole - 1) / whole;
  if (cell < sample_cells_ && SampleCell(cell) == at) {
    std::copy_n(keys, block.count, keys_.data() + cell * kBlockElems);
  }
}

void RankSearch::CountBins(const std::uint32_t* keys, const Block& block) {
  const auto worker = static_cast<std::size_t>(block.worker);
  Bins& table = bins_[worker];
  table.resize(2 * kBins);
  if (pending_[worker] + block.count > std::numeric_limits<std::uint32_t>::max()) {
    std::vector<std::uint64_t>& spill = spilled_[worker];
    spill.resize(table.size());
    std::transform(table.begin(), table.end(), spill.begin(), spill.begin(), std::plus<>());
    std::fill(table.begin(), table.end(), 0);
    pending_[worker] = 0;
  }
  pending_[worker] += block.count;
  // Two counters a bin: equal neighbours do not wait for each other's store.
  std::uint32_t* const counts = table.data();
  for (std::size_t i = 0; i < block.count; ++i) {
    ++counts[(keys[i] >> 16) * 2 + i % 2];
  }
}

void RankSearch::List(const std::uint32_t* keys, const Block& block) {
  std::uint32_t ties = 0;
  std::uint32_t in_bin = 0;
  for (std::size_t i = 0; i < block.count; ++i) {
    ties += keys[i] == bin_.first ? 1U : 0U;
    in_bin += bin_.Holds(keys[i]) ? 1U : 0U;
  }
  cell_ties_[CellOf(block.first)] = static_cast<std::uint16_t>(ties);
  const std::uint32_t others = in_bin - ties;
  if (others == 0 ||
      listed_.fetch_add(others, std::memory_order_relaxed) + others > limits_.listed_entries) {
    return;  // too many: seen by FinishLists
  }
  std::vector<std::uint32_t>& entries = entries_[block.segment()];
  const auto offset = static_cast<std::uint32_t>(block.first % kSegmentElems);
  for (std::size_t i = 0; i < block.count; ++i) {
    if (bin_.Holds(keys[i]) && keys[i] != bin_.first) {
      entries.push_back((offset + static_cast<std::uint32_t>(i)) << 16 | (keys[i] ^ bin_.first));
    }
  }
}

void RankSearch::FinishSurvey(std::uint64_t rank) {
  if (stage_ == Stage::kDone) {
    return;
  }
  if (stage_ != Stage::kSample && (rank == 0 || rank >= elems_)) {
    cut_ = rank == 0 ? Cut::None() : Cut::All();
    stage_ = Stage::kDone;
  }
  switch (stage_) {
    case Stage::kKeys:
      FinishKeys(rank);
      break;
    case Stage::kSample:
      FinishSample(std::clamp<std::uint64_t>(rank, 1, elems_));
      break;
    case Stage::kWindow:
      FinishWindow(rank);
      break;
    case Stage::kBins:
      FinishBins(rank);
      break;
    case Stage::kLists:
      FinishLists();
      break;
    case Stage::kLowBits:
      FinishLowBits();
      break;
    case Stage::kTies:
      cut_ = FromTies(need_);
      stage_ = Stage::kDone;
      break;
    case Stage::kDone:
      break;
  }
  if (stage_ == Stage::kDone) {
    keys_ = {};
    window_.reset();
    bins_ = {};
    spilled_ = {};
    entries_ = {};
    cell_ties_ = {};
  }
}

void RankSearch::FinishKeys(std::uint64_t rank) {
  std::vector<std::uint32_t> order(keys_.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto last = order.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(order.begin(), last, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return keys_[a] != keys_[b] ? keys_[a] > keys_[b] : a < b;
  });
  const std::uint32_t key = keys_[*last];
  const std::uint64_t cell = CellOf(*last);
  const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(cell * kBlockElems);
  const auto ties = std::count(from, keys_.begin() + *last + 1, key);
  cut_ = Cut::At(key, cell, static_cast<std::size_t>(ties));
  stage_ = Stage::kDone;
}

void RankSearch::FinishSample(std::uint64_t rank) {
  const auto size = static_cast<double>(keys_.size());
  const double share = static_cast<double>(rank) / static_cast<double>(elems_);
  const double margin =
      limits_.sample_margin * (kWindowDeviations * std::sqrt(size * share * (1 - share)) + 16);
  // From the largest on; the bins know them from the smallest on.
  const double first = size * share - margin;
  const double last = size * share + margin;
  const SampleBins<std::uint32_t> bins(keys_, kWindowBits);
  const std::uint32_t highest =
      first < 0 ? kNanKey : std::min(bins.LastAt(size - 1 - first), kNanKey);
  const std::uint32_t lowest = last > size - 1 ? 0 : bins.FirstAt(size - 1 - last);
  window_range_ = {lowest, highest};
  if (limits_.counts_window) {
    window_ = std::make_unique<KeyWindow>(elems_, static_cast<int>(workers_), window_range_,
                                          limits_.window_entries, keys_);
  }
  keys_ = {};
  stage_ = Stage::kWindow;
}

void RankSearch::EndWindow(std::optional<Cut> found) {
  FUSEO1_CHECK(stage_ == Stage::kWindow);
  if (found.has_value()) {
    cut_ = *found;
    stage_ = Stage::kDone;
  } else {
    OpenBins();
  }
}

void RankSearch::OpenBins() {
  bins_.resize(workers_);
  spilled_.resize(workers_);
  pending_.resize(workers_);
  stage_ = Stage::kBins;
}

void RankSearch::FinishWindow(std::uint64_t rank) {
  const KeyWindow::Answer answer = window_->Find(rank);
  window_.reset();
  switch (answer.kind) {
    case KeyWindow::Answer::Kind::kOutside:
      OpenBins();
      break;
    case KeyWindow::Answer::Kind::kBin:
      OpenBin(answer.bin, answer.need);
      break;
    case KeyWindow::Answer::Kind::kCut:
      cut_ = answer.cut;
      stage_ = Stage::kDone;
      break;
    case KeyWindow::Answer::Kind::kTies:
      bin_ = answer.bin;
      need_ = answer.need;
      OpenTies(answer.run);
      break;
  }
}

void RankSearch::FinishBins(std::uint64_t rank) {
  std::vector<std::uint64_t> totals(kBins);
  for (std::size_t w = 0; w < bins_.size(); ++w) {
    for (std::size_t i = 0; i < bins_[w].size(); ++i) {
      totals[i / 2] += bins_[w][i] + (spilled_[w].empty() ? 0 : spilled_[w][i]);
    }
  }
  bins_ = {};
  std::size_t bin = kBins - 1;
  while (totals[bin] < rank) {
    rank -= totals[bin--];
  }
  OpenBin({static_cast<std::uint32_t>(bin) << 16, 16}, rank);
}

void RankSearch::OpenBin(KeyBin bin, std::uint64_t need) {
  bin_ = bin;
  need_ = need;
  OpenTies({0, elems_});
  entries_.resize((elems_ - 1) / kSegmentElems + 1);
  stage_ = Stage::kLists;
}

void RankSearch::OpenTies(ElemRun run) {
  ties_run_ = run;
  cell_ties_.assign(CellOf(run.count - 1) + 1, 0);
  stage_ = Stage::kTies;
}

void RankSearch::FinishLists() {
  if (listed_ > limits_.listed_entries) {
    low_bins_.resize(workers_);
    stage_ = Stage::kLowBits;
  } else {
    cut_ = FromLists();
    stage_ = Stage::kDone;
  }
  entries_ = {};
}

Cut RankSearch::FromLists() const {
  if (need_ > listed_) {
    return FromTies(need_ - listed_);
  }
  std::vector<std::uint64_t> low_bins(65536);
  for (const auto& entries : entries_) {
    for (const std::uint32_t entry : entries) {
      ++low_bins[entry & 0xFFFFU];
    }
  }
  std::uint64_t need = need_;
  std::size_t low = low_bins.size() - 1;
  while (low_bins[low] < need) {
    need -= low_bins[low--];
  }
  // The need-th entry with these low bits, in order of index.
  for (std::size_t segment = 0; segment < entries_.size(); ++segment) {
    std::uint64_t cell = 0;
    std::size_t rank_in_cell = 0;
    for (const std::uint32_t entry : entries_[segment]) {
      if ((entry & 0xFFFFU) != low) {
        continue;
      }
      const std::uint64_t entry_cell = CellOf(segment * kSegmentElems + (entry >> 16));
      rank_in_cell = entry_cell == cell ? rank_in_cell + 1 : 1;
      cell = entry_cell;
      if (--need == 0) {
        return Cut::At(bin_.first | static_cast<std::uint32_t>(low), cell, rank_in_cell);
      }
    }
  }
  FUSEO1_CHECK(false);
}

void RankSearch::FinishLowBits() {
  std::size_t low = 65535;
  for (;; --low) {
    std::uint64_t total = 0;
    for (const Bins& table : low_bins_) {
      total += table.empty() ? 0 : table[low];
    }
    if (total >= need_ || low == 0) {
      break;
    }
    need_ -= total;
  }
  bin_.first = (bin_.first & ~0xFFFFU) | static_cast<std::uint32_t>(low);
  low_bins_ = {};
  OpenTies({0, elems_});
}

Cut RankSearch::FromTies(std::uint64_t need) const {
  std::size_t cell = 0;
  while (cell + 1 < cell_ties_.size() && cell_ties_[cell] < need) {
    need -= cell_ties_[cell++];
  }
  return Cut::At(bin_.first, CellOf(ties_run_.first) + cell, static_cast<std::size_t>(need));
}

}  // namespace fuseo1
