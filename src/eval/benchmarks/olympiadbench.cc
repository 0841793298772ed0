// The open-ended English text-only mathematics problems of OlympiadBench (OE_TO_maths_en_COMP).
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

std::string_view StripDollars(std::string_view text) {
  while (!text.empty() && text.front() == '$') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == '$') {
    text.remove_suffix(1);
  }
  return text;
}

// final_answer always holds one text, which may list several answers.
Result<Problem> ReadOlympiad(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"id"}, {"question"}));
  FUSEO1_TRY(const std::vector<std::string> answers, TextList(record, "final_answer"));
  if (answers.empty()) {
    return InputError("\"final_answer\" is empty");
  }
  problem.gold = answers.front();
  problem.published_gold = std::string(StripDollars(answers.front()));
  problem.tolerance = OptionalText(record, {"error"});
  problem.subject = OptionalText(record, {"subfield"});
  return problem;
}

}  // namespace

const BenchmarkDef& olympiadbench_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "olympiadbench",
      .title = "OlympiadBench",
      .metric = "pass@1",
      .licence = "Apache-2.0",
      .source = "Hothan/OlympiadBench",
      .file_hint = "OE_TO_maths_en_COMP",
      .items = 675,
      .sampling = {.samples = 1, .seed = 2},
      .run_by_fuseo1 = true,
      .gold_rule = GoldRule::kTwicePassed,
      .read = &ReadOlympiad,
  };
  return kBenchmark;
}

}  // namespace fuseo1
