// SHA-256, for names that a browser or another tool checks; fingerprints of our own are xxh3
// (hash.h). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fuseo1 {

// The 32 bytes of the digest.
std::string Sha256(std::string_view bytes);

}  // namespace fuseo1
