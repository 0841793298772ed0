// The undergraduate quantitative problems of the Minerva paper (MIT OpenCourseWare); the answer
// stands in a box of the solution.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"
#include "eval/extract/boxes.h"

namespace fuseo1 {
namespace {

Result<Problem> ReadMinerva(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem,
             StartProblem(record, row, {"idx", "id"}, {"problem", "question", "input"}));
  problem.subject = OptionalText(record, {"type"});
  const std::string answer = OptionalText(record, {"answer"});
  const std::string solution = OptionalText(record, {"solution"});
  problem.gold = answer.empty() ? std::string(LastBox(solution).value_or("")) : answer;
  problem.published_gold = solution.empty() ? "\\boxed{" + answer + "}" : solution;
  if (problem.gold.empty()) {
    return InputError("no \"answer\" and no box in \"solution\"");
  }
  return problem;
}

}  // namespace

const BenchmarkDef& minerva_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "minerva",
      .title = "Minerva",
      .metric = "pass@1",
      .licence = "CC BY-NC-SA 4.0: bring your own copy",
      .source = "math-ai/minervamath",
      .file_hint = "test",
      .items = 272,
      .sampling = {.samples = 1, .seed = 2},
      .run_by_fuseo1 = false,
      .gold_rule = GoldRule::kMinerva,
      .unit_step = UnitStep::kSkip,
      .read = &ReadMinerva,
  };
  return kBenchmark;
}

}  // namespace fuseo1
