// The one pickle that LiveCodeBench uses: a single Python string. Any thread.
#pragma once

#include <string_view>

#include "base/result.h"

namespace fuseo1 {

// The UTF-8 text inside, a window into `bytes`. Accepts PROTO, FRAME, one of SHORT_BINUNICODE,
// BINUNICODE or BINUNICODE8, MEMOIZE, BINPUT or LONG_BINPUT, STOP, in this order. Any other opcode
// is kInput with its offset: nothing is ever built or called.
Result<std::string_view> ReadPickledText(std::string_view bytes);

}  // namespace fuseo1
