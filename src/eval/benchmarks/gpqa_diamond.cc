// GPQA-Diamond: 198 graduate questions, four options, shuffled for each item by the seed. The data
// is gated.
#include <array>

#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

Result<Problem> Read(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"Record ID", "id"}, {"Question"}));
  problem.subject = OptionalText(record, {"High-level domain"});
  for (const char* key :
       {"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"}) {
    FUSEO1_TRY(std::string option, TextField(record, {key}));
    problem.options.push_back(std::move(option));
  }
  problem.correct_option = 0;
  return problem;
}

}  // namespace

const BenchmarkDef& gpqa_diamond_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "gpqa_diamond",
      .title = "GPQA-Diamond",
      .metric = "pass@1",
      .licence = "CC BY 4.0, gated; its authors ask not to put it online",
      .source = "Idavidrein/gpqa",
      .file_hint = "gpqa_diamond",
      .items = 198,
      .kind = AnswerKind::kChoice,
      .prompt = PromptStyle::kGpqa,
      .sampling = {.temperature = 0.7, .top_p = 1.0, .samples = 1, .seed = 0},
      .run_by_fuseo1 = true,
      .rounding = PublishedRounding::kFourDecimalsFirst,
      .shuffles_options = true,
      .read = &Read,
  };
  return kBenchmark;
}

}  // namespace fuseo1
