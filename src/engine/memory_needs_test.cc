#include "engine/memory_needs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/memory_budget.h"
#include "engine/run_merge.h"
#include "engine/testing.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using testing::MakePlan;
using testing::TemporaryFolder;
using testing::TestMerge;

// Rows long enough for their share to weigh more than a thread's buffers.
TestMerge LongRows(const MethodDef& method) {
  TestMerge merge;
  merge.method = method.name;
  merge.base = method.base == BaseRule::kRequired ? 0 : -1;
  merge.models = method.max_inputs > 0 ? method.max_inputs : 4;
  if (method.max_inputs == 2 && merge.base < 0) {
    merge.base = 0;
  }
  merge.tensors = {{"wide.weight", {3, 120'000}}, {"small.weight", {40}}};
  return merge;
}

TEST(MemoryNeeds, TheLeastBudgetDoesAndLessIsRefused) {
  for (const MethodDef* method : Methods()) {
    for (const Numerics numerics : {Numerics::kExact, Numerics::kTorch}) {
      if (numerics == Numerics::kTorch && method->torch == nullptr) {
        continue;
      }
      const TemporaryFolder folder;
      MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), LongRows(*method));
      plan.numerics = numerics;
      const std::uint64_t least = NeedsOf(plan).LeastBudget();
      const auto run = [&](std::uint64_t memory_bytes, const std::string& output) {
        return RunMerge(PosixFileSystem(), plan, folder / output,
                        {.threads = 4, .memory_bytes = memory_bytes, .shared_elems = 100'000}, {});
      };
      const auto done = run(least, "out");
      EXPECT_TRUE(done.ok()) << method->name << ": " << done.error().message();
      const auto refused = run(least - 1, "less");
      ASSERT_FALSE(refused.ok()) << method->name;
      EXPECT_EQ(refused.error().code(), ErrorCode::kSystem);
      for (const std::uint64_t more : {least * 5 / 4, least * 2, least * 3}) {
        EXPECT_TRUE(run(more, "out" + std::to_string(more)).ok()) << method->name << " " << more;
      }
    }
  }
}

TEST(MemoryNeeds, TheBudgetIsAShareOfTheMachineWhereNoneIsGiven) {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const std::uint64_t machine = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t available = AvailableMemoryBytes();
  EXPECT_LE(available, std::max<std::uint64_t>(machine, 512U << 20));
  EXPECT_GT(available, 1U << 30) << "the tests run where more is free";
  // Of a plan without large tensors half; of one whose tensor takes more, as much as there is.
  const TemporaryFolder folder;
  MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), LongRows(**Methods().begin()));
  EXPECT_LT(NeedsOf(plan).BudgetOr(0), available / 4 * 3);
  plan.numerics = Numerics::kTorch;
  plan.jobs[0].shape = plan.interner->Intern({&available, 1});
  EXPECT_GT(NeedsOf(plan).BudgetOr(0), available / 4 * 3);
  EXPECT_LT(NeedsOf(plan).BudgetOr(0), available);
}

TEST(MemoryNeeds, ThreadsShareWhatTheBudgetHas) {
  const MemoryNeeds needs{.worker = 10, .rows = 30, .whole = 0};
  EXPECT_EQ(needs.LeastBudget(), 40U);
  EXPECT_EQ(needs.ThreadsWithin(39), 0U);
  EXPECT_EQ(needs.ThreadsWithin(80), 2U);
  const MemoryNeeds torch{.worker = 10, .rows = 0, .whole = 100};
  EXPECT_EQ(torch.LeastBudget(), 110U);
  EXPECT_EQ(torch.ThreadsWithin(130), 3U);
  const MemoryNeeds none;
  EXPECT_EQ(none.LeastBudget(), 0U);
  EXPECT_GT(none.ThreadsWithin(1), 1000U);
}

}  // namespace
}  // namespace fuseo1
