// One LiveCodeBench problem from its JSON record (eval-spec 5.1), the packed private tests
// included. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "eval/judge/judge.h"

namespace fuseo1 {

struct LcbProblem {
  JudgeProblem judge;
  std::string title, content, platform, contest_id;
  std::string contest_date;  // ISO, "2024-08-03T00:00:00"
  std::string difficulty, starter_code;
};

// kInput names the field: missing or of a wrong type, tests that do not decode, no test at all.
Result<LcbProblem> ParseLcbRecord(const Json& record);
Result<LcbProblem> ParseLcbLine(std::string_view json_line);

// base64(zlib(pickle(text))) to the text.
Result<std::string> UnpackTests(std::string_view packed);

}  // namespace fuseo1
