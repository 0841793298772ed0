// What a report says, before it takes a form: runs with their numbers, the table's columns and
// rows, tests between runs and against the published table. Values made once by BuildReport; any
// thread may read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "eval/benchmark.h"
#include "eval/metrics/paired.h"
#include "eval/store/run_store.h"

namespace fuseo1 {

// A difference is called significant below this probability of its arising by chance.
inline constexpr double kSignificance = 0.05;

// One benchmark of one run under one grader.
struct BenchmarkResult {
  const BenchmarkDef* benchmark = nullptr;
  std::string grader;
  std::vector<std::string> other_graders;  // that also have verdicts in the run
  std::string dataset_hash;
  Json settings;                   // the benchmark's entry in run.json
  std::vector<StoredItem> items;   // all that the run may answer, in the data's order
  std::vector<GradedItem> graded;  // the same items, same order
  MetricSet metrics;
  std::int64_t ungraded_samples = 0;
};

struct RunResult {
  std::string directory;
  std::string name;        // the model, else the directory's name; differs between the runs
  std::string short_name;  // the last part of the name where that tells the runs apart
  std::string letter;      // "a", "b", …: what marks refer to
  std::vector<BenchmarkResult> benchmarks;

  const BenchmarkResult* Find(const BenchmarkDef* benchmark) const;
};

enum class ColumnKind { kPass, kConsensus, kDifficulty };

// A column of the table. The published table names its columns by benchmark and metric.
struct Column {
  const BenchmarkDef* benchmark = nullptr;
  ColumnKind kind = ColumnKind::kPass;
  std::string difficulty;           // kDifficulty only
  std::string title;                // "AIME24", "LiveCodeBench-Easy"
  std::string metric;               // "pass@1", "cons@32"
  std::int64_t consensus_size = 0;  // kConsensus: 32

  std::string MetricTitle() const;  // "Pass@1", "Cons@32"
};

struct Cell {
  std::optional<double> percent;     // as published: rounded to one decimal
  std::optional<Estimate> estimate;  // ours; shares
  std::int64_t items = 0;
  std::int64_t samples = 0;
  std::int64_t consensus_size = 0;  // where it is not the column's: said beside the value
};

struct Row {
  std::string name;
  bool is_published = false;
  std::size_t run = 0;  // of ours
  std::vector<Cell> cells;
};

// Two runs on the items of one benchmark that both answered.
struct PairedComparison {
  std::size_t run_a = 0;
  std::size_t run_b = 0;
  const BenchmarkDef* benchmark = nullptr;
  PairedResult test;  // b − a, sign-flip permutation
  std::int64_t better_items = 0;
  std::int64_t worse_items = 0;
  double mcnemar_p = 1;
  double holm_p = 1;  // of test.p_value among all paired comparisons of the report
};

// A cell of ours against a published one of the same column.
struct PublishedComparison {
  std::size_t run = 0;
  std::size_t row = 0;  // of Report::rows
  std::size_t column = 0;
  double difference = 0;  // ours − published, in percentage points
  double p_value = 1;
  double holm_p = 1;  // among all published comparisons of the report
  bool is_exact_binomial = false;
  bool is_same_model = false;
};

struct Report {
  std::string version;
  std::vector<RunResult> runs;
  std::vector<Column> columns;
  std::vector<Row> rows;  // published ones first, as on FuseO1's page, then the runs
  std::vector<PairedComparison> paired;
  std::vector<PublishedComparison> published;
  bool has_reference = false;
  std::vector<std::string> notes;  // what a reader must know before believing a number

  std::string_view CellMark(std::size_t row, std::size_t column, std::size_t run) const;
};

// How many samples an item has: the most that one has.
std::int64_t SamplesPerItem(const BenchmarkResult& result);

// "+1.2", "−0.4": a difference in percentage points.
std::string SignedPoints(double points);
// "0.034", "< 0.0001".
std::string ProbabilityText(double p);
// "74.0", "69.25" never: one decimal.
std::string PercentText(double percent);

}  // namespace fuseo1
