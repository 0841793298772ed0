#include "report/build_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "report/published.h"
#include "report/significance.h"

namespace fuseo1 {
namespace {

constexpr double kPublishedRounding = 0.0005;  // of a share: percent with one decimal
constexpr std::int64_t kPublishedVotes = 32;

struct Group {
  const char* key;    // as the data spells it
  const char* title;  // as the published table does
};
constexpr std::array<Group, 3> kLevels = {
    {{"easy", "Easy"}, {"medium", "Medium"}, {"hard", "Hard"}}};

bool ShowsLevels(const BenchmarkDef& benchmark) { return benchmark.name == "livecodebench"; }

// What a column takes from a result; nothing where it has none.
std::optional<Cell> CellOf(const BenchmarkResult& result, const Column& column) {
  const MetricSet& m = result.metrics;
  Cell cell;
  if (column.kind == ColumnKind::kPass) {
    cell.estimate = m.pass_at_1;
    cell.items = m.items;
    cell.samples = m.samples;
  } else if (column.kind == ColumnKind::kDifficulty) {
    const auto group = m.by_difficulty.find(column.difficulty);
    if (group == m.by_difficulty.end()) {
      return std::nullopt;
    }
    cell.estimate = group->second.pass_at_1;
    cell.items = group->second.items;
    cell.samples = group->second.samples;
  } else {
    // The published grader goes with the published vote.
    const auto& vote = result.grader == "fuseo1" ? m.published_consensus : m.consensus;
    if (!vote || vote->samples_per_item < 2) {
      return std::nullopt;
    }
    cell.estimate = vote->score;
    cell.items = m.items;
    cell.samples = m.samples;
    cell.consensus_size =
        vote->samples_per_item == column.consensus_size ? 0 : vote->samples_per_item;
  }
  if (cell.items == 0) {
    return std::nullopt;
  }
  cell.percent = PublishedPercent(cell.estimate->value, column.benchmark->rounding);
  return cell;
}

std::vector<Column> ColumnsOf(const std::vector<RunResult>& runs) {
  std::vector<Column> columns;
  const auto add_if_used = [&](const Column& column) {
    for (const RunResult& run : runs) {
      const BenchmarkResult* result = run.Find(column.benchmark);
      if (result != nullptr && CellOf(*result, column)) {
        columns.push_back(column);
        return;
      }
    }
  };
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    const std::string title(benchmark->title);
    add_if_used({benchmark, ColumnKind::kPass, "", title, "pass@1", 0});
    if (benchmark->metric.find("cons@") != std::string_view::npos) {
      add_if_used({benchmark, ColumnKind::kConsensus, "", title,
                   fmt::format("cons@{}", kPublishedVotes), kPublishedVotes});
    }
    if (ShowsLevels(*benchmark)) {
      for (const Group& level : kLevels) {
        add_if_used({benchmark, ColumnKind::kDifficulty, level.key, title + "-" + level.title,
                     "pass@1", 0});
      }
    }
  }
  return columns;
}

Row RowOfRun(const Report& report, std::size_t run) {
  Row row{report.runs[run].name, false, run, {}};
  for (const Column& column : report.columns) {
    const BenchmarkResult* result = report.runs[run].Find(column.benchmark);
    row.cells.push_back(result == nullptr ? Cell() : CellOf(*result, column).value_or(Cell()));
  }
  return row;
}

void AddPublishedRows(Report& report) {
  for (const PublishedModel& model : PublishedModels()) {
    Row row{model.name, true, 0, {}};
    bool has_value = false;
    for (const Column& column : report.columns) {
      Cell cell;
      cell.percent = model.Find(column.title, column.metric);
      has_value = has_value || cell.percent;
      row.cells.push_back(cell);
    }
    if (has_value) {
      report.rows.push_back(std::move(row));
    }
  }
}

double MeanOf(const GradedItem& item) {
  const auto correct = std::count_if(item.samples.begin(), item.samples.end(),
                                     [](const GradedSample& s) { return s.correct; });
  return static_cast<double>(correct) / static_cast<double>(item.samples.size());
}

// The item means behind a cell, and whether each item has one answer (a vote is one).
std::pair<std::vector<double>, bool> ItemMeans(const BenchmarkResult& result, const Column& column,
                                               const Cell& cell) {
  std::vector<double> means;
  if (column.kind == ColumnKind::kConsensus) {
    const auto right = std::llround(cell.estimate->value * static_cast<double>(cell.items));
    means.assign(static_cast<std::size_t>(cell.items), 0.0);
    std::fill_n(means.begin(), right, 1.0);
    return {means, true};
  }
  bool single = true;
  for (const GradedItem& item : result.graded) {
    if (item.samples.empty() ||
        (column.kind == ColumnKind::kDifficulty && item.difficulty != column.difficulty)) {
      continue;
    }
    single = single && item.samples.size() == 1;
    means.push_back(MeanOf(item));
  }
  return {means, single};
}

void ComparePublished(Report& report) {
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    const Row ours = RowOfRun(report, run);
    for (std::size_t column = 0; column < report.columns.size(); ++column) {
      const Cell& cell = ours.cells[column];
      if (!cell.estimate || cell.consensus_size != 0) {
        continue;  // another number of votes is another quantity
      }
      const Column& c = report.columns[column];
      const auto [means, single] = ItemMeans(*report.runs[run].Find(c.benchmark), c, cell);
      for (std::size_t row = 0; row < report.rows.size(); ++row) {
        const Row& published = report.rows[row];
        if (!published.is_published || !published.cells[column].percent) {
          continue;
        }
        const double share = *published.cells[column].percent / 100;
        const PointTest test = TestAgainstPoint(means, single, share, kPublishedRounding);
        report.published.push_back({run, row, column, (cell.estimate->value - share) * 100,
                                    test.p_value, 1, test.is_exact_binomial,
                                    IsSameModel(published.name, report.runs[run].name)});
      }
    }
  }
  std::vector<double> p;
  for (const PublishedComparison& c : report.published) {
    p.push_back(c.p_value);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    report.published[i].holm_p = adjusted[i];
  }
}

