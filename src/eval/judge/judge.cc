#include "eval/judge/judge.h"

#include <sys/random.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include "base/json.h"
#include "base/text.h"
#include "eval/judge/harness.h"
#include "eval/judge/verdict.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {
namespace {

// One program in a sandbox that is replaced when a run has used it up.
class Session {
 public:
  Session(const SandboxPolicy& policy, std::string program, const std::string& harness)
      : policy_(&policy), program_(std::move(program)), harness_(&harness) {}
  Session(Session&&) = default;
  Session& operator=(Session&&) = default;
  ~Session() {
    if (sandbox_ && sandbox_->reusable()) Sandbox::Retire(std::move(*sandbox_));
  }

  // Empty, or why the program does not compile.
  Result<std::string> Open() {
    FUSEO1_TRY(sandbox_, Sandbox::Start(*policy_));
    Result<std::string> why = sandbox_->Load(program_, *harness_);
    // The sandbox stood, so its end is the program's work.
    return why.ok() ? *why
                    : std::string("the program brought down the sandbox while it was compiled");
  }

  Result<RunOutcome> Run(std::string_view input, std::string_view data, const RunLimits& limits) {
    if (!sandbox_ || !sandbox_->reusable()) {
      sandbox_.reset();
      FUSEO1_TRY(const std::string why, Open());
      if (!why.empty()) return RunOutcome{};
    }
    return sandbox_->Run(input, data, limits);
  }

  void Close() { sandbox_.reset(); }

 private:
  const SandboxPolicy* policy_;
  std::string program_;
  const std::string* harness_;
  std::optional<Sandbox> sandbox_;
};

std::string Nonce() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  std::string text;
  for (const unsigned char byte : bytes) {
    for (const int digit : {byte >> 4, byte & 15}) text.push_back("0123456789abcdef"[digit]);
  }
  return text;
}

TestVerdict Decide(TestVerdict verdict, bool right, const std::string& why) {
  verdict.verdict = right ? CodeVerdict::kAccepted : CodeVerdict::kWrong;
  if (!right) verdict.reason = why;
  return verdict;
}

TestVerdict JudgeOutput(TestVerdict verdict, const RunOutcome& run, const JudgeTest& test,
                        Comparator comparator) {
  return Decide(std::move(verdict), SameOutput(run.out, test.output, comparator),
                "printed " + Quoted(run.out, 80) + ", expected " + Quoted(test.output, 80));
}

TestVerdict JudgeResult(TestVerdict verdict, const RunOutcome& run, const Value& expected,
                        const JudgeTest& test, Comparator comparator) {
  if (run.result.empty()) {
    verdict.verdict = CodeVerdict::kRuntime;
    verdict.reason = "ended before the function returned";
    return verdict;
  }
  const Result<Value> value = ParseValue(run.result, ValueSyntax::kTagged);
  return Decide(std::move(verdict), value.ok() && SameValue(*value, expected, comparator),
                "returned " + Quoted(run.result, 80) + ", expected " + Quoted(test.output, 80));
}

// 0: all asserts held, which only the nonce proves. 3: one failed. 4: out of memory (asserts.py).
TestVerdict JudgeAsserts(TestVerdict verdict, const RunOutcome& run, const std::string& nonce) {
  if (verdict.verdict == CodeVerdict::kAccepted) {
    if (!nonce.empty() && run.result == nonce) return verdict;
    verdict.verdict = CodeVerdict::kRuntime;
    verdict.reason = "ended before all asserts had run";
  } else if (run.end == RunEnd::kExited && WIFEXITED(run.wait_status) &&
             verdict.verdict == CodeVerdict::kRuntime) {
    if (WEXITSTATUS(run.wait_status) == 3) verdict.verdict = CodeVerdict::kWrong;
    if (WEXITSTATUS(run.wait_status) == 4) verdict.verdict = CodeVerdict::kMemory;
  }
  return verdict;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    lines.emplace_back(text.substr(0, end));
  }
  return lines;
}

