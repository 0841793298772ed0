// Metrics as a JSON object (keys as the judging policy names them) and as lines of text. Pure; any
// thread.
#pragma once

#include <string>

#include "base/json.h"
#include "eval/benchmark.h"
#include "eval/metrics/metrics.h"

namespace fuseo1 {

// Shares are fractions; "pass@1", "stderr", "ci95", "pass@K", "cons@N", "tied_items",
// "tie_expected", "unparsed_rate", "truncation_rate", "timeout_rate", and under "by_difficulty" and
// "by_subject" the same keyed by group.
Json MetricsJson(const MetricSet& metrics);

std::string MetricsText(const BenchmarkDef& benchmark, const MetricSet& metrics);

}  // namespace fuseo1
