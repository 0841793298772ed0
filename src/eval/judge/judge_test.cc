#include "eval/judge/judge.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "base/json.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

JudgeProblem Stdin(std::string input, std::string output) {
  return {.id = "p", .tests = {{std::move(input), std::move(output)}}};
}

JudgeProblem Function(std::string input, std::string output) {
  return {.id = "p",
          .mode = JudgeMode::kFunctional,
          .tests = {{std::move(input), std::move(output)}},
          .func_name = "f"};
}

JudgeProblem Asserts(std::string prefix, std::string test) {
  return {.id = "p",
          .mode = JudgeMode::kAsserts,
          .prefix = std::move(prefix),
          .test_code = std::move(test)};
}

std::string_view Judged(const JudgeProblem& problem, const std::string& code,
                        JudgeOptions options = {}) {
  if (options.time_limit_s == 6) options.time_limit_s = 2;
  const SampleVerdict verdict = JudgeSample(problem, code, options);
  if (verdict.verdict != CodeVerdict::kAccepted) std::printf("    %s\n", verdict.reason.c_str());
  EXPECT_FALSE(HasControlCharacters(verdict.reason));
  return VerdictName(verdict.verdict);
}

// Vectors whose "should_be" is not a plain pass or fail: what our policy makes of them.
const std::map<std::string, std::string, std::less<>> kPolicy = {
    {"float 2 per line", "AC"},
    {"float 1 per line", "WA"},
    {"float vs int 3.0 vs 3", "AC"},
    {"double spaces", "AC"},
    {"blank line extra mid", "WA"},
    {"bare except swallows TLE", "TLE"},
    {"infinite loop", "TLE"},
    {"0 tests", "harness_error"},
    {"memory bomb 2GB", "MLE"},
    {"file write", "AC"},
    {"os.listdir", "AC"},
    {"socket allowed", "RE"},
    {"subprocess via posix_spawn", "AC"},
    {"reload restores os.system", "AC"},
    {"frame peek expected", "WA"},
    {"list of tuples", "WA"},
    {"True vs 1", "WA"},
    {"float approx", "WA"},
    {"float eq", "AC"},
    {"mutates state", "AC"},
    {"always-eq object", "WA"}};

std::vector<Json> Vectors() {
  std::ifstream file(FUSEO1_SOURCE_DIR "/tests/golden/eval-vectors/code_judge.jsonl");
  std::vector<Json> vectors;
  for (std::string line; std::getline(file, line);) vectors.push_back(*ParseJson(line));
  return vectors;
}

JudgeProblem ProblemOf(const Json& vector) {
  JudgeProblem problem{.id = vector["name"]};
  if (vector["type"] == "functional") {
    problem.mode = JudgeMode::kFunctional;
    problem.func_name = vector["fn_name"];
  }
  for (std::size_t i = 0; i < vector["inputs"].size(); ++i) {
    problem.tests.push_back({vector["inputs"][i], vector["outputs"][i]});
  }
  return problem;
}

TEST(Judge, GivesThe61LabelledProgramsTheVerdictTheyShouldHave) {
  const std::vector<Json> vectors = Vectors();
  EXPECT_EQ(vectors.size(), 61U);
  for (const Json& vector : vectors) {
    const std::string name = vector["name"], should_be = vector["should_be"];
    const auto policy = kPolicy.find(name);
    const std::string expected = policy != kPolicy.end() ? policy->second
                                 : should_be == "pass"   ? "AC"
                                                         : "WA";
    JudgeOptions options{.time_limit_s = 1};
    if (name == "memory bomb 2GB") options.policy.memory_limit_bytes = kGiB;
    EXPECT_EQ(Judged(ProblemOf(vector), vector["code"], options), expected) << name;
  }
  EXPECT_NE(access("/tmp/pwned", F_OK), 0);
}

