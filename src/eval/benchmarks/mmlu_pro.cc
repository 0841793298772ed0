// MMLU-Pro: 12,032 questions with three to ten options in the stored order. answer_index decides:
// in one record (3983) it differs from the letter.
#include <array>

#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxOptions = 16;

Result<Problem> Read(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"question_id"}, {"question"}));
  FUSEO1_TRY(problem.options, TextList(record, "options"));
  if (problem.options.size() < 2 || problem.options.size() > kMaxOptions) {
    return InputError("\"options\" must hold 2 to 16 texts");
  }
  FUSEO1_TRY(problem.correct_option, IndexField(record, "answer_index", problem.options.size()));
  problem.subject = OptionalText(record, {"category"});
  return problem;
}

}  // namespace

const BenchmarkDef& mmlu_pro_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "mmlu_pro",
      .title = "MMLU-Pro",
      .metric = "pass@1",
      .licence = "MIT",
      .source = "TIGER-Lab/MMLU-Pro",
      .file_hint = "test",
      .items = 12032,
      .kind = AnswerKind::kChoice,
      .prompt = PromptStyle::kMmlu,
      .sampling = {.temperature = 0.7, .top_p = 1.0, .samples = 1, .seed = 0},
      .run_by_fuseo1 = true,
      .rounding = PublishedRounding::kFourDecimalsFirst,
      .ten_options = true,
      .read = &Read,
  };
  return kBenchmark;
}

}  // namespace fuseo1
