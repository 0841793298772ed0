// The table and the tests of a report. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace fuseo1 {

// Columns are those of which a run has a value, in the published order; with `with_reference` the
// published rows that have one of them come first.
Report BuildReport(std::vector<RunResult> runs, std::vector<std::string> notes, bool with_reference,
                   std::string version);

}  // namespace fuseo1