PairedComparison ComparePair(const BenchmarkResult& a, const BenchmarkResult& b) {
  std::map<std::string_view, double> means_a;
  for (const GradedItem& item : a.graded) {
    if (!item.samples.empty()) {
      means_a.emplace(item.id, MeanOf(item));
    }
  }
  PairedComparison out;
  std::vector<double> va, vb;
  for (const GradedItem& item : b.graded) {
    const auto other = means_a.find(item.id);
    if (item.samples.empty() || other == means_a.end()) {
      continue;
    }
    va.push_back(other->second);
    vb.push_back(MeanOf(item));
    out.better_items += vb.back() > va.back() ? 1 : 0;
    out.worse_items += vb.back() < va.back() ? 1 : 0;
  }
  out.test = SignFlipTest(va, vb);
  out.mcnemar_p = McNemarExact(out.better_items, out.worse_items);
  return out;
}

void CompareRuns(Report& report) {
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
      for (std::size_t j = i + 1; j < report.runs.size(); ++j) {
        const BenchmarkResult* a = report.runs[i].Find(benchmark);
        const BenchmarkResult* b = report.runs[j].Find(benchmark);
        if (a == nullptr || b == nullptr) {
          continue;
        }
        const std::string names = fmt::format("{}: runs {} and {}", benchmark->title,
                                              report.runs[i].letter, report.runs[j].letter);
        if (a->dataset_hash != b->dataset_hash || a->dataset_hash.empty()) {
          report.notes.push_back(names +
                                 " were graded on different data (their hashes differ): they are "
                                 "not compared");
          continue;
        }
        if (a->grader != b->grader) {
          report.notes.push_back(names + " have verdicts of different graders (" + a->grader +
                                 ", " + b->grader + "): they are not compared; see --grader");
          continue;
        }
        PairedComparison pair = ComparePair(*a, *b);
        pair.run_a = i;
        pair.run_b = j;
        pair.benchmark = benchmark;
        if (pair.test.items > 0) {
          report.paired.push_back(std::move(pair));
        }
      }
    }
  }
  std::vector<double> p;
  for (const PairedComparison& c : report.paired) {
    p.push_back(c.test.p_value);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    report.paired[i].holm_p = adjusted[i];
  }
}

// What stands beside the votes: ties, and the published rule.
void NoteVotes(Report& report) {
  for (const RunResult& run : report.runs) {
    for (const BenchmarkResult& result : run.benchmarks) {
      const MetricSet& m = result.metrics;
      if (!m.consensus || !m.published_consensus || m.consensus->samples_per_item < 2) {
        continue;
      }
      report.notes.push_back(fmt::format(
          "{}, {}: Cons@{} by verified equality {}, {} tied items (ties shared: {}); by the "
          "published vote {}",
          run.name, result.benchmark->title, m.consensus->samples_per_item,
          PercentText(m.consensus->score.value * 100), m.consensus->tied_items,
          PercentText(m.consensus->tie_expected * 100),
          PercentText(m.published_consensus->score.value * 100)));
    }
  }
}

void NoteGraders(Report& report) {
  const bool strict = std::any_of(report.runs.begin(), report.runs.end(), [](const RunResult& run) {
    return std::any_of(run.benchmarks.begin(), run.benchmarks.end(),
                       [](const BenchmarkResult& b) { return b.grader != "fuseo1"; });
  });
  if (report.has_reference && strict) {
    report.notes.push_back(
        "the published cells were graded with FuseO1's own rules, these runs strictly; "
        "--grader fuseo1 compares like with like");
  }
}

}  // namespace

Report BuildReport(std::vector<RunResult> runs, std::vector<std::string> notes, bool with_reference,
                   std::string version) {
  Report report;
  report.version = std::move(version);
  report.runs = std::move(runs);
  report.notes = std::move(notes);
  report.has_reference = with_reference;
  report.columns = ColumnsOf(report.runs);
  if (with_reference) {
    AddPublishedRows(report);
  }
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    report.rows.push_back(RowOfRun(report, run));
  }
  if (with_reference) {
    ComparePublished(report);
  }
  CompareRuns(report);
  NoteVotes(report);
  NoteGraders(report);
  return report;
}

}  // namespace fuseo1
