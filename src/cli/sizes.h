// Sizes as people write them on the command line. Pure; any thread. Errors: kUsage with what was
// found.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace fuseo1 {

// "256MiB", "2GB", "1.5 GiB", "4096": KB, MB, GB, TB are decimal, KiB … TiB and the bare letters K,
// M, G, T binary. At most 2^62.
Result<std::uint64_t> ParseMemorySize(std::string_view text);

// mergekit's --out-shard-size: digits, or digits with k, m or b for 10^3, 10^6, 10^9 bytes ("5B" is
// 5 GB), or a number with a unit of two or more letters. 0: never split.
Result<std::uint64_t> ParseShardSize(std::string_view text);

// "0.25", "25%": a share in (0, 1].
Result<double> ParseShare(std::string_view text);

}  // namespace fuseo1
