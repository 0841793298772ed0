// AIME 2024 I and II: answers are whole numbers from 0 to 999, zero-padded in some records.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {

const BenchmarkDef& aime24_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "aime24",
      .title = "AIME24",
      .metric = "pass@1, cons@32",
      .licence = "problems (c) MAA: bring your own copy",
      .source = "HuggingFaceH4/aime_2024",
      .file_hint = "train",
      .items = 30,
      .sampling = {.samples = 32, .seed = 0},
      .run_by_fuseo1 = true,
      .gold_rule = GoldRule::kTwicePassed,
      .read = &ReadMathsRecord,
  };
  return kBenchmark;
}

}  // namespace fuseo1
