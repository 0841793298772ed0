// HumanEval+ (EvalPlus): HumanEval with many more tests, from the Hub form or the release file.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/code_fields.h"

namespace fuseo1 {

const BenchmarkDef& humaneval_plus_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "humaneval_plus",
      .title = "HumanEval+",
      .metric = "pass@1",
      .licence = "Apache-2.0",
      .source = "evalplus/humanevalplus",
      .file_hint = "test",
      .items = 164,
      .kind = AnswerKind::kCode,
      .prompt = PromptStyle::kFunction,
      .read = &ReadFunctionRecord,
      .judge = &JudgeFunctionRecord,
  };
  return kBenchmark;
}

}  // namespace fuseo1
