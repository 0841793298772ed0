// The order of the output's tensors, their shards and offsets, and each tensor's place in torch's
// stream of random numbers. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/text_sink.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

// Sorts jobs as mergekit executes them: ascending by the largest of a tensor's input names, equal
// ones as planned. labels: of each job.
void SortJobs(std::vector<TensorJob>* jobs, const std::vector<Name>& labels);

// Fills shards in job order; a shard ends before the tensor that would push it over shard_bytes. 0:
// one shard. Sets shard, offset, MergePlan::shards and output_bytes.
Status LayOutShards(MergePlan* plan, std::uint64_t shard_bytes);

// The first bytes of a shard's file, in pieces.
void WriteShardHeader(const MergePlan& plan, std::size_t shard, const TextSink& sink);

// Sets torch_draws_before of each job.
void CountDraws(MergePlan* plan);

}  // namespace fuseo1
