#include "generate/sample.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/json_any_text.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

// A count that may be absent or null.
Result<std::optional<std::int64_t>> OptionalCount(const Json& json, const char* key) {
  const Json* value = FindKey(json, key);
  if (value == nullptr || value->is_null()) {
    return std::optional<std::int64_t>();
  }
  if (!value->is_number_integer() || value->get<std::int64_t>() < 0) {
    return InputError(fmt::format("\"{}\" must be a whole number, found {}", key,
                                  Printable(DumpJson(*value, -1), 40)));
  }
  return std::optional<std::int64_t>(value->get<std::int64_t>());
}

Result<std::string> IdText(const Json& json) {
  const Json* id = FindKey(json, "id");
  if (id == nullptr) {
    return InputError("\"id\" is missing");
  }
  if (!id->is_string() && !id->is_number_integer()) {
    return InputError("\"id\" must be a string");
  }
  std::string text = id->is_string() ? id->get<std::string>() : DumpJson(*id, -1);
  if (text.size() > kMaxItemIdBytes || HasControlCharacters(text)) {
    return InputError(
        fmt::format("\"id\" must be at most {} bytes without control characters, found {}",
                    kMaxItemIdBytes, Quoted(text, 40)));
  }
  return text;
}

}  // namespace

Result<Sample> ParseSampleLine(std::string_view line) {
  FUSEO1_TRY(const Json json, ParseJsonOfAnyText(line, {.max_bytes = kMaxSampleLineBytes,
                                                        .max_depth = kMaxJsonDepth}));
  if (!json.is_object()) {
    return InputError("expected one JSON object with \"id\", \"sample\" and \"response\"");
  }
  Sample sample;
  FUSEO1_TRY(sample.id, IdText(json));
  FUSEO1_TRY(const std::optional<std::int64_t> number, OptionalCount(json, "sample"));
  if (!number) {
    return InputError("\"sample\" is missing");
  }
  if (*number > kMaxSampleNumber) {
    return InputError(
        fmt::format("\"sample\" is {}, at most {} is allowed", *number, kMaxSampleNumber));
  }
  sample.sample = *number;
  const Json* response = FindKey(json, "response");
  if (response == nullptr || !response->is_string()) {
    return InputError(response == nullptr ? "\"response\" is missing"
                                          : "\"response\" must be a string");
  }
  sample.response = response->get<std::string>();
  if (const Json* reason = FindKey(json, "finish_reason");
      reason != nullptr && !reason->is_null()) {
    if (!reason->is_string()) {
      return InputError("\"finish_reason\" must be a string");
    }
    sample.finish_reason = reason->get<std::string>();
  }
  FUSEO1_TRY(sample.prompt_tokens, OptionalCount(json, "prompt_tokens"));
  FUSEO1_TRY(sample.completion_tokens, OptionalCount(json, "completion_tokens"));
  return sample;
}

std::string SampleLine(const Sample& sample) {
  Json json = {{"id", sample.id}, {"sample", sample.sample}, {"response", sample.response}};
  if (!sample.finish_reason.empty()) {
    json["finish_reason"] = sample.finish_reason;
  }
  if (sample.prompt_tokens) {
    json["prompt_tokens"] = *sample.prompt_tokens;
  }
  if (sample.completion_tokens) {
    json["completion_tokens"] = *sample.completion_tokens;
  }
  return DumpJson(json, -1);
}

}  // namespace fuseo1
