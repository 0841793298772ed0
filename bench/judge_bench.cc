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

constexpr int kTests = 100, kRounds = 7, kRepeats = 41;

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Medians of both sides, which take turns so that a busy moment of the machine meets both, and of
// what `compare` makes of each turn.
struct Pair {
  double ours, theirs, compared;
};
Pair InTurns(int count, const std::function<void()>& ours, const std::function<void()>& theirs,
             const std::function<double(double, double)>& compare) {
  std::vector<double> a, b, compared;
  for (int i = 0; i < count; ++i) {
    a.push_back(Seconds(ours));
    b.push_back(Seconds(theirs));
    compared.push_back(compare(a.back(), b.back()));
  }
  return {Median(a), Median(b), Median(compared)};
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
  const Pair many = InTurns(
      kRounds, [&] { judge(problem); },
      [&] {
        for (const JudgeTest& test : problem.tests) fresh(test);
      },
      [](double a, double b) { return b / a; });
  const Pair one = InTurns(
      kRepeats, [&] { judge(once); }, [&] { fresh(once.tests.front()); },
      [](double a, double b) { return a - b; });
  std::printf("judge: %.0f tests/s, a fresh process each: %.0f tests/s, ratio %.1f (bar: 5)\n",
              kTests / many.ours, kTests / many.theirs, many.compared);
  std::printf("one honest run: %.1f ms in the sandbox, %.1f ms bare, added %.1f ms (bar: 15)\n",
              one.ours * 1e3, one.theirs * 1e3, one.compared * 1e3);
  unlink(file.c_str());
  rmdir(folder);
  if (!right) std::printf("a verdict was wrong\n");
  return right ? 0 : 1;
}

}  // namespace
}  // namespace fuseo1

int main() { return fuseo1::Run(); }
