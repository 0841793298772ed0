#include "sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fuseo1 {
namespace {

Sandbox Started(const SandboxPolicy& policy = {}) {
  Result<Sandbox> sandbox = Sandbox::Start(policy);
  EXPECT_TRUE(sandbox.ok()) << (sandbox.ok() ? "" : sandbox.error().message());
  return std::move(sandbox).value();
}

TEST(Sandbox, RunsAProgramSeveralTimes) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))\n"),
            "");
  for (int i = 0; i < 5; ++i) {
    const RunOutcome outcome = *sandbox.Run("1 2 " + std::to_string(i), "", {});
    EXPECT_EQ(outcome.end, RunEnd::kExited) << outcome.err_tail;
    EXPECT_EQ(outcome.wait_status, 0);
    EXPECT_EQ(outcome.out, std::to_string(3 + i) + "\n");
    EXPECT_GT(outcome.peak_memory_bytes, kMiB);
    EXPECT_TRUE(sandbox.reusable());
  }
}

TEST(Sandbox, GivesItsInputAsAFileThatNobodyCanChange) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("import io, os\n"
                          "for change in (lambda: os.write(0, b'9'), lambda: os.ftruncate(0, 0)):\n"
                          "    try:\n        change()\n"
                          "    except OSError: pass\n"
                          "read = io.BytesIO(os.read(0, os.fstat(0).st_size)).readline\n"
                          "print(int(read()) + int(read()), open('/dev/stdin').read().split())\n"),
            "");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sandbox.Run("3\n4\n", "", {})->out, "7 ['3', '4']\n");
}

TEST(Sandbox, SaysWhyAProgramDoesNotCompile) {
  Sandbox sandbox = Started();
  EXPECT_NE(sandbox.Load("print('x'\n")->find("SyntaxError"), std::string::npos);
  EXPECT_NE(*sandbox.Load(std::string("a\0b", 3)), "");
  EXPECT_NE(*sandbox.Load(std::string(200'000, '(')), "");
}

TEST(Sandbox, EndsASleeperAndAFlood) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("import time\ntime.sleep(100)\n"), "");
  EXPECT_EQ(sandbox.Run("", "", {.wall = std::chrono::milliseconds(200)})->end, RunEnd::kWallLimit);
  EXPECT_FALSE(sandbox.reusable());
  sandbox = Started();
  ASSERT_EQ(*sandbox.Load("while True: print('x' * 1000)\n"), "");
  EXPECT_EQ(sandbox.Run("", "", {.max_output_bytes = kMiB})->end, RunEnd::kOutputLimit);
}

TEST(Sandbox, DoesNotChargeAProgramForTheTimeInWhichWeWereStopped) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("import time\ntime.sleep(0.4)\nprint('done')\n"), "");
  const pid_t stopper = fork();
  if (stopper == 0) {
    usleep(200'000);
    kill(getppid(), SIGSTOP);
    usleep(1'000'000);
    kill(getppid(), SIGCONT);
    _exit(0);
  }
  EXPECT_EQ(sandbox.Run("", "", {.wall = std::chrono::milliseconds(900)})->out, "done\n");
  waitpid(stopper, nullptr, 0);
}

TEST(Sandbox, IsReplacedWithoutWaitingForItsEnd) {
  for (int i = 0; i < 3; ++i) Sandbox::Retire(Started());
  Sandbox::WaitForRetired();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // nothing is left to wait for
}

TEST(Sandbox, IsNotReusedAfterAProgramLeftAFile) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("open('/tmp/left', 'w').write('x')\n"), "");
  EXPECT_EQ(sandbox.Run("", "", {})->wait_status, 0);
  EXPECT_FALSE(sandbox.reusable());
}

TEST(Sandbox, RunsAHarnessAroundTheProgram) {
  Sandbox sandbox = Started();
  ASSERT_EQ(*sandbox.Load("def f(x): return x + 1\n",
                          "import os\nns = {}\nexec(__program__, ns)\n"
                          "os.write(4, str(ns['f'](int(os.read(3, 99)))).encode())\n"),
            "");
  EXPECT_EQ(sandbox.Run("", "41", {})->result, "42");
}

TEST(Sandbox, CheckSeesEveryRequiredWall) {
  for (const WallState& wall : CheckSandbox({})) {
    EXPECT_TRUE(wall.on || !wall.required) << wall.name << ": " << wall.why;
    EXPECT_FALSE(wall.purpose.empty());
  }
  EXPECT_TRUE(RequireSandbox({}).ok());
}

TEST(Sandbox, CheckNamesAWallThatIsLeftOut) {
  const Status status = RequireSandbox({.left_out = {Wall::kLandlock}});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kSystem);
  EXPECT_NE(status.error().message().find("landlock"), std::string::npos);
}

TEST(Sandbox, RefusesWithoutBubblewrapOrPython) {
  EXPECT_EQ(Sandbox::Start({.bubblewrap = "/nonexistent/bwrap"}).error().code(),
            ErrorCode::kSystem);
  EXPECT_EQ(Sandbox::Start({.bubblewrap = "/usr/bin/false"}).error().code(), ErrorCode::kSystem);
  EXPECT_EQ(Sandbox::Start({.interpreter = "/bin/sh"}).error().code(), ErrorCode::kSystem);
  EXPECT_EQ(Sandbox::Start({.interpreter = "/usr/bin/false"}).error().code(), ErrorCode::kSystem);
}

TEST(Sandbox, RunsBareOnlyWhenAsked) {
  SandboxPolicy bare;
  bare.unsafe_no_sandbox = true;
  Sandbox sandbox = Started(bare);
  ASSERT_EQ(*sandbox.Load("print(input())\n"), "");
  EXPECT_EQ(sandbox.Run("x\n", "", {})->out, "x\n");
  EXPECT_TRUE(RequireSandbox(bare).ok());
}

}  // namespace
}  // namespace fuseo1
