// Cons@n: what the samples of an item say together. By verified equality (ours) and by the text of
// the normalised answer (the published rule). Pure; any thread.
#pragma once

#include <span>

#include "eval/metrics/metrics.h"

namespace fuseo1 {

// Unparsed samples are dropped; the largest class wins, a tie goes to the class seen first; an item
// without an answer scores 0. The grade of a class is that of its first sample.
Consensus VerifiedConsensus(std::span<const GradedItem* const> items);

// Votes by exact text, empty answers vote like any other, a tie goes to the text seen first, the
// score is the grade of the first sample with the winning text.
Consensus PublishedConsensus(std::span<const GradedItem* const> items);

}  // namespace fuseo1
