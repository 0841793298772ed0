// All canonical solutions of HumanEval and MBPP+ pass, and fail when their answers are changed.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/shared_data_test.h"
#include "eval/judge/judge.h"

namespace fuseo1 {
namespace {

// Appended to a program: the same function, every answer changed.
constexpr const char* kMutation = R"(

def _changed(value):
    if isinstance(value, bool): return not value
    if isinstance(value, (int, float, complex)): return 3 * value + 1
    if isinstance(value, str): return value + 'x'
    if isinstance(value, list): return value + [None]
    if isinstance(value, tuple): return value + (None,)
    if isinstance(value, dict): return {**value, 'x': None}
    if isinstance(value, set): return value | {'x'}
    return 1 if value is None else None
_original = ENTRY
ENTRY = lambda *a, **k: _changed(_original(*a, **k))
)";

std::string Mutated(const std::string& entry) {
  std::string text = kMutation;
  for (std::size_t at; (at = text.find("ENTRY")) != std::string::npos;) text.replace(at, 5, entry);
  return text;
}

// Runs all references, two beside each other.
void PrepareAll(std::vector<JudgeProblem>& problems) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < problems.size();) {
      const Status status = PrepareProblem(problems[i], {});
      EXPECT_TRUE(status.ok()) << status.error().message();
    }
  };
  std::thread other(work);
  work();
  other.join();
}

// Judges each problem's solution and its mutant.
void ExpectSolutionsPassAndMutantsFail(const std::vector<JudgeProblem>& problems,
                                       const std::vector<std::string>& solutions,
                                       const std::vector<std::string>& entries) {
  std::vector<JudgeJob> jobs;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    jobs.push_back({&problems[i], solutions[i]});
    jobs.push_back({&problems[i], solutions[i] + Mutated(entries[i])});
  }
  int passed = 0, failed = 0;
  const Status status = JudgeMany(jobs, {}, [&](std::size_t job, SampleVerdict verdict) {
    const bool accepted = verdict.verdict == CodeVerdict::kAccepted;
    (accepted ? passed : failed) += 1;
    EXPECT_EQ(accepted, job % 2 == 0)
        << problems[job / 2].id << (job % 2 == 0 ? "" : ", mutated") << ": "
        << VerdictName(verdict.verdict) << " " << verdict.reason;
    EXPECT_NE(verdict.verdict, CodeVerdict::kHarnessError)
        << problems[job / 2].id << verdict.reason;
  });
  ASSERT_TRUE(status.ok()) << status.error().message();
  std::printf("    %d accepted, %d refused\n", passed, failed);
}

TEST(JudgeDatasets, HumanEvalSolutionsPassAndMutantsFail) {
  const std::vector<Json> rows = SharedRows("data/humaneval/HumanEval.jsonl");
  if (rows.empty()) GTEST_SKIP() << kNoSharedData;
  std::vector<JudgeProblem> problems;
  std::vector<std::string> solutions, entries;
  for (const Json& row : rows) {
    const std::string entry = row["entry_point"];
    problems.push_back({.id = row["task_id"],
                        .mode = JudgeMode::kAsserts,
                        .prefix = row["prompt"],
                        .test_code = row["test"].get<std::string>() + "\ncheck(" + entry + ")\n"});
    solutions.push_back(row["canonical_solution"]);
    entries.push_back(entry);
  }
  ExpectSolutionsPassAndMutantsFail(problems, solutions, entries);
}

TEST(JudgeDatasets, MbppPlusSolutionsPassAndMutantsFail) {
  const std::vector<Json> rows = SharedRows("data/mbppplus/MbppPlus-v0.1.0.jsonl");
  if (rows.empty()) GTEST_SKIP() << kNoSharedData;
  std::vector<JudgeProblem> problems;
  std::vector<std::string> solutions, entries;
  for (const Json& row : rows) {
    Json inputs = row["base_input"];
    for (const Json& input : row["plus_input"]) inputs.push_back(input);
    JudgeProblem problem{.id = row["task_id"],
                         .mode = JudgeMode::kCalls,
                         .func_name = row["entry_point"],
                         .prefix = row["prompt"],
                         .test_code = row["assertion"],
                         .reference_code = row["canonical_solution"],
                         .inputs_json = DumpJson(inputs, -1),
                         .atol = row["atol"]};
    problems.push_back(std::move(problem));
    solutions.push_back(row["canonical_solution"]);
    entries.push_back(row["entry_point"]);
  }
  PrepareAll(problems);
  ExpectSolutionsPassAndMutantsFail(problems, solutions, entries);
}

TEST(JudgeDatasets, MbppAssertionsHoldForTheSolutions) {
  const std::vector<Json> rows = SharedRows("data/mbppplus/MbppPlus-v0.1.0.jsonl");
  if (rows.empty()) GTEST_SKIP() << kNoSharedData;
  std::vector<JudgeProblem> problems;
  std::vector<std::string> solutions, entries;
  for (std::size_t i = 0; i < rows.size(); i += 4) {
    // Its published assertions leave the number itself out of its divisors, its solution does not.
    if (rows[i]["task_id"] == "Mbpp/295") continue;
    problems.push_back(
        {.id = rows[i]["task_id"], .mode = JudgeMode::kAsserts, .test_code = rows[i]["assertion"]});
    solutions.push_back(rows[i]["canonical_solution"]);
    entries.push_back(rows[i]["entry_point"]);
  }
  ExpectSolutionsPassAndMutantsFail(problems, solutions, entries);
}

}  // namespace
}  // namespace fuseo1