// What a reference returns that is no data (a match object, say) only says that it is not None.
void OnlyPresence(Value& value) {
  value.boolean =
      value.kind == Value::Kind::kBool ? value.boolean : value.kind != Value::Kind::kNull;
  value.kind = Value::Kind::kBool;
}

TestVerdict JudgeCalls(TestVerdict verdict, const RunOutcome& run, const JudgeProblem& problem) {
  const std::vector<std::string> lines = Lines(run.result);
  const std::string set_call = "set(" + problem.func_name + "(";
  const bool as_sets = problem.any_order || Contains(problem.test_code, set_call) ||
                       Contains(problem.prefix, set_call);
  std::vector<Value> expected;
  bool presence = false;
  for (const std::string& line : problem.reference_outputs) {
    Result<Value> value = ParseValue(line, ValueSyntax::kTagged);
    expected.push_back(value.ok() ? *value : Value{.kind = Value::Kind::kOther});
    presence = presence || expected.back().kind == Value::Kind::kOther;
  }
  for (std::size_t i = 0; i < expected.size() && i < lines.size(); ++i) {
    Result<Value> value = ParseValue(lines[i], ValueSyntax::kTagged);
    if (value.ok() && presence) {
      OnlyPresence(*value);
      OnlyPresence(expected[i]);
    }
    const bool same = value.ok() && (CloseValue(*value, expected[i], problem.atol) ||
                                     (as_sets && SameAsSets(*value, expected[i], problem.atol)));
    if (!same) {
      return Decide(std::move(verdict), false,
                    "input " + std::to_string(i) + ": returned " + Quoted(lines[i], 80) +
                        ", expected " + Quoted(problem.reference_outputs[i], 80));
    }
  }
  if (verdict.verdict == CodeVerdict::kAccepted && lines.size() < expected.size()) {
    verdict.verdict = CodeVerdict::kRuntime;
    verdict.reason = "ended after " + std::to_string(lines.size()) + " of " +
                     std::to_string(expected.size()) + " inputs";
  }
  return verdict;
}

// Everything that one sample's judging shares.
struct Case {
  const JudgeProblem& problem;
  const JudgeOptions& options;
  double time_limit_s;
  RunLimits limits;
};

// EvalPlus's own measure: what the reference takes on this machine, four times.
constexpr double kReferenceTimes = 4;

Case MakeCase(const JudgeProblem& problem, const JudgeOptions& options) {
  const double asked = problem.time_limit_s > 0 ? problem.time_limit_s : options.time_limit_s;
  Case made{problem, options, std::max(asked, kReferenceTimes * problem.reference_cpu_s), {}};
  made.limits.cpu_seconds = options.policy.left_out.contains(Wall::kCpuLimit)
                                ? 0
                                : static_cast<std::uint64_t>(std::ceil(made.time_limit_s)) + 1;
  made.limits.wall =
      std::chrono::milliseconds(static_cast<std::int64_t>((3 * made.time_limit_s + 2) * 1000));
  return made;
}

std::string CallsData(const JudgeProblem& problem, bool is_reference) {
  const Json head{{"function", problem.func_name},
                  {"assertion", problem.test_code},
                  {"skip", problem.skipped_inputs},
                  {"reference", is_reference}};
  std::string data = DumpJson(head, -1);
  data.pop_back();
  return data + ",\"inputs\":" + problem.inputs_json + "}";
}

