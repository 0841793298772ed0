#include "eval/benchmarks/common/code_fields.h"

#include "eval/benchmarks/common/fields.h"

namespace fuseo1 {
namespace {

// base_input and plus_input as one JSON list of argument lists.
std::string AllInputs(const Json& record) {
  Json inputs = Json::array();
  for (const char* key : {"base_input", "plus_input"}) {
    const Json* list = FindKey(record, key);
    if (list != nullptr && list->is_array()) {
      inputs.insert(inputs.end(), list->begin(), list->end());
    }
  }
  return DumpJson(inputs, -1);
}

}  // namespace

Result<Problem> ReadFunctionRecord(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem, StartProblem(record, row, {"task_id"}, {"prompt", "text"}));
  if (FindKey(record, "test") == nullptr && FindKey(record, "base_input") == nullptr) {
    return InputError("\"test\" or \"base_input\" is missing: a problem without tests");
  }
  return problem;
}

Result<JudgeProblem> JudgeFunctionRecord(const Json& record) {
  JudgeProblem judge;
  judge.id = OptionalText(record, {"task_id"});
  const std::string prompt = OptionalText(record, {"prompt"});
  const std::string entry = OptionalText(record, {"entry_point"});
  if (FindKey(record, "base_input") != nullptr) {
    judge.mode = JudgeMode::kCalls;
    FUSEO1_TRY(judge.func_name, TextField(record, {"entry_point"}));
    FUSEO1_TRY(const std::string solution, TextField(record, {"canonical_solution"}));
    judge.reference_code = prompt + solution;
    judge.test_code = OptionalText(record, {"assertion", "test"});
    judge.inputs_json = AllInputs(record);
    const Json* atol = FindKey(record, "atol");
    judge.atol = atol != nullptr && atol->is_number() ? atol->get<double>() : 0;
    judge.prefix = prompt;
    return judge;
  }
  judge.mode = JudgeMode::kAsserts;
  FUSEO1_TRY(judge.test_code, TextField(record, {"test"}));
  if (!entry.empty()) {
    judge.prefix = prompt;
    judge.test_code += "\ncheck(" + entry + ")\n";
  }
  return judge;
}

}  // namespace fuseo1
