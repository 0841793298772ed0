#include <fmt/format.h>

#include "base/text.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

// Text from outside between the marks of a table: nothing in it is markup.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : Printable(text, 200)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_{}[]()#+!|~>$").find(c) != std::string_view::npos) {
        out += '\\';
      }
      out += c;
    }
  }
  return out;
}

std::string Separator(std::size_t columns) {
  std::string text = "| --- |";
  for (std::size_t i = 1; i < columns; ++i) {
    text += " ---: |";
  }
  return text + "\n";
}

std::string ScoresMarkdown(const Report& report) {
  std::string text = "| Model |";
  for (const Column& column : report.columns) {
    text += fmt::format(" {} ({}) |", Escaped(column.title), column.MetricTitle());
  }
  text += "\n" + Separator(report.columns.size() + 1);
  for (std::size_t r = 0; r < report.rows.size(); ++r) {
    const Row& row = report.rows[r];
    text += row.is_published
                ? "| " + Escaped(row.name) + " |"
                : fmt::format("| **{}** [{}] |", Escaped(row.name), report.runs[row.run].letter);
    for (std::size_t c = 0; c < report.columns.size(); ++c) {
      const std::string marks = MarksText(report, r, c);
      const std::string cell = CellText(row.cells[c]);
      text += fmt::format(" {}{} |", cell, marks.empty() ? "" : " " + marks);
    }
    text += "\n";
  }
  return text;
}

std::string PairedMarkdown(const Report& report) {
  if (report.paired.empty()) {
    return "";
  }
  std::string text =
      "\n| Compared | difference | p | Holm | items | changed | better | worse | McNemar |\n" +
      Separator(9);
  for (const PairedComparison& c : report.paired) {
    text += fmt::format("| {}: {} → {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                        Escaped(c.benchmark->title), report.runs[c.run_a].letter,
                        report.runs[c.run_b].letter, SignedPoints(c.test.difference * 100),
                        ProbabilityText(c.test.p_value), ProbabilityText(c.holm_p), c.test.items,
                        c.test.changed_items, c.better_items, c.worse_items,
                        ProbabilityText(c.mcnemar_p));
  }
  return text;
}

std::string AnswersMarkdown(const Report& report) {
  std::string text =
      "\n| Answers | items | answers | truncated | unparsed | timed out | tokens | grader |\n" +
      Separator(8);
  for (const RunResult& run : report.runs) {
    for (const BenchmarkResult& b : run.benchmarks) {
      const MetricSet& m = b.metrics;
      text += fmt::format(
          "| {} [{}] | {} | {} | {} % | {} % | {} % | {} | {} |\n", Escaped(b.benchmark->title),
          run.letter, m.items, m.samples, PercentText(m.truncation_rate * 100),
          PercentText(m.unparsed_rate * 100), PercentText(m.timeout_rate * 100),
          m.mean_completion_tokens ? fmt::format("{:.0f}", *m.mean_completion_tokens) : "–",
          Escaped(b.grader));
    }
  }
  return text;
}

}  // namespace

std::string RenderMarkdown(const Report& report) {
  std::string text =
      ScoresMarkdown(report) + PairedMarkdown(report) + AnswersMarkdown(report) + "\n";
  for (const std::string& line : Explanations(report)) {
    text += "- " + line + "\n";
  }
  for (const std::string& note : report.notes) {
    text += "- " + Escaped(note) + "\n";
  }
  return text;
}

}  // namespace fuseo1
