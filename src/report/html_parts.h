// The parts of a page that need no script: tables and plots. Pure; any thread.
#pragma once

#include <string>

#include "report/report.h"

namespace fuseo1 {

std::string ScoresHtml(const Report& report);   // the table, as on FuseO1's page
std::string ForestHtml(const Report& report);   // a plot for each column: scores with intervals
std::string PairedHtml(const Report& report);   // "" for one run
std::string TokensHtml(const Report& report);   // "" where nobody counted tokens
std::string AnswersHtml(const Report& report);  // what the answers were like
std::string GroupsHtml(const Report& report);   // by difficulty and subject
std::string MethodHtml(const Report& report);   // what each number means, notes, settings

std::string LegendHtml(const Report& report);  // the runs' signs and names

// The run's colour and shape in every plot, as the class of an SVG group or a legend entry.
std::string SeriesClass(std::size_t run);
// A marker of the run's shape around (x, y), in SVG.
std::string Marker(std::size_t run, double x, double y);

}  // namespace fuseo1