TEST(Judge, TellsVerdictsApart) {
  const JudgeProblem problem = Stdin("1\n", "1\n");
  EXPECT_EQ(Judged(problem, ""), "CE");
  EXPECT_EQ(Judged(problem, "print(1"), "CE");
  EXPECT_EQ(Judged(problem, "print(2)"), "WA");
  EXPECT_EQ(Judged(problem, "print(1)\n1/0"), "RE");
  EXPECT_EQ(Judged(problem, "print(1)\nimport sys\nsys.exit(3)"), "RE");
  EXPECT_EQ(Judged(problem, "print(1, flush=True)\nimport os\nos.kill(os.getpid(), 11)"), "RE");
  EXPECT_EQ(Judged(problem, "a = []\nwhile True: a.append(bytearray(1 << 24))",
                   {.policy = {.memory_limit_bytes = 256 * kMiB}}),
            "MLE");
  EXPECT_EQ(Judged(problem, "while True: print('x' * 10000)"), "WA");
  EXPECT_EQ(Judged(problem, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nprint(1)"),
            "RE");
}

TEST(Judge, RunsProgramsAsRealPrograms) {
  const auto accepts = [](const std::string& code) {
    return Judged(Stdin("4 5\n", "9\n"), code) == "AC";
  };
  EXPECT_TRUE(accepts("import sys\nprint(sum(map(int, open('/dev/stdin').read().split())))"));
  EXPECT_TRUE(accepts(
      "import threading, sys\nthreading.stack_size(512 << 20)\nsys.setrecursionlimit(10**6)\n"
      "def f(n): return 0 if n == 0 else 1 + f(n - 1)\n"
      "t = threading.Thread(target=lambda: (f(50000), print(9)))\nt.start()\nt.join()"));
  EXPECT_TRUE(
      accepts("import os\npid = os.fork()\nif pid == 0:\n  print(9, flush=True)\n  "
              "os._exit(0)\nos.waitpid(pid, 0)"));
  EXPECT_TRUE(accepts("a = bytearray(300 << 20)\nprint(9)"));
  EXPECT_TRUE(
      accepts("from multiprocessing import Pool\ndef f(x): return x\nif __name__ == '__main__':\n"
              "  with Pool(2) as p: print(sum(p.map(f, [4, 5])))"));
  EXPECT_TRUE(
      accepts("import subprocess\nprint(subprocess.run(['echo', '9'], capture_output=True, "
              "text=True).stdout.strip())"));
  EXPECT_TRUE(
      accepts("import resource\nresource.setrlimit(resource.RLIMIT_STACK, (-1, -1))\nprint(9)"));
  EXPECT_TRUE(accepts("import atexit\natexit.register(print, 9)"));
  EXPECT_TRUE(
      accepts("import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\nprint(9)"));
  EXPECT_TRUE(
      accepts("from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(32) as "
              "e: print(sum(e.map(int, '45')))"));
  EXPECT_EQ(Judged(Stdin("héllo ∑\n", "héllo ∑\n"), "print(input())"), "AC");
  EXPECT_EQ(Judged(Stdin("", std::string(5'000'000, 'x') + "\n"), "print('x' * 5_000_000)"), "AC");
}

// Fast input and output classes look at their file's mode and size, and write at the very end.
TEST(Judge, GivesProgramsTheStreamsOfARealInterpreter) {
  EXPECT_EQ(Judged(Stdin("", "r w <stdin> <stdout> rb\n"),
                   "import sys\nprint(sys.stdin.mode, sys.stdout.mode, sys.stdin.name, "
                   "sys.stdout.buffer.name, sys.stdin.buffer.raw.mode)"),
            "AC");
  EXPECT_EQ(
      Judged(Stdin("3\n4\n", "7\n"),
             "import os, sys\nfrom io import BytesIO, IOBase\n"
             "class Fast(IOBase):\n"
             "  def __init__(self, file):\n"
             "    self.fd, self.held = file.fileno(), BytesIO()\n"
             "    self.writable = 'x' in file.mode or 'r' not in file.mode\n"
             "  def readline(self):\n"
             "    if not self.held.getvalue():\n"
             "      self.held = BytesIO(os.read(self.fd, max(os.fstat(self.fd).st_size, 8)))\n"
             "    return self.held.readline().decode()\n"
             "  def write(self, text): self.held.write(text.encode())\n"
             "  def flush(self):\n"
             "    if self.writable: os.write(self.fd, self.held.getvalue())\n"
             "    self.held = BytesIO()\n"
             "sys.stdin, sys.stdout = Fast(sys.stdin), Fast(sys.stdout)\n"
             "print(int(sys.stdin.readline()) + int(sys.stdin.readline()))"),
      "AC");
  EXPECT_EQ(Judged(Stdin("", "7\n"), "f = open(1, 'w', closefd=False)\ndef g(): f.write('7')\ng()"),
            "AC");
  EXPECT_EQ(
      Judged(Stdin("", "x\nbye\n"),
             "def g(): print('bye')\nclass A:\n  def __del__(self): g()\na = A()\nprint('x')"),
      "AC");
  EXPECT_EQ(Judged(Stdin("", "1\n"),
                   "import sys\nclass W:\n  def write(self, text): sys.__stdout__.write(text)\n"
                   "  def flush(self): raise ValueError\nsys.stdout = W()\nprint(1)"),
            "RE");  // the interpreter's status 120
  EXPECT_EQ(
      Judged(Stdin("", "7\n"), "open('own.py', 'w').write('X = 7')\nimport own\nprint(own.X)"),
      "AC");
}

TEST(Judge, AGrandchildThatHoldsThePipeChangesNothing) {
  EXPECT_EQ(Judged(Stdin("", "1\n"),
                   "import os, time\nprint(1, flush=True)\nif os.fork() == 0:\n  os.setsid()\n  "
                   "time.sleep(60)"),
            "AC");
}

TEST(Judge, EachTestStartsFresh) {
  JudgeProblem problem = Stdin("", "0\n");
  problem.tests.push_back(problem.tests[0]);
  problem.tests.push_back(problem.tests[0]);
  EXPECT_EQ(
      Judged(problem,
             "import os\nprint(int(os.path.exists('/tmp/left')))\nopen('/tmp/left', 'w').close()"),
      "AC");
}

TEST(Judge, FunctionalValuesAreComparedByType) {
  EXPECT_EQ(Judged(Function("[1,2]", "[2,1]"), "class Solution:\n  def f(self, a): return a[::-1]"),
            "AC");
  EXPECT_EQ(Judged(Function("1", "\"1\""), "def f(a): return a"), "WA");
  EXPECT_EQ(Judged(Function("\"1\"", "1"), "def f(a): return a"), "WA");
  EXPECT_EQ(Judged(Function("1", "{}"), "def f(a): return True"), "WA");
  EXPECT_EQ(Judged(Function("1", "123456789012345678901234567890"),
                   "def f(a): return 123456789012345678901234567890"),
            "AC");
  EXPECT_EQ(Judged(Function("[3,1]", "[1, 3]"),
                   "def f(a):\n  h = []\n  for x in a: heappush(h, x)\n"
                   "  r: List[int] = [heappop(h) for _ in a]\n  return r"),
            "AC");
  EXPECT_EQ(Judged(Function("1", "1"), "import os\ndef f(a): os._exit(0)"), "RE");
  EXPECT_EQ(Judged(Function("1", "1"), "import sys\nsys.exit(0)\ndef f(a): return 1"), "RE");
  EXPECT_EQ(Judged(Function("1", "1"), "def f(a):\n  print('x' * 50_000_000)\n  return 1"), "AC");
  EXPECT_EQ(Judged(Function("1", "1"), "def g(a): return 1"), "RE");
  EXPECT_EQ(Judged(Function("1", "1"),
                   "def f(a): return a\nif __name__ == '__main__':\n  print(f(int(input())))"),
            "AC");
  EXPECT_EQ(Judged(Function("1", "[]"), "def f(a):\n  x = []\n  x.append(x)\n  return x"), "WA");
}

TEST(Judge, AssertsHoldOnlyInTheProcessThatTheProgramCannotReach) {
  const JudgeProblem problem =
      Asserts("def add(a, b):\n",
              "def check(c):\n  assert c(1, 2) == 3\n  assert c([1], [2]) == [1, 2]\ncheck(add)");
  EXPECT_EQ(Judged(problem, "  return a + b\n"), "AC");
  EXPECT_EQ(Judged(problem, "  return 3\n"), "WA");
  EXPECT_EQ(Judged(problem, "  return undefined\n"), "RE");
  EXPECT_EQ(Judged(problem, "  import os; os._exit(0)\n"), "RE");
  EXPECT_EQ(Judged(problem, "  import sys; sys.exit(0)\n"), "RE");
  EXPECT_EQ(Judged(problem, "  return a + b\nimport sys\nsys.exit(0)"), "RE");
  EXPECT_EQ(Judged(problem, "  while True: pass\n"), "TLE");
  EXPECT_EQ(Judged(problem, "  return E()\nclass E:\n  def __eq__(self, o): return True\n"), "WA");
  EXPECT_EQ(Judged(problem, "  return bytearray(1 << 40)\n"), "MLE");
  EXPECT_EQ(Judged(problem, "  return a +\n"), "CE");
  EXPECT_EQ(
      Judged(Asserts("", "l = [2, 1]\norder(l)\nassert l == [1, 2]"), "def order(l): l.sort()"),
      "AC");
  EXPECT_EQ(Judged(Asserts("", "assert raises()"), "def raises(): raise AssertionError"), "RE");
  EXPECT_EQ(Judged(Asserts("", "try:\n  f()\n  assert False\nexcept ValueError: pass"),
                   "def f(): raise ValueError('x')"),
            "AC");
  EXPECT_EQ(Judged(Asserts("", "p = P(1)\nassert f(p) == 1 and p.x == 1"),
                   "class P:\n  def __init__(s, x): s.x = x\ndef f(p): return p.x"),
            "AC");
  EXPECT_EQ(Judged(Asserts("", "assert list(f(3)) == [0, 1, 2]"), "def f(n): yield from range(n)"),
            "AC");
  EXPECT_EQ(Judged(Asserts("", " "), "x = 1"), "harness_error");
}

TEST(Judge, CallsAreComparedWithTheReference) {
  JudgeProblem problem{.id = "p",
                       .mode = JudgeMode::kCalls,
                       .func_name = "f",
                       .test_code = "assert f((1, 2), 3) == (1, 2, 3)",
                       .reference_code = "def f(t, x): return t + (x,)",
                       .inputs_json = "[[[1, 2], 3], [[], 0.5]]"};
  ASSERT_TRUE(PrepareProblem(problem, {}).ok());
  EXPECT_EQ(problem.reference_outputs.size(), 2U);
  EXPECT_EQ(Judged(problem, "def f(t, x): return (*t, x)"), "AC");
  EXPECT_EQ(Judged(problem, "def f(t, x): return [*t, x]"), "WA");
  EXPECT_EQ(Judged(problem, "def f(t, x): return (*t, x + 1e-9)"), "AC");
  EXPECT_EQ(Judged(problem, "def f(t, x): return (*t, x) if t else exit(0)"), "RE");
  JudgeProblem partly = problem;
  partly.reference_outputs.clear();
  partly.reference_code = "def f(t, x): return t + (x,) if t else 1 / 0";
  ASSERT_TRUE(PrepareProblem(partly, {}).ok());
  EXPECT_EQ(partly.skipped_inputs, std::vector<std::size_t>{1});
  EXPECT_EQ(Judged(partly, "def f(t, x): return (*t, x) if t else exit(0)"), "AC");
  JudgeProblem broken = problem;
  broken.reference_outputs.clear();
  broken.reference_code = "def f(t, x): raise ValueError";
  EXPECT_EQ(PrepareProblem(broken, {}).error().code(), ErrorCode::kInput);
  EXPECT_EQ(Judged(broken, "def f(t, x): return 1"), "harness_error");
}

TEST(Judge, WhatTheReferenceTakesIsTheMeasureOfASamplesTime) {
  const std::string slow =
      "def f(s):\n    import time\n    while time.process_time() < s: pass\n    return s";
  JudgeProblem problem{.id = "p",
                       .mode = JudgeMode::kCalls,
                       .func_name = "f",
                       .test_code = "assert f(1) == 1",
                       .reference_code = slow,
                       .inputs_json = "[[0.6]]"};
  const JudgeOptions options{.time_limit_s = 0.2};
  ASSERT_TRUE(PrepareProblem(problem, options).ok());
  EXPECT_EQ(Judged(problem, slow, options), "AC");
  EXPECT_EQ(Judged(problem, "def f(s):\n    while True: pass", options), "TLE");
}

TEST(Judge, AListMadeFromASetHasNoOrder) {
  JudgeProblem problem{
      .id = "p",
      .mode = JudgeMode::kCalls,
      .func_name = "f",
      .test_code = "assert f(['a']) == ['a']",
      .reference_code = "def f(words):\n    found = set(words)\n    return [w for w in found]",
      .inputs_json = R"([[["a", "b", "c", "d", "e", "f", "g", "h", "a"]]])"};
  ASSERT_TRUE(PrepareProblem(problem, {}).ok());
  EXPECT_TRUE(problem.any_order);
  EXPECT_EQ(Judged(problem, "def f(words): return sorted(set(words))"), "AC");
  EXPECT_EQ(Judged(problem, "def f(words): return sorted(set(words))[1:]"), "WA");
  JudgeProblem ordered = problem;
  ordered.reference_outputs.clear();
  ordered.reference_code = "def f(words): return sorted(set(words))";
  ASSERT_TRUE(PrepareProblem(ordered, {}).ok());
  EXPECT_FALSE(ordered.any_order);
  EXPECT_EQ(Judged(ordered, "def f(words): return sorted(set(words))[::-1]"), "WA");
}

TEST(Judge, ManyJobsRunBesideEachOtherAndAreReportedOnce) {
  const JudgeProblem problem = Stdin("2\n", "4\n");
  std::vector<JudgeJob> jobs;
  for (int i = 0; i < 12; ++i)
    jobs.push_back({&problem, i % 3 == 0 ? "while True: pass" : "print(int(input()) * 2)"});
  std::vector<int> seen(jobs.size());
  const Status status = JudgeMany(
      jobs, {.time_limit_s = 0.2, .workers = 3}, [&](std::size_t job, SampleVerdict verdict) {
        ++seen[job];
        EXPECT_EQ(VerdictName(verdict.verdict), job % 3 == 0 ? "TLE" : "AC") << verdict.reason;
      });
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(seen, std::vector<int>(jobs.size(), 1));
}

TEST(Judge, RefusesWithoutTheSandboxUnlessAskedByName) {
  const JudgeProblem problem = Stdin("2\n", "4\n");
  const std::vector<JudgeJob> jobs = {{&problem, "print(4)"}};
  JudgeOptions options;
  options.policy.bubblewrap = "/nonexistent/bwrap";
  const auto none = [](std::size_t, SampleVerdict) { FAIL() << "a program ran"; };
  EXPECT_EQ(JudgeMany(jobs, options, none).error().code(), ErrorCode::kSystem);
  options.policy.unsafe_no_sandbox = true;
  const auto one = [](std::size_t, SampleVerdict verdict) {
    EXPECT_EQ(verdict.verdict, CodeVerdict::kAccepted) << verdict.reason;
    EXPECT_TRUE(verdict.unsandboxed);
  };
  EXPECT_TRUE(JudgeMany(jobs, options, one).ok());
}

}  // namespace
}  // namespace fuseo1
