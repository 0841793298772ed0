#include "eval/commands/metrics_json.h"
#include "report/published.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

Json RunsJson(const Report& report) {
  Json runs = Json::array();
  for (const RunResult& run : report.runs) {
    Json benchmarks = Json::object();
    for (const BenchmarkResult& result : run.benchmarks) {
      Json entry = {{"grader", result.grader},
                    {"other_graders", result.other_graders},
                    {"dataset_xxh3_128", result.dataset_hash},
                    {"ungraded_samples", result.ungraded_samples},
                    {"settings", result.settings}};
      entry.update(MetricsJson(result.metrics));
      for (const bool correct : {true, false}) {
        if (const auto tokens = MeanTokens(result, correct)) {
          entry[correct ? "mean_tokens_if_right" : "mean_tokens_if_wrong"] = *tokens;
        }
      }
      benchmarks[std::string(result.benchmark->name)] = std::move(entry);
    }
    runs.push_back({{"name", run.name},
                    {"letter", run.letter},
                    {"run", run.directory},
                    {"benchmarks", std::move(benchmarks)}});
  }
  return runs;
}

Json CellJson(const Column& column, const Cell& cell) {
  Json json = {{"benchmark", column.title}, {"metric", column.metric}, {"value", *cell.percent}};
  if (cell.consensus_size != 0) {
    json["metric"] = "cons@" + std::to_string(cell.consensus_size);
  }
  if (cell.estimate) {
    json["share"] = cell.estimate->value;
    json["stderr"] = cell.estimate->standard_error;
    json["ci95"] = {cell.estimate->ci95.low, cell.estimate->ci95.high};
    json["items"] = cell.items;
    json["samples"] = cell.samples;
  }
  return json;
}

Json RowsJson(const Report& report) {
  Json rows = Json::array();
  for (const Row& row : report.rows) {
    Json cells = Json::array();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (row.cells[c].percent) {
        cells.push_back(CellJson(report.columns[c], row.cells[c]));
      }
    }
    Json json = {{"model", row.name}, {"source", row.is_published ? "published" : "run"}};
    if (!row.is_published) {
      json["run"] = report.runs[row.run].letter;
    }
    json["cells"] = std::move(cells);
    rows.push_back(std::move(json));
  }
  return rows;
}

Json PairedJson(const Report& report) {
  Json list = Json::array();
  for (const PairedComparison& c : report.paired) {
    list.push_back({{"benchmark", c.benchmark->name},
                    {"run_a", report.runs[c.run_a].letter},
                    {"run_b", report.runs[c.run_b].letter},
                    {"items", c.test.items},
                    {"changed_items", c.test.changed_items},
                    {"better_items", c.better_items},
                    {"worse_items", c.worse_items},
                    {"difference", c.test.difference},
                    {"stderr", c.test.standard_error},
                    {"p_value", c.test.p_value},
                    {"p_is_exact", c.test.is_exact},
                    {"p_holm", c.holm_p},
                    {"p_mcnemar", c.mcnemar_p}});
  }
  return list;
}

Json PublishedJson(const Report& report) {
  Json list = Json::array();
  for (const PublishedComparison& c : report.published) {
    list.push_back({{"model", report.rows[c.row].name},
                    {"benchmark", report.columns[c.column].title},
                    {"metric", report.columns[c.column].metric},
                    {"run", report.runs[c.run].letter},
                    {"published", *report.rows[c.row].cells[c.column].percent},
                    {"difference_points", c.difference},
                    {"test", c.is_exact_binomial ? "exact binomial" : "Student t over items"},
                    {"p_value", c.p_value},
                    {"p_holm", c.holm_p},
                    {"significant", c.p_value < kSignificance},
                    {"same_model", c.is_same_model}});
  }
  return list;
}

}  // namespace

Json ReportJson(const Report& report) {
  Json json = {{"format", "fuseo1-report"}, {"format_version", 1},
               {"fuseo1", report.version},  {"runs", RunsJson(report)},
               {"rows", RowsJson(report)},  {"paired", PairedJson(report)}};
  if (report.has_reference) {
    json["reference"] = {{"source", PublishedSource()}, {"comparisons", PublishedJson(report)}};
  }
  json["notes"] = report.notes;
  return json;
}

}  // namespace fuseo1
