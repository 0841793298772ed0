// Where the files of a benchmark's data lie. Any thread.
#pragma once

#include <string>
#include <vector>

#include "eval/benchmark.h"
#include "io/file_system.h"

namespace fuseo1 {

// path: a file; a folder, whose .jsonl or .parquet files are taken (the benchmark's own sub-folder
// or hinted files first); or "" for the Hub's cache (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface;
// datasets--OWNER--NAME/snapshots/REVISION). Sorted; at least one. Errors as Dataset::Open.
Result<std::vector<std::string>> LocateData(FileSystem& fs, const BenchmarkDef& benchmark,
                                            const std::string& path);

}  // namespace fuseo1
