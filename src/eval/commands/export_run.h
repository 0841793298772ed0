// `fuseo1 run show` and `fuseo1 run export`: what a run holds, as text, and as the JSON lines of
// the contract, which grade --run takes in again.
#pragma once

#include <string>

#include "eval/commands/command_io.h"

namespace fuseo1 {

// The benchmarks of a run with their items, answers and verdicts. Errors: kUsage for no run, kInput
// for damage.
Status ShowRun(const std::string& run, bool json, const CommandIo& io);

// Writes into `directory`, which may exist: BENCH.samples.jsonl, BENCH.verdicts.GRADER.jsonl and
// BENCH.prompts.jsonl for every benchmark ("" for all), in the samples' order, one answer in memory
// at a time. A file that is there is replaced, each when it is complete. Errors: those of ShowRun;
// kUsage for a directory that is the run, kSystem for the disk.
Status ExportRun(const std::string& run, const std::string& directory, const std::string& benchmark,
                 bool json, const CommandIo& io);

}  // namespace fuseo1
