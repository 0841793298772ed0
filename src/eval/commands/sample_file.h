// The samples file of a benchmark, checked line by line: broken lines, unknown items and second
// answers for one (id, sample) are reported with their line and counted, never stored. One thread
// at a time.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "eval/data/dataset.h"
#include "generate/sample.h"

namespace fuseo1 {

struct SampleFileCounts {
  std::int64_t lines = 0;
  std::int64_t good = 0;
  std::int64_t bad = 0;
  std::int64_t outside_window = 0;  // left out of the score
  std::string first_bad;            // "line 7: …"
};

// Calls `visit` for every good line whose item counts. Stops at the first error of `visit` or of
// the file.
Result<SampleFileCounts> ReadSampleFile(FileSystem& fs, const std::string& path,
                                        const Dataset& data,
                                        const std::function<Status(Sample sample)>& visit);

// kInput, where lines were bad and the user has not asked to skip them: no score then.
Status CheckBadLines(const std::string& path, const SampleFileCounts& counts, bool skip_bad_lines);

}  // namespace fuseo1
