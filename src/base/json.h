// The front door to JSON documents of moderate size: config.json, manifests, --json output.
// Objects keep their order. Duplicate keys, too much depth and invalid UTF-8 are errors: the library alone
// keeps the last of two equal keys and accepts any depth. Large files that are only read (safetensors
// headers, indexes, JSON lines) have streaming readers of their own. Any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace fuseo1 {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  std::uint64_t max_bytes = kMaxConfigJsonBytes;
  int max_depth = kMaxJsonDepth;
};

// Parses one JSON document. The error names the byte offset and what was expected; kInput.
Result<Json> ParseJson(std::string_view text, JsonLimits limits = {});

// `text` with the bare words NaN, Infinity and -Infinity, which Python writes and JSON does not have, in
// quotes, after `mark`. For records of published data sets that are no JSON without it.
std::string QuoteNonFiniteNumbers(std::string_view text, std::string_view mark = "");

// JSON as Python writes and reads it: with NaN, Infinity and -Infinity (config.json of Mamba hybrids:
// "time_step_limit": [0.0, Infinity]). They are kept as marked text, which only DumpPythonJson undoes.
Result<Json> ParsePythonJson(std::string_view text, JsonLimits limits = {});
std::string DumpPythonJson(const Json& json);

// The document as text, UTF-8 with invalid bytes replaced. indent < 0: one line.
std::string DumpJson(const Json& json, int indent = 2);

// json as an object member: nullptr where json is not an object or has no such key.
const Json* FindKey(const Json& json, std::string_view key);

}  // namespace fuseo1
