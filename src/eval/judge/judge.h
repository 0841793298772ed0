// Judges programs: runs one against a problem's tests in the sandbox and says how it ended.
// Expected outputs never enter the sandbox; where a benchmark's asserts must run beside the
// program, they run in a process of their own and prove that they held with a fresh nonce.
//
// JudgeSample may be called from many threads at once. A program can never cause kHarnessError.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "eval/judge/compare.h"
#include "sandbox/policy.h"

namespace fuseo1 {

enum class JudgeMode {
  kStdin,       // a whole program: input on stdin, output on stdout
  kFunctional,  // a function (or a method of `Solution`): JSON arguments, one a line; a JSON value
                // back
  kAsserts,     // a test text with asserts that call the program's functions (HumanEval, MBPP)
  kCalls,       // a function against a reference function on given inputs (HumanEval+, MBPP+)
};

struct JudgeTest {
  std::string input, output;
};

struct JudgeProblem {
  std::string id;
  JudgeMode mode = JudgeMode::kStdin;
  std::vector<JudgeTest> tests = {};  // kStdin, kFunctional
  std::string func_name = {};         // kFunctional, kCalls
  std::string prefix = {};  // kAsserts, kCalls: put before the program, as a HumanEval prompt
  std::string test_code =
      {};  // kAsserts; for kCalls the problem's own asserts, which show the arguments' types
  std::string reference_code = {};                  // kCalls
  std::string inputs_json = {};                     // kCalls: a JSON list of argument lists
  double atol = 0;                                  // kCalls
  double time_limit_s = 0;                          // 0: the options'
  std::vector<std::size_t> skipped_inputs = {};     // kCalls: inputs on which the reference fails
  std::vector<std::string> reference_outputs = {};  // kCalls: filled by PrepareProblem
  double reference_cpu_s = 0;  // kCalls: likewise; a sample may always use four times as much
  bool any_order = false;      // kCalls: the reference's lists come in the order of a set; likewise
};

enum class CodeVerdict { kAccepted, kWrong, kTime, kMemory, kRuntime, kCompile, kHarnessError };
std::string_view VerdictName(
    CodeVerdict verdict);  // "AC", "WA", "TLE", "MLE", "RE", "CE", "harness_error"

struct TestVerdict {
  CodeVerdict verdict = CodeVerdict::kHarnessError;
  std::string reason = {};
  std::uint64_t cpu_us = 0, wall_us = 0, peak_memory_bytes = 0;
};

struct SampleVerdict {
  CodeVerdict verdict = CodeVerdict::kHarnessError;
  std::string reason = {};              // one printable line: which test, what was seen
  std::vector<TestVerdict> tests = {};  // those that ran, in order
  bool unsandboxed = false;             // made without the sandbox: to be said wherever it is shown
};

// Lets a timing be repeated on an otherwise idle judge: TLE must not depend on what ran beside it.
class TimingGate {
 public:
  void EnterShared();
  void LeaveShared();
  void EnterAlone();
  void LeaveAlone();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0, waiting_alone_ = 0;
  bool alone_ = false;
};

struct JudgeOptions {
  Comparator comparator = Comparator::kStrict;
  double time_limit_s = 6;  // processor time a test; wall 3 t + 2 s
  SandboxPolicy policy = {};
  bool all_tests = false;      // go on after the first test that fails
  int workers = 0;             // JudgeMany; 0: one for each core
  TimingGate* gate = nullptr;  // JudgeMany sets its own
};

// Runs the reference of a kCalls problem, twice where it uses sets: text hashes differently in
// every interpreter, so what then comes in another order has none, and what changes is not asked
// for. Its processor time is the measure of a sample's. Does nothing for the other modes. kInput
// where the reference itself fails.
Status PrepareProblem(JudgeProblem& problem, const JudgeOptions& options);

// Returns as soon as the verdict is known; the sandbox may still be ending (Sandbox::Retire).
SampleVerdict JudgeSample(const JudgeProblem& problem, const std::string& code,
                          const JudgeOptions& options);

struct JudgeJob {
  const JudgeProblem* problem = nullptr;
  std::string code;
};

// Judges all jobs on `workers` threads; `done` is called once for each, in any order, never twice
// at once. Stops early, without an error, when *cancel becomes true. kSystem where the sandbox is
// not whole.
Status JudgeMany(std::span<const JudgeJob> jobs, const JudgeOptions& options,
                 const std::function<void(std::size_t job, SampleVerdict verdict)>& done,
                 const std::atomic<bool>* cancel = nullptr);

}  // namespace fuseo1
