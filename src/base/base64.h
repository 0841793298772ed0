// Bytes to base64 with padding (RFC 4648). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

std::string Base64(std::string_view bytes);

}  // namespace fuseo1
