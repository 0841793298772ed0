// The instruction sets that the kernels and merge methods are compiled for, and which one runs.
// Every set gives the same bits; FUSEO1_ISA=baseline|avx2|avx512 in the environment overrides the
// choice.
#pragma once

#include <string_view>

#include "base/result.h"

namespace fuseo1 {

enum class Isa { kBaseline, kAvx2, kAvx512 };

std::string_view IsaName(Isa isa);
bool HasIsa(Isa isa);

// The set in use: the best that this processor has, or FUSEO1_ISA. Decided once; thread-safe.
// An override that names no set, or one that this processor lacks, is ignored here and reported by
// CheckIsaOverride (kUsage).
Isa CurrentIsa();
Status CheckIsaOverride();

}  // namespace fuseo1
