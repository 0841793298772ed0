// Words and cells that every form of a report uses.
#include <fmt/format.h>

#include <algorithm>

#include "report/published.h"
#include "report/render.h"

namespace fuseo1 {

std::string CellText(const Cell& cell) {
  if (!cell.percent) {
    return "–";
  }
  std::string text = PercentText(*cell.percent);
  if (cell.estimate) {
    text += fmt::format(" [{}, {}]", PercentText(cell.estimate->ci95.low * 100),
                        PercentText(cell.estimate->ci95.high * 100));
  }
  if (cell.consensus_size != 0) {
    text += fmt::format(" (cons@{})", cell.consensus_size);
  }
  return text;
}

std::string MarksText(const Report& report, std::size_t row, std::size_t column) {
  std::string text;
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    const std::string_view mark = report.CellMark(row, column, run);
    if (!mark.empty()) {
      text += fmt::format("{}{}{}", text.empty() ? "" : " ", mark,
                          report.runs.size() == 1 ? "" : report.runs[run].letter);
    }
  }
  return text;
}

std::optional<double> MeanTokens(const BenchmarkResult& result, bool correct) {
  double sum = 0;
  std::int64_t count = 0;
  for (const GradedItem& item : result.graded) {
    for (const GradedSample& sample : item.samples) {
      if (sample.correct == correct && sample.completion_tokens) {
        sum += static_cast<double>(*sample.completion_tokens);
        ++count;
      }
    }
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

std::vector<std::string> Explanations(const Report& report) {
  std::vector<std::string> lines = {
      "Scores are percent. [low, high] is the 95 % interval: the score ± 1.96 standard errors, "
      "clustered by item (the answers to one item are not independent)."};
  const bool votes = std::any_of(report.columns.begin(), report.columns.end(),
                                 [](const Column& c) { return c.kind == ColumnKind::kConsensus; });
  if (votes) {
    lines.emplace_back(
        "Cons@N is the vote of all N answers of an item; answers vote together where they are "
        "equal by the grader's own proof, ties go to the earliest.");
  }
  if (report.has_reference) {
    lines.push_back(fmt::format("Rows without an interval: {}.", PublishedSource()));
    lines.emplace_back(
        "▲ / ▼ at a published cell: it is significantly higher / lower than the run (p < 0.05, "
        "two-sided; doubled: also after Holm's correction for all cells compared here). The test "
        "takes the published cell for an exact value, give or take its rounding: exact binomial "
        "for one answer an item and for votes, Student's t over items otherwise. The published "
        "cell's own sampling error is unknown and not counted, so the marks are generous.");
  }
  if (!report.paired.empty()) {
    lines.emplace_back(
        "Runs are compared on the items that both answered. p: sign-flip permutation test of the "
        "mean difference, two-sided; Holm: corrected for all comparisons here; McNemar: exact test "
        "on the items that got better and worse alone.");
  }
  return lines;
}

}  // namespace fuseo1
