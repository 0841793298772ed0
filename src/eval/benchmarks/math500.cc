// The 500 problems of MATH that PRM800K tests on. The published gold is taken from the worked
// solution.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

Result<Problem> ReadMath500(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, ReadMathsRecord(record, row));
  const std::string solution = OptionalText(record, {"solution"});
  // Without a solution the answer in a box gives the same gold but for the extraction's own steps.
  problem.published_gold = solution.empty() ? "\\boxed{" + problem.gold + "}" : solution;
  if (!problem.difficulty.empty()) {
    problem.difficulty = "level " + problem.difficulty;
  }
  return problem;
}

}  // namespace

const BenchmarkDef& math500_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "math500",
      .title = "MATH500",
      .metric = "pass@1",
      .licence = "MIT",
      .source = "HuggingFaceH4/MATH-500",
      .file_hint = "test",
      .items = 500,
      .sampling = {.samples = 1, .seed = 2},
      .run_by_fuseo1 = true,
      .gold_rule = GoldRule::kFromSolution,
      .read = &ReadMath500,
  };
  return kBenchmark;
}

}  // namespace fuseo1
