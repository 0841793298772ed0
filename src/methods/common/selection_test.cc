#include <gtest/gtest.h>

#include <numeric>

#include "methods/testing.h"

// The search is compiled once per instruction set and reached through the table of methods; this
// test takes a copy of its own.
#include "methods/common/cut.cc"
#include "methods/common/key_window.cc"
#include "methods/common/selection.cc"

namespace fuseo1 {
namespace {

// Which elements a full sort keeps.
std::vector<double> Sorted(const std::vector<double>& magnitudes, std::uint64_t rank) {
  std::vector<std::size_t> order(magnitudes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return static_cast<float>(magnitudes[a]) > static_cast<float>(magnitudes[b]);
  });
  std::vector<double> keep(magnitudes.size(), 0);
  for (std::size_t i = 0; i < std::min<std::size_t>(rank, order.size()); ++i) {
    keep[order[i]] = 1;
  }
  return keep;
}

struct Found {
  std::vector<double> keep;
  int surveys = 0;
};

// in_pairs: blocks bring differences from 0 where they can.
Found Search(const std::vector<double>& magnitudes, std::uint64_t rank, SelectionLimits limits,
             bool in_pairs = false) {
  const std::vector<std::uint16_t> halves =
      in_pairs ? HalvesOf({magnitudes}).front() : std::vector<std::uint16_t>();
  const std::vector<std::uint16_t> zeros(kBlockElems);
  constexpr int kWorkers = 3;
  RankSearch search(magnitudes.size(), kWorkers, limits);
  std::vector<std::uint32_t> keys(magnitudes.size());
  MagnitudeKeys(magnitudes.data(), keys.size(), keys.data());
  Found found;
  while (!search.done()) {
    found.surveys += search.Runs().empty() ? 1 : 0;
    // Segments in an order of their own; blocks of a segment in order.
    const std::uint64_t segments = (keys.size() - 1) / kSegmentElems + 1;
    for (std::uint64_t s = segments; s-- > 0;) {
      const std::uint64_t end = std::min<std::uint64_t>(keys.size(), (s + 1) * kSegmentElems);
      for (std::uint64_t first = s * kSegmentElems; first < end; first += kBlockElems) {
        const Block block{
            .first = first,
            .count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlockElems, end - first)),
            .worker = static_cast<int>(s % kWorkers)};
        if (in_pairs && block.count % kPairElems == 0) {
          search.SurveyPairs(reinterpret_cast<const std::byte*>(halves.data() + first),
                             reinterpret_cast<const std::byte*>(zeros.data()), block);
        } else {
          search.Survey(keys.data() + first, block);
        }
      }
    }
    search.FinishSurvey(rank);
  }
  found.keep.resize(keys.size());
  for (std::uint64_t first = 0; first < keys.size(); first += kBlockElems) {
    std::array<std::uint32_t, kBlockElems> mask;
    const std::size_t count = std::min<std::size_t>(kBlockElems, keys.size() - first);
    search.cut().Mask(first, keys.data() + first, count, mask.data());
    for (std::size_t i = 0; i < count; ++i) {
      found.keep[first + i] = mask[i] == ~0U ? 1 : 0;
    }
  }
  return found;
}

std::vector<double> Magnitudes(std::size_t count, int steps, std::uint64_t seed) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    double u = UniformOf(seed, 1, i);
    if (steps > 0) {
      u = std::floor(u * steps) / steps;
    }
    values[i] = std::abs(u * u * u * 0.01);
  }
  return values;
}

constexpr SelectionLimits kShort{.short_elems = 1 << 30};
constexpr SelectionLimits kWindow{.short_elems = 0};
constexpr SelectionLimits kFull{.short_elems = 0, .window_entries = 3};
constexpr SelectionLimits kNoEntries{.short_elems = 0, .window_entries = 0};
constexpr SelectionLimits kMisled{.short_elems = 0, .sample_margin = 1e-9};
constexpr SelectionLimits kLists{.short_elems = 0, .sample_margin = 0};
constexpr SelectionLimits kCounts{.short_elems = 0, .listed_entries = 3, .sample_margin = 0};

