#include "report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fuseo1 {

const BenchmarkResult* RunResult::Find(const BenchmarkDef* benchmark) const {
  const auto found = std::find_if(benchmarks.begin(), benchmarks.end(),
                                  [&](const auto& b) { return b.benchmark == benchmark; });
  return found == benchmarks.end() ? nullptr : &*found;
}

std::string Column::MetricTitle() const {
  return kind == ColumnKind::kConsensus ? fmt::format("Cons@{}", consensus_size) : "Pass@1";
}

// The published cell against the run: higher or lower, doubled where it also stands after Holm.
std::string_view Report::CellMark(std::size_t row, std::size_t column, std::size_t run) const {
  for (const PublishedComparison& c : published) {
    if (c.row != row || c.column != column || c.run != run || c.p_value >= kSignificance) {
      continue;
    }
    const bool holds = c.holm_p < kSignificance;
    if (c.difference < 0) {
      return holds ? "▲▲" : "▲";
    }
    return holds ? "▼▼" : "▼";
  }
  return "";
}

std::int64_t SamplesPerItem(const BenchmarkResult& result) {
  std::size_t most = 0;
  for (const GradedItem& item : result.graded) {
    most = std::max(most, item.samples.size());
  }
  return static_cast<std::int64_t>(most);
}

std::string SignedPoints(double points) {
  const double rounded = std::round(points * 10) / 10;
  if (rounded == 0) {
    return "0.0";
  }
  return fmt::format("{}{:.1f}", rounded < 0 ? "−" : "+", std::abs(rounded));
}

std::string ProbabilityText(double p) {
  return p < 0.0001 ? "< 0.0001" : fmt::format("{:.{}f}", p, p < 0.001 ? 4 : 3);
}

std::string PercentText(double percent) { return fmt::format("{:.1f}", percent); }

}  // namespace fuseo1
