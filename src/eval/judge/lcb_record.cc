#include "eval/judge/lcb_record.h"

#include "base/text.h"
#include "eval/judge/base64.h"
#include "eval/judge/inflate.h"
#include "eval/judge/pickle_text.h"

namespace fuseo1 {
namespace {

constexpr int kMaxTestsDepth = 4;

Result<std::string> TextField(const Json& record, std::string_view key, bool required) {
  const Json* field = FindKey(record, key);
  if (field == nullptr || field->is_null()) {
    if (!required) return std::string();
    return InputError("LiveCodeBench record: no " + Quoted(key));
  }
  if (!field->is_string())
    return InputError("LiveCodeBench record: " + Quoted(key) + " is not text");
  return field->get<std::string>();
}

Status AddTests(const Json& list, std::string_view field, std::vector<JudgeTest>& tests) {
  const auto bad = [&](std::size_t index, const std::string& what) {
    return InputError(std::string(field) + ": test " + std::to_string(index) + " " + what);
  };
  if (!list.is_array()) return InputError(std::string(field) + ": not a list of tests");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json *input = FindKey(list[i], "input"), *output = FindKey(list[i], "output");
    if (input == nullptr || output == nullptr || !input->is_string() || !output->is_string()) {
      return bad(i, "needs the texts \"input\" and \"output\"");
    }
    tests.push_back({input->get<std::string>(), output->get<std::string>()});
  }
  return {};
}

Result<Json> ParseTests(std::string_view text) {
  return ParseJson(text, {.max_bytes = kMaxTestBlobBytes, .max_depth = kMaxTestsDepth});
}

// A field of tests: a JSON list, or text that holds one, or (`packed`) one that is packed.
Status ReadTests(const Json& record, std::string_view key, bool packed,
                 std::vector<JudgeTest>& tests) {
  const Json* field = FindKey(record, key);
  if (field == nullptr || field->is_null()) return {};
  if (field->is_array()) return AddTests(*field, key, tests);
  if (!field->is_string()) return InputError(std::string(key) + ": neither text nor a list");
  const std::string& text = field->get_ref<const std::string&>();
  if (Trim(text).empty()) return {};
  Result<Json> plain = ParseTests(text);
  if (plain.ok()) return AddTests(*plain, key, tests);
  if (!packed || Trim(text)[0] == '[') return std::move(plain).TakeError().In(key);
  Result<std::string> unpacked = UnpackTests(text);
  if (!unpacked.ok()) return std::move(unpacked).TakeError().In(key);
  Result<Json> list = ParseTests(*unpacked);
  unpacked->clear();
  unpacked->shrink_to_fit();
  if (!list.ok()) return std::move(list).TakeError().In(std::string(key) + ", unpacked");
  return AddTests(*list, key, tests);
}

// The function's name from `metadata`, which is a JSON object or the text of one; "" for stdin
// problems.
Result<std::string> FunctionName(const Json& record) {
  const Json* metadata = FindKey(record, "metadata");
  if (metadata == nullptr || metadata->is_null()) return std::string();
  Json parsed;
  if (metadata->is_string()) {
    if (Trim(metadata->get_ref<const std::string&>()).empty()) return std::string();
    Result<Json> inner = ParseJson(metadata->get_ref<const std::string&>());
    if (!inner.ok()) return std::move(inner).TakeError().In("metadata");
    parsed = std::move(*inner);
    metadata = &parsed;
  }
  if (!metadata->is_object()) return InputError("metadata: not an object");
  const Json* name = FindKey(*metadata, "func_name");
  if (name == nullptr || name->is_null()) return std::string();
  if (!name->is_string() || name->get_ref<const std::string&>().empty() ||
      HasControlCharacters(name->get_ref<const std::string&>())) {
    return InputError("metadata: \"func_name\" is not a name");
  }
  return name->get<std::string>();
}

}  // namespace

Result<std::string> UnpackTests(std::string_view packed) {
  FUSEO1_TRY(std::string zipped, DecodeBase64(packed));
  FUSEO1_TRY(std::string pickled, InflateZlib(zipped, kMaxTestBlobBytes));
  zipped = {};
  FUSEO1_TRY(const std::string_view text, ReadPickledText(pickled));
  const auto begin = static_cast<std::size_t>(text.data() - pickled.data());
  pickled.resize(begin + text.size());
  pickled.erase(0, begin);
  return pickled;
}

Result<LcbProblem> ParseLcbRecord(const Json& record) {
  if (!record.is_object()) return InputError("LiveCodeBench record: not a JSON object");
  LcbProblem problem;
  FUSEO1_TRY(problem.judge.id, TextField(record, "question_id", true));
  FUSEO1_TRY(problem.content, TextField(record, "question_content", true));
  FUSEO1_TRY(problem.title, TextField(record, "question_title", false));
  FUSEO1_TRY(problem.platform, TextField(record, "platform", false));
  FUSEO1_TRY(problem.contest_id, TextField(record, "contest_id", false));
  FUSEO1_TRY(problem.contest_date, TextField(record, "contest_date", true));
  FUSEO1_TRY(problem.difficulty, TextField(record, "difficulty", false));
  FUSEO1_TRY(problem.starter_code, TextField(record, "starter_code", false));
  FUSEO1_TRY(problem.judge.func_name, FunctionName(record));
  problem.judge.mode = problem.judge.func_name.empty() ? JudgeMode::kStdin : JudgeMode::kFunctional;
  for (const auto& [key, packed] :
       {std::pair("public_test_cases", false), std::pair("private_test_cases", true)}) {
    FUSEO1_TRY_VOID(ReadTests(record, key, packed, problem.judge.tests));
  }
  if (problem.judge.tests.empty())
    return InputError("it has no tests, so every program would pass");
  if (problem.judge.mode == JudgeMode::kFunctional) {
    for (std::size_t i = 0; i < problem.judge.tests.size(); ++i) {
      const Result<Value> value = ParseValue(problem.judge.tests[i].output, ValueSyntax::kJson);
      if (!value.ok())
        return InputError("test " + std::to_string(i) + ": its output is no JSON value");
    }
  }
  return problem;
}

Result<LcbProblem> ParseLcbLine(std::string_view json_line) {
  // A record holds its tests packed, or as text in which every character may be escaped.
  FUSEO1_TRY(const Json record,
             ParseJson(json_line, {.max_bytes = 2 * kMaxTestBlobBytes, .max_depth = 8}));
  return ParseLcbRecord(record);
}

}  // namespace fuseo1
