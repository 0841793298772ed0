// errno in our words: which file, which action, what the system said, what to do. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

// A path as messages show it: no control characters, never so short that the name is lost.
std::string ShownPath(std::string_view path);

// "PATH: cannot ACTION: No space left on device (ENOSPC). Free some space …". kUsage where the path
// is not there or cannot be one, kInput for a link loop, kSystem for everything else.
Error ErrnoError(std::string_view path, std::string_view action, int error_number);

// The same for a write that found no room: says how much the file system of `descriptor` still has.
Error WriteError(int descriptor, std::string_view path, std::string_view action, int error_number,
                 std::uint64_t wanted_bytes);

}  // namespace fuseo1
