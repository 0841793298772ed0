#include "eval/benchmarks/common/fields.h"

#include <fmt/format.h>

#include "base/text.h"
#include "generate/sample.h"

namespace fuseo1 {
namespace {

const Json* FirstOf(const Json& record, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const Json* value = FindKey(record, key);
    if (value != nullptr && !value->is_null()) {
      return value;
    }
  }
  return nullptr;
}

std::string Names(std::initializer_list<const char*> keys) {
  std::string names;
  for (const char* key : keys) {
    names += fmt::format("{}\"{}\"", names.empty() ? "" : " or ", key);
  }
  return names;
}

}  // namespace

Result<std::string> TextField(const Json& record, std::initializer_list<const char*> keys) {
  const Json* value = FirstOf(record, keys);
  if (value == nullptr) {
    return InputError(fmt::format("{} is missing", Names(keys)));
  }
  if (value->is_string()) {
    return value->get<std::string>();
  }
  if (value->is_number() || value->is_boolean()) {
    return DumpJson(*value, -1);
  }
  return InputError(fmt::format("{} must be text", Names(keys)));
}

std::string OptionalText(const Json& record, std::initializer_list<const char*> keys) {
  Result<std::string> text = TextField(record, keys);
  return text.ok() ? *std::move(text) : std::string();
}

Result<std::vector<std::string>> TextList(const Json& record, const char* key) {
  const Json* value = FindKey(record, key);
  if (value == nullptr || !value->is_array()) {
    return InputError(fmt::format("\"{}\" must be a list of texts", key));
  }
  std::vector<std::string> texts;
  for (const Json& entry : *value) {
    if (!entry.is_string()) {
      return InputError(fmt::format("\"{}\" must be a list of texts", key));
    }
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

Result<std::size_t> IndexField(const Json& record, const char* key, std::size_t limit) {
  const Json* value = FindKey(record, key);
  if (value == nullptr || !value->is_number_integer() || value->get<std::int64_t>() < 0 ||
      value->get<std::uint64_t>() >= limit) {
    return InputError(fmt::format("\"{}\" must be a whole number below {}", key, limit));
  }
  return static_cast<std::size_t>(value->get<std::uint64_t>());
}

Result<Problem> StartProblem(const Json& record, std::uint64_t row,
                             std::initializer_list<const char*> id_keys,
                             std::initializer_list<const char*> question_keys) {
  if (!record.is_object()) {
    return InputError("a record must be a JSON object");
  }
  Problem problem;
  problem.row = row;
  problem.id = OptionalText(record, id_keys);
  if (problem.id.empty()) {
    problem.id = std::to_string(row);
  }
  if (problem.id.size() > kMaxItemIdBytes || HasControlCharacters(problem.id)) {
    return InputError(
        fmt::format("the id must be at most {} bytes without control characters, found {}",
                    kMaxItemIdBytes, Quoted(problem.id, 40)));
  }
  FUSEO1_TRY(problem.question, TextField(record, question_keys));
  return problem;
}

Result<Problem> ReadMathsRecord(const Json& record, std::uint64_t row) {
  FUSEO1_TRY(Problem problem,
             StartProblem(record, row, {"id", "unique_id", "problem_idx", "ID", "idx"},
                          {"question", "problem", "Question", "Problem", "input"}));
  FUSEO1_TRY(problem.published_gold, TextField(record, {"answer", "Answer", "expected_answer"}));
  problem.gold = std::string(Trim(problem.published_gold));
  problem.subject = OptionalText(record, {"subject", "type"});
  problem.difficulty = OptionalText(record, {"level", "difficulty"});
  return problem;
}

}  // namespace fuseo1
