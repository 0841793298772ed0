// The double loop of SQLite's tests over a whole merge: the n-th call to the file system fails,
// once or from then on, for every n, until n is past the last call.
#include <gtest/gtest.h>

#include <thread>

#include "engine/fault_testing.h"
#include "engine/memory_budget.h"

namespace fuseo1 {
namespace {

using testing::Fault;
using testing::FaultKind;
using testing::FaultyMerge;
using testing::FileCall;
using testing::SmallMerge;

struct Case {
  const char* method;
  bool sharded;
  int threads;
};

EngineOptions Options(int threads) {
  return {
      .threads = threads, .memory_bytes = 64 << 20, .shared_elems = 20'000, .commit_bytes = 40'000};
}

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.method << (one.sharded ? ", sharded, " : ", ") << one.threads << " threads";
}

class EveryCallFails : public ::testing::TestWithParam<Case> {};

// After the fault: the same bytes, or an error of the right code and nothing published. Then the
// same command ends with the same bytes.
void BreakAt(FaultyMerge& merge, const Fault& fault) {
  merge.StartAnew();
  merge.faulty().Inject(fault);
  const auto broken = merge.Run();
  const bool fired = merge.faulty().has_fired();
  if (broken.ok()) {
    EXPECT_TRUE(merge.IsFinished(fired));
  } else {
    const ErrorCode code = broken.error().code();
    EXPECT_TRUE(code == ErrorCode::kSystem ||
                (fault.kind == FaultKind::kShort && code == ErrorCode::kInput))
        << broken.error().exit_code() << ": " << broken.error().message();
    EXPECT_NE(broken.error().message().find("/disk"), std::string::npos)
        << broken.error().message();
    EXPECT_TRUE(merge.IsWholeOrUnpublished());
    EXPECT_TRUE(fault.is_for_ever || merge.IsUnpublished()) << broken.error().message();
  }
  merge.faulty().Clear();
  if (!merge.IsFinished(false)) {
    const auto resumed = merge.Run();
    EXPECT_TRUE(resumed.ok()) << resumed.error().message();
    EXPECT_TRUE(merge.IsFinished(false));
  }
}

TEST_P(EveryCallFails, AndTheSameCommandThenEndsWithTheSameBytes) {
  const Case& one = GetParam();
  FaultyMerge merge(SmallMerge(one.method, one.sharded), Options(one.threads));
  for (const FaultKind kind :
       {FaultKind::kEio, FaultKind::kEnospc, FaultKind::kEintr, FaultKind::kShort}) {
    for (const bool is_for_ever : {false, true}) {
      bool fired = true;
      for (std::uint64_t n = 1; fired && !HasFailure(); ++n) {
        SCOPED_TRACE(::testing::Message() << "kind " << static_cast<int>(kind) << ", call " << n
                                          << (is_for_ever ? " for ever" : " once"));
        BreakAt(merge, {.kind = kind, .call = n, .is_for_ever = is_for_ever});
        fired = merge.faulty().has_fired();
      }
    }
  }
}

TEST(Faults, AFailedSyncIsNeverTriedAgain) {
  FaultyMerge merge(SmallMerge("linear", true), Options(2));
  bool fired = true;
  for (std::uint64_t n = 1; fired; ++n) {
    merge.StartAnew();
    merge.faulty().Inject({.kind = FaultKind::kEio, .call = n, .only = FileCall::kSync});
    const auto broken = merge.Run();
    fired = merge.faulty().has_fired();
    ASSERT_EQ(broken.ok(), !fired);
    if (!fired) {
      break;
    }
    // The error names the file; of all calls on it, the one that failed was the last sync.
    const std::vector<std::string> trace = merge.faulty().Trace();
    std::uint64_t syncs = 0;
    std::string failed;
    for (const std::string& call : trace) {
      if (call.starts_with("Sync ")) {
        ++syncs;
        if (syncs == n) {
          failed = call;
        } else if (syncs > n) {
          EXPECT_NE(call, failed) << "sync " << n;
        }
      }
    }
    EXPECT_NE(broken.error().message().find(failed.substr(5)), std::string::npos)
        << broken.error().message();
  }
}

// An interrupted merge with every tensor finished and nothing published yet.
void StopBeforePublishing(FaultyMerge& merge) {
  merge.StartAnew();
  merge.faulty().Inject({.kind = FaultKind::kEio, .only = FileCall::kRename, .path_has = "model"});
  EXPECT_FALSE(merge.Run().ok());
  EXPECT_TRUE(merge.IsUnpublished());
  merge.faulty().Clear();
}

TEST(Faults, AFinishedTensorThatChangedOnDiskIsMergedAgain) {
  FaultyMerge merge(SmallMerge("linear", true), Options(2));
  for (const TensorJob& job : merge.plan().jobs) {
    if (job.Bytes() == 0) {
      continue;
    }
    StopBeforePublishing(merge);
    const std::string& shard = merge.plan().shards[static_cast<std::size_t>(job.shard)].name;
    const auto file = merge.memory().OpenWrite(merge.out() + "/." + shard + ".partial");
    ASSERT_TRUE(file.ok());
    std::byte byte{};
    const std::uint64_t at = job.offset + job.Bytes() / 2;
    ASSERT_TRUE((*file)->ReadAt(at, {&byte, 1}).ok());
    byte ^= std::byte{1};
    ASSERT_TRUE((*file)->WriteAt(at, {&byte, 1}).ok());
    const auto resumed = merge.Run();
    ASSERT_TRUE(resumed.ok()) << resumed.error().message();
    EXPECT_EQ(resumed->resumed_tensors, merge.plan().jobs.size() - 1) << job.name;
    EXPECT_TRUE(merge.IsFinished(false)) << job.name;
  }
}

TEST(Faults, AnInterruptedMergeWithoutItsFilesIsRefused) {
  FaultyMerge merge(SmallMerge("linear", true), Options(2));
  StopBeforePublishing(merge);
  const std::string partial = merge.out() + "/." + merge.plan().shards[1].name + ".partial";
  const auto file = merge.memory().OpenWrite(partial);
  ASSERT_TRUE(file.ok() && (*file)->Truncate(100).ok());
  auto refused = merge.Run();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInput);
  ASSERT_TRUE(merge.memory().Remove(partial).ok());
  refused = merge.Run();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInput);
  EXPECT_NE(refused.error().message().find(merge.plan().shards[1].name), std::string::npos);
}

TEST(Faults, ADiskTooSmallIsRefusedBeforeTheFirstByte) {
  FaultyMerge merge(SmallMerge("linear", false), Options(1));
  merge.StartAnew();
  merge.memory().SetCapacity(1 << 20);
  const auto refused = merge.Run();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kSystem);
  EXPECT_NE(refused.error().message().find("missing"), std::string::npos);
  EXPECT_TRUE(merge.memory().List(merge.out()).ok() == false);
  merge.memory().SetCapacity(1 << 30);
  EXPECT_TRUE(merge.Run().ok());
  EXPECT_TRUE(merge.IsFinished(false));
}

TEST(Faults, WorkStopsWhileItWaitsForMemory) {
  MemoryBudget budget(100, 0);
  const auto lease = budget.Take(60, "this");
  std::thread closer([&] { budget.Close(); });
  const auto waited = budget.Take(60, "that");
  closer.join();
  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(waited.error().code(), ErrorCode::kInterrupted);
}

INSTANTIATE_TEST_SUITE_P(Merge, EveryCallFails,
                         ::testing::Values(Case{"linear", true, 1}, Case{"ties", false, 2},
                                           Case{"sce", true, 2}));

}  // namespace
}  // namespace fuseo1
