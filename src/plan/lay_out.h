// The order of the output's tensors, their shards and offsets, and each tensor's place in torch's
// stream of random numbers. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// Sorts jobs as mergekit executes them: ascending by the largest of a tensor's input names, equal
// ones as planned. labels: of each job.
void SortJobs(std::vector<TensorJob>* jobs, const std::vector<std::string>& labels);

// Fills shards in job order; a shard ends before the tensor that would push it over shard_bytes. 0:
// one shard. Sets shard, offset, MergePlan::shards and output_bytes.
Status LayOutShards(MergePlan* plan, std::uint64_t shard_bytes);

// Sets torch_draws_before of each job.
void CountDraws(MergePlan* plan);

}  // namespace fuseo1
