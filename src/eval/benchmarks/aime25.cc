// AIME 2025 I and II, prompted as AIME24.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {

const BenchmarkDef& aime25_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "aime25",
      .title = "AIME25",
      .metric = "pass@1, cons@32",
      .licence = "problems (c) MAA: bring your own copy",
      .source = "math-ai/aime25",
      .file_hint = "test",
      .items = 30,
      .sampling = {.samples = 32, .seed = 0},
      .run_by_fuseo1 = false,
      .gold_rule = GoldRule::kTwicePassed,
      .read = &ReadMathsRecord,
  };
  return kBenchmark;
}

}  // namespace fuseo1