void ExpectSameAsSort(const std::vector<double>& magnitudes) {
  const std::uint64_t n = magnitudes.size();
  for (const std::uint64_t rank :
       {std::uint64_t{0}, std::uint64_t{1}, n / 13, n / 7, n / 2, n - 1, n}) {
    const std::vector<double> expected = Sorted(magnitudes, rank);
    for (const SelectionLimits& limits :
         {kShort, kWindow, kFull, kNoEntries, kMisled, kLists, kCounts}) {
      const Found found = Search(magnitudes, rank, limits);
      EXPECT_TRUE(found.keep == expected)
          << n << " " << rank << " " << limits.listed_entries << " " << limits.sample_margin;
      EXPECT_LE(found.surveys, 5);
    }
  }
}

TEST(Selection, TakesPairs) {
  for (const int steps : {0, 5, 300}) {
    std::vector<double> values = Magnitudes(200001, steps, 12);
    for (double& value : values) {
      value = RoundedTo(DType::kBF16, value);
    }
    values[100] = std::numeric_limits<double>::infinity();
    for (const std::uint64_t rank :
         {std::uint64_t{20}, std::uint64_t{30000}, std::uint64_t{100000}, std::uint64_t{200000}}) {
      const std::vector<double> expected = Sorted(values, rank);
      for (const SelectionLimits& limits :
           {kShort, kWindow, kFull, kNoEntries, kMisled, kLists, kCounts}) {
        EXPECT_TRUE(Search(values, rank, limits, true).keep == expected) << steps << " " << rank;
      }
    }
  }
}

TEST(Selection, KeepsWhatASortWouldKeep) {
  ExpectSameAsSort(Magnitudes(1, 0, 1));
  ExpectSameAsSort(Magnitudes(517, 0, 2));
  ExpectSameAsSort(Magnitudes(70001, 0, 3));
  ExpectSameAsSort(Magnitudes(200001, 0, 10));
}

TEST(Selection, GivesTiesToTheLowestIndex) {
  ExpectSameAsSort(Magnitudes(5000, 2, 4));
  ExpectSameAsSort(Magnitudes(70001, 8, 5));
  ExpectSameAsSort(Magnitudes(200001, 5, 11));
  ExpectSameAsSort(Magnitudes(40000, 3000, 6));
}

TEST(Selection, CountsZerosEqualsAndPowersOfTwo) {
  ExpectSameAsSort(std::vector<double>(3000, 0.0));
  ExpectSameAsSort(std::vector<double>(3000, 0.3));
  std::vector<double> powers(66000);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    powers[i] = std::ldexp(1.0, -static_cast<int>(i % 5)) * (i % 3 == 0 ? 0 : 1);
  }
  ExpectSameAsSort(powers);
}

TEST(Selection, ComparesAfterRoundingToFloat) {
  // Doubles around the midpoints of neighbouring floats.
  std::vector<double> values;
  for (std::uint32_t bits = 0x3F800000U; bits < 0x3F800400U; ++bits) {
    const double at = std::bit_cast<float>(bits);
    const double next = std::bit_cast<float>(bits + 1);
    for (const double middle : {(at + next) / 2, std::nextafter((at + next) / 2, 0.0),
                                std::nextafter((at + next) / 2, 2.0)}) {
      values.push_back(middle);
    }
  }
  ExpectSameAsSort(values);
}

TEST(Selection, TakesInfinitiesAndNumbersTooLargeForFloat) {
  std::vector<double> values = Magnitudes(2000, 0, 7);
  values[100] = 1e300;
  values[1500] = std::numeric_limits<double>::infinity();
  values[1600] = 3.4e38;
  values[3] = 1e-42;
  ExpectSameAsSort(values);
}

TEST(Selection, NeedsOneSurveyWhereTheSampleIsRight) {
  EXPECT_EQ(Search(Magnitudes(200001, 0, 8), 1000, kShort).surveys, 1);
  EXPECT_EQ(Search(Magnitudes(200001, 0, 8), 1000, {}).surveys, 1);
  EXPECT_EQ(Search(Magnitudes(200001, 300, 8), 90000, {}).surveys, 1);
  EXPECT_EQ(Search(Magnitudes(200001, 0, 8), 1000, kLists).surveys, 2);
}

// Half of the tensor is a thousand times larger than the other.
TEST(Selection, IsNotMisledByParts) {
  std::vector<double> values = Magnitudes(150000, 0, 9);
  for (std::size_t i = 0; i < values.size() / 2; ++i) {
    values[i] *= 1000;
  }
  ExpectSameAsSort(values);
}

}  // namespace
}  // namespace fuseo1
