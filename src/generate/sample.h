// One answer of a model, and its line in a samples file:
// {"id": str, "sample": int, "response": str, "finish_reason": str?, "prompt_tokens": int?,
//  "completion_tokens": int?}. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace fuseo1 {

struct Sample {
  std::string id;
  std::int64_t sample = 0;
  std::string response;
  std::string finish_reason;  // "stop", "length", …; "" where nobody said
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
};

inline constexpr std::uint64_t kMaxSampleLineBytes = 64 * kMiB;
inline constexpr std::size_t kMaxItemIdBytes = 1024;
inline constexpr std::int64_t kMaxSampleNumber = 1'000'000;

// Reads one line. Unknown keys are ignored; a number does for a text id. Errors: kInput, naming the
// key.
Result<Sample> ParseSampleLine(std::string_view line);

// One line without its end.
std::string SampleLine(const Sample& sample);

}  // namespace fuseo1
