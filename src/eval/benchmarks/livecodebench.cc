// LiveCodeBench, contests from 2024-08-01 to 2025-02-01 (release v5): whole programs and methods.
// The window decides what counts; the tests are read when an answer is judged.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"
#include "eval/judge/lcb_record.h"

namespace fuseo1 {
namespace {

// Both ends belong to the window; dates are ISO texts, so they compare as texts.
constexpr std::string_view kFirstDate = "2024-08-01T00:00:00";
constexpr std::string_view kLastDate = "2025-02-01T00:00:00";

Result<Problem> Read(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"question_id"}, {"question_content"}));
  FUSEO1_TRY(problem.date, TextField(record, {"contest_date"}));
  problem.difficulty = OptionalText(record, {"difficulty"});
  problem.starter_code = OptionalText(record, {"starter_code"});
  std::string date = problem.date;
  if (date.size() == 10) {
    date += "T00:00:00";
  }
  problem.outside_window = date < kFirstDate || date > kLastDate;
  return problem;
}

Result<JudgeProblem> Judge(const Json& record) {
  FUSEO1_TRY(LcbProblem problem, ParseLcbRecord(record));
  return std::move(problem.judge);
}

}  // namespace

const BenchmarkDef& livecodebench_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "livecodebench",
      .title = "LiveCodeBench",
      .metric = "pass@1",
      .licence = "CC BY 4.0 (problems: their contests)",
      .source = "livecodebench/code_generation_lite",
      .file_hint = "test",
      .items = 279,
      .kind = AnswerKind::kCode,
      .prompt = PromptStyle::kLiveCode,
      .sampling = {.samples = 16, .seed = 10008},
      .run_by_fuseo1 = true,
      .published_time_limit_s = 18,
      .read = &Read,
      .judge = &Judge,
  };
  return kBenchmark;
}

}  // namespace fuseo1
