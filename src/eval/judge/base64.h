// Base64 (RFC 4648, with or without padding, blanks ignored). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

// kInput with the offset of the first byte that is none of the alphabet's.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace fuseo1
