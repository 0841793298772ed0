#include <fmt/format.h>

#include "base/text.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

// RFC 4180 quotes; a text that begins as a formula does is made a text.
std::string Field(std::string_view text) {
  std::string safe = Printable(text);
  if (!safe.empty() && std::string_view("=+-@'").find(safe.front()) != std::string_view::npos) {
    safe.insert(0, 1, '\'');
  }
  if (safe.find_first_of(",\"") == std::string::npos) {
    return safe;
  }
  std::string quoted = "\"";
  for (const char c : safe) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

std::string Number(double value) { return fmt::format("{:.6g}", value); }

struct Lines {
  std::string text =
      "model,benchmark,metric,value,source,stderr,ci_low,ci_high,items,samples,grader,run\n";

  void Add(const RunResult& run, const BenchmarkResult& result, std::string_view benchmark,
           std::string_view metric, const Estimate& estimate, std::int64_t items,
           std::int64_t samples) {
    text += fmt::format("{},{},{},{},run,{},{},{},{},{},{},{}\n", Field(run.name), Field(benchmark),
                        metric, Number(estimate.value * 100), Number(estimate.standard_error * 100),
                        Number(estimate.ci95.low * 100), Number(estimate.ci95.high * 100), items,
                        samples, Field(result.grader), Field(run.directory));
  }

  void Add(const RunResult& run, const BenchmarkResult& result, std::string_view metric,
           double value) {
    text += fmt::format("{},{},{},{},run,,,,{},{},{},{}\n", Field(run.name),
                        Field(result.benchmark->title), metric, Number(value), result.metrics.items,
                        result.metrics.samples, Field(result.grader), Field(run.directory));
  }
};

void AddResult(const RunResult& run, const BenchmarkResult& result, Lines& lines) {
  const MetricSet& m = result.metrics;
  const std::string_view title = result.benchmark->title;
  lines.Add(run, result, title, "pass@1", m.pass_at_1, m.items, m.samples);
  for (const auto& [k, estimate] : m.pass_at_k) {
    lines.Add(run, result, title, fmt::format("pass@{}", k), estimate, m.items, m.samples);
  }
  if (m.consensus && m.consensus->samples_per_item > 1) {
    lines.Add(run, result, title, fmt::format("cons@{}", m.consensus->samples_per_item),
              m.consensus->score, m.items, m.samples);
    lines.Add(run, result, title,
              fmt::format("cons@{} (published vote)", m.consensus->samples_per_item),
              m.published_consensus->score, m.items, m.samples);
  }
  for (const auto& [kind, groups] :
       {std::pair("difficulty", &m.by_difficulty), std::pair("subject", &m.by_subject)}) {
    for (const auto& [name, group] : *groups) {
      lines.Add(run, result, fmt::format("{} {} {}", title, kind, name), "pass@1", group.pass_at_1,
                group.items, group.samples);
    }
  }
  lines.Add(run, result, "truncation_rate", m.truncation_rate * 100);
  lines.Add(run, result, "unparsed_rate", m.unparsed_rate * 100);
  lines.Add(run, result, "timeout_rate", m.timeout_rate * 100);
  if (m.mean_completion_tokens) {
    lines.Add(run, result, "mean_completion_tokens", *m.mean_completion_tokens);
  }
}

}  // namespace

std::string RenderCsv(const Report& report) {
  Lines lines;
  for (const Row& row : report.rows) {
    for (std::size_t c = 0; row.is_published && c < row.cells.size(); ++c) {
      if (row.cells[c].percent) {
        lines.text += fmt::format("{},{},{},{},published,,,,,,,\n", Field(row.name),
                                  Field(report.columns[c].title), report.columns[c].metric,
                                  Number(*row.cells[c].percent));
      }
    }
  }
  for (const RunResult& run : report.runs) {
    for (const BenchmarkResult& result : run.benchmarks) {
      AddResult(run, result, lines);
    }
  }
  return lines.text;
}

}  // namespace fuseo1
