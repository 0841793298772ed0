// Power is lost before the n-th change of the file system, for every n: unsynced data gone, or a
// random part of it kept. What was published is whole, and the same command ends with the same
// bytes.
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "engine/fault_testing.h"

namespace fuseo1 {
namespace {

using testing::FaultKind;
using testing::FaultyMerge;
using testing::FileCall;
using testing::PowerLoss;
using testing::SmallMerge;
using testing::SoakCount;
using testing::TinyTensors;

EngineOptions Options() {
  return {.threads = 2, .memory_bytes = 64 << 20, .shared_elems = 20'000, .commit_bytes = 40'000};
}

// One life of the machine: the power goes before the n-th change. Whether it went at all.
bool RunUntilPowerLoss(FaultyMerge& merge, std::uint64_t n, PowerLoss mode, std::uint64_t seed) {
  std::atomic<std::uint64_t> changes{0};
  merge.faulty().SetBeforeChange([&](FileCall, const std::string&) {
    if (++changes == n) {
      // Nothing of this life changes anything any more.
      merge.faulty().Inject({.kind = FaultKind::kEio, .call = 1, .is_for_ever = true});
      merge.memory().LosePower(mode, seed);
    }
  });
  static_cast<void>(merge.Run().ok());
  merge.faulty().SetBeforeChange(nullptr);
  merge.faulty().Clear();
  const bool lost = changes >= n;
  if (!lost) {
    merge.memory().LosePower(mode, seed);  // after the end: everything must be there
  }
  return lost;
}

void ExpectResumesToTheSameBytes(FaultyMerge& merge) {
  EXPECT_TRUE(merge.IsWholeOrUnpublished());
  if (!merge.IsFinished(false)) {
    const auto resumed = merge.Run();
    EXPECT_TRUE(resumed.ok()) << resumed.error().message();
    EXPECT_TRUE(merge.IsFinished(false));
  }
}

class PowerIsLost : public ::testing::TestWithParam<bool> {};

TEST_P(PowerIsLost, BeforeEveryChangeAndUnsyncedDataIsGone) {
  FaultyMerge merge(SmallMerge("linear", GetParam()), Options());
  bool lost = true;
  for (std::uint64_t n = 1; lost && !HasFailure(); ++n) {
    SCOPED_TRACE(::testing::Message() << "change " << n);
    merge.StartAnew();
    lost = RunUntilPowerLoss(merge, n, PowerLoss::kDropUnsynced, 0);
    EXPECT_TRUE(lost || merge.IsFinished(false));
    ExpectResumesToTheSameBytes(merge);
  }
}

TEST_P(PowerIsLost, SeveralTimesInOneMergeAndUnsyncedBlocksAreTorn) {
  FaultyMerge merge(SmallMerge("ties", GetParam()), Options());
  for (int seed = 0; seed < SoakCount(300, 10'000) && !HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    merge.StartAnew();
    for (int life = 0; life < 3 && !HasFailure(); ++life) {
      RunUntilPowerLoss(merge, 1 + random() % 60, PowerLoss::kTornBlocks, random());
      EXPECT_TRUE(merge.IsWholeOrUnpublished());
    }
    ExpectResumesToTheSameBytes(merge);
  }
}

TEST_P(PowerIsLost, WhileTheJournalIsTorn) {
  EngineOptions options = Options();
  options.commit_bytes = 3'000;
  FaultyMerge merge(TinyTensors(GetParam()), options);
  for (int seed = 0; seed < SoakCount(200, 10'000) && !HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    merge.StartAnew();
    for (int life = 0; life < 3 && !HasFailure(); ++life) {
      RunUntilPowerLoss(merge, 300 + random() % 50, PowerLoss::kTornBlocks, random());
      EXPECT_TRUE(merge.IsWholeOrUnpublished());
    }
    ExpectResumesToTheSameBytes(merge);
  }
}

INSTANTIATE_TEST_SUITE_P(Merge, PowerIsLost, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Sharded" : "OneShard"; });

}  // namespace
}  // namespace fuseo1
