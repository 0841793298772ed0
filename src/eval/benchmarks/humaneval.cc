// HumanEval: 164 Python functions to complete, judged by the asserts of each record.
#include "eval/benchmark.h"
#include "eval/benchmarks/common/code_fields.h"

namespace fuseo1 {

const BenchmarkDef& humaneval_benchmark() {
  static constexpr BenchmarkDef kBenchmark{
      .name = "humaneval",
      .title = "HumanEval",
      .metric = "pass@1",
      .licence = "MIT",
      .source = "openai/openai_humaneval",
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
