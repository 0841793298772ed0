// Numbers as exact decimals: is "0.50" the same number as "0.5"? Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fuseo1 {

// The one spelling of a decimal literal ([+-] digits [. digits] [e exponent]) among all that mean
// the same number, or nothing for other text. Linear in the text, whatever the exponent.
std::optional<std::string> CanonicalDecimal(std::string_view text);

}  // namespace fuseo1
