// From how a run ended to a verdict. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "eval/judge/judge.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {

// The verdict of a run apart from its answer: kAccepted means that it ended well and the answer
// decides.
TestVerdict VerdictOfEnd(const RunOutcome& outcome, double time_limit_s,
                         std::uint64_t memory_limit_bytes);

}  // namespace fuseo1
