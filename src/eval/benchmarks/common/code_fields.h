// Records of function benchmarks (HumanEval, HumanEval+, MBPP+) for the prompt and the judge. Pure;
// any thread. Errors: kInput, naming the key.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "eval/judge/judge.h"
#include "eval/problem.h"

namespace fuseo1 {

Result<Problem> ReadFunctionRecord(const Json& record, std::uint64_t row);

// A record with a `test` text is judged by its asserts, one with inputs and a reference by
// comparing calls.
Result<JudgeProblem> JudgeFunctionRecord(const Json& record);

}  // namespace fuseo1