Result<TestVerdict> RunTest(const Case& it, Session& session, std::size_t index) {
  const JudgeProblem& problem = it.problem;
  std::string_view input;
  std::string data, nonce;
  RunLimits limits = it.limits;
  std::optional<Value> expected;
  switch (problem.mode) {
    case JudgeMode::kStdin:
      input = problem.tests[index].input;
      limits.max_output_bytes += 2 * problem.tests[index].output.size();
      break;
    case JudgeMode::kFunctional: {
      FUSEO1_TRY(expected, ParseValue(problem.tests[index].output, ValueSyntax::kJson));
      data = problem.func_name + "\n" + problem.tests[index].input;
      limits.max_output_bytes += 4 * problem.tests[index].output.size();
      break;
    }
    case JudgeMode::kAsserts:
      nonce = Nonce();
      data = DumpJson(Json{{"test", problem.test_code}, {"nonce", nonce}}, -1);
      break;
    case JudgeMode::kCalls:
      data = CallsData(problem, false);
      limits.max_output_bytes *= 4;
      break;
  }
  FUSEO1_TRY(const RunOutcome run, session.Run(input, data, limits));
  TestVerdict verdict = VerdictOfEnd(run, it.time_limit_s, it.options.policy.memory_limit_bytes);
  if (problem.mode == JudgeMode::kAsserts) return JudgeAsserts(std::move(verdict), run, nonce);
  if (verdict.verdict != CodeVerdict::kAccepted) return verdict;
  if (problem.mode == JudgeMode::kStdin) {
    return JudgeOutput(std::move(verdict), run, problem.tests[index], it.options.comparator);
  }
  if (problem.mode == JudgeMode::kFunctional) {
    return JudgeResult(std::move(verdict), run, *expected, problem.tests[index],
                       it.options.comparator);
  }
  return JudgeCalls(std::move(verdict), run, problem);
}

// A time limit counts only when nothing else was running: the test is repeated alone.
Result<TestVerdict> RunTestFairly(const Case& it, Session& session, std::size_t index) {
  TimingGate* gate = it.options.gate;
  if (gate != nullptr) gate->EnterShared();
  Result<TestVerdict> verdict = RunTest(it, session, index);
  if (gate != nullptr) gate->LeaveShared();
  if (!verdict.ok() || verdict->verdict != CodeVerdict::kTime) return verdict;
  session.Close();
  if (gate != nullptr) gate->EnterAlone();
  Result<TestVerdict> again = RunTest(it, session, index);
  if (gate != nullptr) gate->LeaveAlone();
  return again;
}

std::string ProgramText(const JudgeProblem& problem, const std::string& code,
                        Comparator comparator) {
  if (problem.mode == JudgeMode::kStdin && comparator != Comparator::kStrict &&
      !Contains(code, "from __future__")) {
    return std::string(PreambleText()) + code;
  }
  const bool prefixed = problem.mode == JudgeMode::kAsserts || problem.mode == JudgeMode::kCalls;
  return prefixed ? problem.prefix + code : code;
}

SampleVerdict HarnessError(std::string reason) {
  return {.verdict = CodeVerdict::kHarnessError, .reason = std::move(reason), .tests = {}};
}

}  // namespace

std::string_view VerdictName(CodeVerdict verdict) {
  switch (verdict) {
    case CodeVerdict::kAccepted:
      return "AC";
    case CodeVerdict::kWrong:
      return "WA";
    case CodeVerdict::kTime:
      return "TLE";
    case CodeVerdict::kMemory:
      return "MLE";
    case CodeVerdict::kRuntime:
      return "RE";
    case CodeVerdict::kCompile:
      return "CE";
    case CodeVerdict::kHarnessError:
      return "harness_error";
  }
  return "";
}

namespace {

// One line for each input, "!" where the reference fails on it. Keeps the longest time it took.
Result<std::vector<std::string>> RunReference(JudgeProblem& problem, const JudgeOptions& options) {
  Case it = MakeCase(problem, options);
  it.limits.cpu_seconds = 60;
  it.limits.wall = std::chrono::seconds(600);
  it.limits.max_output_bytes *= 4;
  Session session(options.policy, problem.reference_code, HarnessText(problem.mode));
  FUSEO1_TRY(const RunOutcome run, session.Run("", CallsData(problem, true), it.limits));
  if (run.end != RunEnd::kExited || run.wait_status != 0 || run.result.empty()) {
    return InputError("problem " + Quoted(problem.id) +
                      ": its reference solution fails: " + Printable(Trim(run.err_tail), 300));
  }
  problem.reference_cpu_s =
      std::max(problem.reference_cpu_s, static_cast<double>(run.cpu_us) * 1e-6);
  return Lines(run.result);
}

// A set made into a list or tuple has the order of its hashes.
bool ListsASet(const std::string& code) {
  return Contains(code, "list(set") || Contains(code, "tuple(set");
}

bool SameButForOrder(const std::string& a, const std::string& b, double atol) {
  const Result<Value> x = ParseValue(a, ValueSyntax::kTagged);
  const Result<Value> y = ParseValue(b, ValueSyntax::kTagged);
  return x.ok() && y.ok() && SameAsSets(*x, *y, atol);
}

}  // namespace

