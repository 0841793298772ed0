// A report as text: for a terminal, as Markdown, CSV and JSON. Text from outside holds no control
// character in any of them. Pure; any thread.
#pragma once

#include <string>

#include "base/json.h"
#include "report/report.h"

namespace fuseo1 {

// Columns that do not fit into `width` characters go into a further block; 0: any width.
std::string RenderText(const Report& report, std::size_t width);
std::string RenderMarkdown(const Report& report);
// A line for each value, percentages throughout: model, benchmark, metric and value as in the
// published table, then source, standard error, interval, items, samples, run. A text that a
// spreadsheet would take for a formula gets an apostrophe in front.
std::string RenderCsv(const Report& report);
Json ReportJson(const Report& report);

// Pieces that the forms share.

// "74.0 [70.1, 77.9]", "86.7 [74.5, 98.8] (cons@16)", "69.2", "–".
std::string CellText(const Cell& cell);
// What the marks, intervals and tests are; a sentence each.
std::vector<std::string> Explanations(const Report& report);
// "a" … of the runs against which a published cell is marked: "▲a ▼▼b".
std::string MarksText(const Report& report, std::size_t row, std::size_t column);
// The mean length of answers that are right, or wrong; nothing where no tokens were counted.
std::optional<double> MeanTokens(const BenchmarkResult& result, bool correct);

}  // namespace fuseo1
