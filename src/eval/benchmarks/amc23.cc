// AMC 12 2023 A and B. The stored answers are floats of whole numbers.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

// "27.0" is the whole number 27, not a decimal with one digit after the point.
Result<Problem> ReadAmc(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, ReadMathsRecord(record, row));
  if (problem.gold.size() > 2 && problem.gold.substr(problem.gold.size() - 2) == ".0") {
    problem.gold.resize(problem.gold.size() - 2);
  }
  return problem;
}

}  // namespace

const BenchmarkDef& amc23_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "amc23",
      .title = "AMC23",
      .metric = "pass@1",
      .licence = "problems (c) MAA: bring your own copy",
      .source = "math-ai/amc23",
      .file_hint = "test",
      .items = 40,
      .sampling = {.samples = 1, .seed = 2},
      .run_by_fuseo1 = false,
      .gold_rule = GoldRule::kTwicePassed,
      .read = &ReadAmc,
  };
  return kBenchmark;
}

}  // namespace fuseo1
