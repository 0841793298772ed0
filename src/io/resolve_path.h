// A path with every link resolved, also where it does not exist yet. Any thread.
#pragma once

#include <string>

#include "base/result.h"

namespace fuseo1 {

// Absolute; of a path that does not exist, the existing part resolved and the rest as written.
// Dangling links are followed to where they point. Errors: kInput for a link loop, kSystem.
Result<std::string> ResolvePath(const std::string& path);

}  // namespace fuseo1
