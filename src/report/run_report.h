// `fuseo1 report RUN...`: reads runs, prints the table, writes it in other forms. Main thread.
#pragma once

#include <string>
#include <vector>

#include "eval/commands/command_io.h"
#include "report/load_runs.h"

namespace fuseo1 {

struct ReportOptions {
  LoadOptions load;
  bool with_reference = false;
  std::string format = "table";      // on standard output: table, markdown, csv, json, html, none
  std::vector<std::string> outputs;  // files; the form is their extension's
  std::uint64_t answer_bytes = 0;    // of an answer shown in a page; 0: as many as fit
  std::size_t width = 0;             // of the terminal; 0: any
};

// Errors: those of LoadRuns; kUsage for an extension or a format that is none, for an output that
// is part of a run; kSystem where an output cannot be written.
Status RunReport(const ReportOptions& options, const CommandIo& io);

}  // namespace fuseo1
