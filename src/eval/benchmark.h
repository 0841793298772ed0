// What a benchmark is: one record, defined by one file of benchmarks/ as `const BenchmarkDef&
// NAME_benchmark()` and found by name. Constant; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "eval/compat/extract.h"
#include "eval/judge/judge.h"
#include "eval/metrics/metrics.h"
#include "eval/problem.h"

namespace fuseo1 {

enum class AnswerKind { kMaths, kChoice, kCode };
enum class PromptStyle { kMaths, kGpqa, kMmlu, kLiveCode, kFunction };

// How FuseO1 sampled it; for benchmarks that it did not run, what its scripts would have used.
struct PublishedSampling {
  double temperature = 0.6;
  double top_p = 0.95;
  std::int64_t max_tokens = 32'768;
  std::int64_t samples = 1;
  std::uint64_t seed = 2;
};

struct BenchmarkDef {
  std::string_view name;       // "aime24"
  std::string_view title;      // "AIME24"
  std::string_view metric;     // the primary one: "pass@1, cons@32"
  std::string_view licence;    // of the data
  std::string_view source;     // Hub data set
  std::string_view file_hint;  // part of the path of its file within the Hub data set
  std::uint64_t items = 0;     // of the published set; 0: moves
  AnswerKind kind = AnswerKind::kMaths;
  PromptStyle prompt = PromptStyle::kMaths;
  PublishedSampling sampling = {};
  bool run_by_fuseo1 = false;
  GoldRule gold_rule = GoldRule::kTwicePassed;
  UnitStep unit_step = UnitStep::kDelete;
  PublishedRounding rounding = PublishedRounding::kOnce;
  bool shuffles_options = false;
  bool ten_options = false;           // MMLU-Pro's published extractor
  double published_time_limit_s = 0;  // code: FuseO1's own limit

  // One record to a problem; the id comes from its own keys or is the row number. Errors: kInput,
  // naming the key.
  Result<Problem> (*read)(const Json& record, std::uint64_t row) = nullptr;
  // Code only: what the judge needs of a record.
  Result<JudgeProblem> (*judge)(const Json& record) = nullptr;
};

// In the order of the published table, then the others.
std::span<const BenchmarkDef* const> Benchmarks();

// A hyphen does for an underscore and letters of any case; kUsage with the nearest name otherwise.
Result<const BenchmarkDef*> FindBenchmark(std::string_view name);

}  // namespace fuseo1
