// zlib streams with a limit on what comes out. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

// The whole of one zlib stream. It is measured before anything is kept, so that a bomb costs time
// only, and not more than `max_bytes` take. kInput for a damaged or cut stream, bytes after its
// end, or too much.
Result<std::string> InflateZlib(std::string_view bytes, std::uint64_t max_bytes);

}  // namespace fuseo1