Status PrepareProblem(JudgeProblem& problem, const JudgeOptions& options) {
  if (problem.mode != JudgeMode::kCalls || !problem.reference_outputs.empty()) return {};
  FUSEO1_TRY(std::vector<std::string> lines, RunReference(problem, options));
  problem.any_order =
      ListsASet(problem.reference_code) && !Contains(problem.reference_code, "sorted(");
  if (Contains(problem.reference_code, "set(")) {
    FUSEO1_TRY(const std::vector<std::string> again, RunReference(problem, options));
    for (std::size_t i = 0; i < lines.size() && i < again.size(); ++i) {
      if (lines[i] == again[i]) continue;
      const bool reordered = SameButForOrder(lines[i], again[i], problem.atol);
      problem.any_order = problem.any_order || reordered;
      if (!reordered) lines[i] = "!";
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == "!") {
      problem.skipped_inputs.push_back(i);
    } else {
      problem.reference_outputs.push_back(std::move(lines[i]));
    }
  }
  if (problem.reference_outputs.empty()) {
    return InputError("problem " + Quoted(problem.id) +
                      ": its reference solution fails on every input");
  }
  return {};
}

SampleVerdict JudgeSample(const JudgeProblem& problem, const std::string& code,
                          const JudgeOptions& options) {
  const bool listed = problem.mode == JudgeMode::kStdin || problem.mode == JudgeMode::kFunctional;
  if (listed && problem.tests.empty()) return HarnessError("the problem has no tests");
  if (problem.mode == JudgeMode::kAsserts && Trim(problem.test_code).empty())
    return HarnessError("the problem has no tests");
  if (problem.mode == JudgeMode::kCalls && problem.reference_outputs.empty()) {
    JudgeProblem prepared = problem;
    const Status status = PrepareProblem(prepared, options);
    return status.ok() ? JudgeSample(prepared, code, options)
                       : HarnessError(status.error().message());
  }
  SampleVerdict sample{.verdict = CodeVerdict::kCompile,
                       .reason = "there is no program",
                       .tests = {},
                       .unsandboxed = options.policy.unsafe_no_sandbox};
  if (Trim(code).empty()) return sample;
  const Case it = MakeCase(problem, options);
  Session session(options.policy, ProgramText(problem, code, options.comparator),
                  HarnessText(problem.mode));
  Result<std::string> opened = session.Open();
  if (opened.ok() && !opened->empty() && !problem.prefix.empty() && !listed) {
    // A whole program that cannot stand after the prompt (from __future__ …) may stand alone.
    session = Session(options.policy, code, HarnessText(problem.mode));
    opened = session.Open();
  }
  if (!opened.ok()) return HarnessError(opened.error().message());
  if (!opened->empty()) {
    sample.reason = Printable(*opened, 300);
    return sample;
  }
  sample.verdict = CodeVerdict::kAccepted;
  const std::size_t count = listed ? problem.tests.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    Result<TestVerdict> test = RunTestFairly(it, session, i);
    if (!test.ok()) return HarnessError(test.error().message());
    if (test->verdict != CodeVerdict::kAccepted && sample.verdict == CodeVerdict::kAccepted) {
      sample.verdict = test->verdict;
      sample.reason =
          (listed ? "test " + std::to_string(i + 1) + " of " + std::to_string(count) + ": " : "") +
          test->reason;
    }
    sample.tests.push_back(std::move(test).value());
    if (sample.verdict != CodeVerdict::kAccepted && !options.all_tests) break;
  }
  if (sample.verdict == CodeVerdict::kAccepted) {
    sample.reason = listed ? "passed " + std::to_string(count) + (count == 1 ? " test" : " tests")
                           : "passed all asserts";
  }
  return sample;
}

}  // namespace fuseo1
