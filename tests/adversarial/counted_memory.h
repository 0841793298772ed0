// Counts what a test program allocates: linking counted_memory.cc replaces operator new. For
// programs whose tests run in one thread.
#pragma once

#include <cstdint>

namespace fuseo1::testing {

// Bytes that live now, and the most since the last reset.
std::uint64_t LiveBytes();
std::uint64_t PeakBytes();
void ResetPeak();

}  // namespace fuseo1::testing
