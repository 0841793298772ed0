// A benchmark inside a run: its entry in run.json, its items in the store, the order of its
// options. The entry is made once; data or settings that differ later are refused. One thread at a
// time.
#pragma once

#include <vector>

#include "eval/commands/command_io.h"
#include "eval/data/dataset.h"
#include "eval/grading/batch_grader.h"
#include "eval/store/run_store.h"

namespace fuseo1 {

// How each problem's options are shown: from the run where it stored an order, else from the seed.
std::vector<std::vector<std::size_t>> DefaultOrders(const Dataset& data, std::uint64_t seed);
Result<std::vector<std::vector<std::size_t>>> StoredOrders(RunStore& store, const Dataset& data,
                                                           std::uint64_t seed);

// Puts the benchmark into the run. `entry` holds what generation depends on ({} for imported
// answers); a stored entry that differs in a key of it, or a data set with another hash, is kInput:
// nothing is touched.
Status PutBenchmark(RunStore& store, const Dataset& data, const Json& entry,
                    const std::vector<std::vector<std::size_t>>& orders, std::string_view version);

// Grades the run's samples of a benchmark and stores the verdicts, calling `seen` for each in the
// samples' order. Programs that this grader has judged already with these settings are not judged
// again.
Status GradeRun(RunStore& store, const Dataset& data, const GradeSettings& settings,
                const std::vector<std::vector<std::size_t>>& orders, const CommandIo& io,
                const std::function<Status(const StoredVerdict& verdict)>& seen);

}  // namespace fuseo1
