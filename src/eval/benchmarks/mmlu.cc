// MMLU: 57 subjects, four options in the stored order, no examples in the prompt.
#include <array>

#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

Result<Problem> Read(const Json& record, std::uint64_t row) {
  // Texts repeat (173 questions), so an item is its row.
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {}, {"question"}));
  FUSEO1_TRY(problem.options, TextList(record, "choices"));
  if (problem.options.size() != 4) {
    return InputError("\"choices\" must hold four texts");
  }
  FUSEO1_TRY(problem.correct_option, IndexField(record, "answer", problem.options.size()));
  problem.subject = OptionalText(record, {"subject"});
  return problem;
}

}  // namespace

const BenchmarkDef& mmlu_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "mmlu",
      .title = "MMLU",
      .metric = "pass@1",
      .licence = "MIT",
      .source = "cais/mmlu",
      .file_hint = "all/test",
      .items = 14042,
      .kind = AnswerKind::kChoice,
      .prompt = PromptStyle::kMmlu,
      .sampling = {.temperature = 0.7, .top_p = 1.0, .samples = 1, .seed = 0},
      .run_by_fuseo1 = true,
      .rounding = PublishedRounding::kFourDecimalsFirst,
      .read = &Read,
  };
  return kBenchmark;
}

}  // namespace fuseo1
