// Numbers at given ranks of a tensor's values, exactly, without sorting or keeping them. Values are
// >= 0; NaN ranks above all. A survey counts sixteen bits of the values that can still be the ones;
// two or three surveys are usual, four are the most.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fuseo1 {

class OrderStatistics {
 public:
  // `ranks`: 0 is the smallest value.
  OrderStatistics(std::span<const std::uint64_t> ranks, int workers);

  // Counts at most kBlockElems values; any thread, one at a time for each worker.
  void Add(const double* values, std::size_t count, int worker);
  // Ends a survey; one thread.
  void FinishSurvey();
  bool done() const { return done_; }

  // The value at ranks[i]; once done.
  double value(std::size_t i) const;

 private:
  // Bits above a level's sixteen are known of the values that are still counted.
  static constexpr std::array<unsigned, 4> kShifts = {47, 31, 15, 0};
  static constexpr std::size_t kBins = 65536;

  struct Target {
    std::uint64_t prefix = 0;  // the bits found so far
    std::uint64_t rank = 0;    // among the values with this prefix
    std::uint64_t key = 0;
    bool found = false;
    std::size_t table = 0;  // targets with one prefix share a table
  };
  struct Table {
    std::vector<std::uint64_t> bins;
    std::uint64_t lowest = ~std::uint64_t{0};
    std::uint64_t highest = 0;
  };

  void ShareTables();

  std::vector<Target> targets_;
  std::vector<std::uint64_t> prefixes_;      // of the tables
  std::vector<std::vector<Table>> workers_;  // [workers][tables]
  std::size_t level_ = 0;
  bool done_ = false;
};

}  // namespace fuseo1
