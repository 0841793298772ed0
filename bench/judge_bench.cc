// The judge's speed, both sides in one run: tests a second against one fresh interpreter for each
// test, and what the sandbox adds to an honest program that runs once.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "eval/judge/judge.h"

namespace fuseo1 {
namespace {

constexpr int kTests = 200, kRepeats = 41;

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double Median(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < kRepeats; ++i) times.push_back(Seconds(work));
  std::nth_element(times.begin(), times.begin() + kRepeats / 2, times.end());
  return times[kRepeats / 2];
}

// One fresh interpreter with pipes, no walls: what a plain runner does for each test.
bool RunFresh(const std::string& file, const std::string& input, const std::string& expected) {
  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string program = "/usr/bin/python3", path = file;
  char* argv[] = {program.data(), path.data(), nullptr};
  pid_t pid = -1;
  const bool started = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  bool ok =
      started && write(in[1], input.data(), input.size()) == static_cast<ssize_t>(input.size());
  close(in[1]);
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t got; (got = read(out[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(out[0]);
  int status = -1;
  if (started) waitpid(pid, &status, 0);
  return ok && status == 0 && SameOutput(text, expected, Comparator::kStrict);
}

int Run() {
  const std::string code =
      "import sys, heapq, collections\ndef main():\n    n, *a = map(int, "
      "sys.stdin.read().split())\n"
      "    heapq.heapify(a)\n    print(sum(heapq.heappop(a) for _ in range(n)))\nmain()\n";
  char folder[] = "/tmp/fuseo1-bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  const std::string file = std::string(folder) + "/main.py";
  std::FILE* stream = std::fopen(file.c_str(), "w");
  std::fputs(code.c_str(), stream);
  std::fclose(stream);

  JudgeProblem problem{.id = "sum"}, once{.id = "once"};
  for (int i = 0; i < kTests; ++i) {
    problem.tests.push_back({"3\n1 2 " + std::to_string(i) + "\n", std::to_string(3 + i) + "\n"});
  }
  once.tests.push_back(problem.tests.front());
  bool right = true;
  const auto judge = [&](const JudgeProblem& which) {
    right = JudgeSample(which, code, {}).verdict == CodeVerdict::kAccepted && right;
  };
  const auto fresh = [&](const JudgeTest& test) {
    right = RunFresh(file, test.input, test.output) && right;
  };
  judge(once);
  const double ours = Seconds([&] { judge(problem); });
  const double theirs = Seconds([&] {
    for (const JudgeTest& test : problem.tests) fresh(test);
  });
  const double sandboxed = Median([&] { judge(once); });
  const double plain = Median([&] { fresh(once.tests.front()); });
  std::printf("judge: %.0f tests/s, a fresh process each: %.0f tests/s, ratio %.1f (bar: 5)\n",
              kTests / ours, kTests / theirs, theirs / ours);
  std::printf("one honest run: %.1f ms in the sandbox, %.1f ms bare, added %.1f ms (bar: 15)\n",
              sandboxed * 1e3, plain * 1e3, (sandboxed - plain) * 1e3);
  unlink(file.c_str());
  rmdir(folder);
  if (!right) std::printf("a verdict was wrong\n");
  return right ? 0 : 1;
}

}  // namespace
}  // namespace fuseo1

int main() { return fuseo1::Run(); }
