// MBPP+ (EvalPlus): small Python functions with many tests, from the Hub form or the release file.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/code_fields.h"

namespace fuseo1 {

const BenchmarkDef& mbpp_plus_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "mbpp_plus",
      .title = "MBPP+",
      .metric = "pass@1",
      .licence = "Apache-2.0 (MBPP: CC BY 4.0)",
      .source = "evalplus/mbppplus",
      .file_hint = "test",
      .items = 378,
      .kind = AnswerKind::kCode,
      .prompt = PromptStyle::kFunction,
      .read = &ReadFunctionRecord,
      .judge = &JudgeFunctionRecord,
  };
  return kBenchmark;
}

}  // namespace fuseo1
