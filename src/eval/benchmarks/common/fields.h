// Reading the fields of a data record. Pure; any thread. Errors: kInput, naming the key.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "eval/problem.h"

namespace fuseo1 {

// The first of `keys` that the record has, as text: a string as it stands, a number as it is
// written.
Result<std::string> TextField(const Json& record, std::initializer_list<const char*> keys);

// The same, or "" where there is none or it is null.
std::string OptionalText(const Json& record, std::initializer_list<const char*> keys);

Result<std::vector<std::string>> TextList(const Json& record, const char* key);

// A whole number in [0, limit).
Result<std::size_t> IndexField(const Json& record, const char* key, std::size_t limit);

// A problem with its id (the first of `id_keys` that the record has, else the row number) and
// question.
Result<Problem> StartProblem(const Json& record, std::uint64_t row,
                             std::initializer_list<const char*> id_keys,
                             std::initializer_list<const char*> question_keys);

// A maths record with question, answer and perhaps a subject and a level.
Result<Problem> ReadMathsRecord(const Json& record, std::uint64_t row);

}  // namespace fuseo1
