// The escape suite: every case has its one outcome, every wall is needed by a case, nothing is left
// behind.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "base/text.h"
#include "escape_case.h"

namespace fuseo1 {
namespace {

std::string TestName(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == '-' ? '_' : c;
  return text;
}

bool HasMemoryCgroup() { return Cgroup::Create(true, kGiB, false, 0).ok(); }

class Escape : public testing::TestWithParam<std::size_t> {};

TEST_P(Escape, IsStopped) {
  const EscapeCase& escape = EscapeCases()[GetParam()];
  if (!escape.needs.empty() && !HasMemoryCgroup())
    GTEST_SKIP() << "control groups cannot be written here";
  const std::string outcome = OutcomeOf(escape, {});
  EXPECT_TRUE(Held(escape, outcome)) << outcome << "\nexpected: " << escape.expected.front();
  Sandbox::WaitForRetired();
  for (int i = 0; i < 20 && !Leftovers().empty(); ++i) usleep(50000);  // nothing survives a second
  EXPECT_EQ(Leftovers(), "");
}

INSTANTIATE_TEST_SUITE_P(Cases, Escape, testing::Range<std::size_t>(0, EscapeCases().size()),
                         [](const auto& which) {
                           const EscapeCase& escape = EscapeCases()[which.param];
                           return TestName(escape.group) + "_" + TestName(escape.name);
                         });

TEST(EscapeSuite, HasSeventyCasesInSevenClasses) {
  std::map<std::string, int> counts;
  for (const EscapeCase& escape : EscapeCases()) {
    EXPECT_FALSE(escape.expected.empty()) << escape.name;
    ++counts[escape.group];
  }
  const std::map<std::string, int> expected = {
      {"files", 14}, {"network", 8}, {"processes", 10}, {"limits", 9},
      {"output", 9}, {"kernel", 9},  {"grader", 11},    {"walls", counts["walls"]}};
  EXPECT_EQ(counts, expected);
}

struct Mutant {
  Wall wall;
  const char* caught_by;
};

constexpr Mutant kMutants[] = {{Wall::kUnprivilegedUid, "fork-bomb"},
                               {Wall::kPidNamespace, "signal-flood-to-the-launcher"},
                               {Wall::kNetNamespace, "abstract-unix-socket"},
                               {Wall::kIpcNamespace, "system-v-objects"},
                               {Wall::kUtsNamespace, "host-name"},
                               {Wall::kCgroupNamespace, "cgroup-path"},
                               {Wall::kOwnRoot, "read-token"},
                               {Wall::kReadOnlyUsr, "write-usr"},
                               {Wall::kReadOnlyRoot, "write-root"},
                               {Wall::kTmpQuota, "a-million-inodes"},
                               {Wall::kNoCapabilities, "capabilities"},
                               {Wall::kSeccomp, "udp-dns"},
                               {Wall::kLandlock, "run-from-tmp"},
                               {Wall::kAddressSpaceLimit, "map-1-tib"},
                               {Wall::kCpuLimit, "spin"},
                               {Wall::kFileSizeLimit, "sparse-file"},
                               {Wall::kOpenFilesLimit, "open-files"},
                               {Wall::kProcessLimit, "fork-bomb"},
                               {Wall::kTimerLimit, "queued-signals"},
                               {Wall::kCoreLimit, "core-dump"},
                               {Wall::kEmptyEnvironment, "environment"},
                               {Wall::kClosedDescriptors, "descriptors"},
                               {Wall::kNewSession, "session"},
                               {Wall::kHiddenDriver, "read-parent-environment"},
                               {Wall::kWallClock, "sleep"},
                               {Wall::kOutputLimit, "no-newline"},
                               {Wall::kMemoryCgroup, "memory-of-many-processes"}};

class WallMutant : public testing::TestWithParam<Mutant> {};

TEST_P(WallMutant, IsCaught) {
  const Mutant mutant = GetParam();
  const EscapeCase& escape = FindEscapeCase(mutant.caught_by);
  if (!escape.needs.empty() && !HasMemoryCgroup())
    GTEST_SKIP() << "control groups cannot be written here";
  if (mutant.wall == Wall::kUnprivilegedUid && geteuid() != 0)
    GTEST_SKIP() << "we are unprivileged already";
  const std::string outcome = OutcomeOf(escape, {.left_out = {mutant.wall}});
  EXPECT_FALSE(Held(escape, outcome)) << outcome << ": the case does not need this wall";
  EXPECT_FALSE(StartsWith(outcome, "no ")) << outcome;
  std::printf("    without %s: %s\n", std::string(WallName(mutant.wall)).c_str(), outcome.c_str());
}

INSTANTIATE_TEST_SUITE_P(Walls, WallMutant, testing::ValuesIn(kMutants),
                         [](const auto& which) { return TestName(WallName(which.param.wall)); });

// The control group's number stands behind the limit of the user's processes: it shows only where
// that one is gone too.
TEST(WallMutants, ThePidsCgroupStandsBehindTheProcessLimit) {
  if (!Cgroup::Create(false, 0, true, 64).ok())
    GTEST_SKIP() << "control groups cannot be written here";
  const EscapeCase& bomb = FindEscapeCase("fork-bomb");
  const std::string held = OutcomeOf(bomb, {.left_out = {Wall::kProcessLimit}});
  EXPECT_TRUE(Contains(held, "stopped by EAGAIN")) << held;
  const std::string free = OutcomeOf(bomb, {.left_out = {Wall::kProcessLimit, Wall::kPidsCgroup}});
  EXPECT_TRUE(Contains(free, "started 300")) << free;
}

TEST(Launcher, NothingSurvivesItsDeathAtARandomMoment) {
  TheBait();
  const unsigned seed = std::random_device()();
  std::printf("    seed %u\n", seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20; ++i) {
    const pid_t launcher = fork();
    if (launcher == 0) {
      Result<Sandbox> sandbox = Sandbox::Start({});
      if (sandbox.ok() &&
          sandbox->Load("import os, time\nos.fork()\nos.setsid()\ntime.sleep(60)\n").ok()) {
        EXPECT_TRUE(sandbox->Run("", "", {}).ok());
      }
      _exit(0);
    }
    usleep(static_cast<useconds_t>(random() % 150'000));
    kill(launcher, SIGKILL);
    // What it started becomes ours, and ends within a second.
    int reaped = 0;
    for (int tries = 0; tries < 200 && waitpid(-1, nullptr, WNOHANG) >= 0; ++tries) {
      usleep(10'000);
      ++reaped;
    }
    EXPECT_LT(reaped, 200) << "something still runs";
  }
  RemoveStaleCgroups();
}

}  // namespace
}  // namespace fuseo1
