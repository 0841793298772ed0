// One tensor through torch numerics: whole inputs in memory, one thread.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/run_context.h"
#include "engine/torch_random.h"

namespace fuseo1 {

// Reads, merges, writes and hashes the tensor. Waits for its share of the budget first.
Result<TensorOutcome> RunTorchTensor(RunContext& context, std::uint32_t job_index,
                                     TorchStream& stream);

}  // namespace fuseo1
