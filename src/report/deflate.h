// Bytes to a zlib stream, fast rather than small: a page is written in a moment. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

std::string Deflate(std::string_view bytes);

}  // namespace fuseo1
