// fuseo1 report RUN...: the table of runs, with intervals and tests, and the page.
#include <unistd.h>

#include <memory>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/evaluation.h"
#include "cli/sizes.h"
#include "report/run_report.h"

namespace fuseo1 {
namespace {

struct ReportCommandOptions {
  CommonOptions common;
  ReportOptions report;
  std::string format;
  std::string answer_bytes;
};

Status Run(ReportCommandOptions options) {
  ApplyVerbosity(options.common);
  const StopScope stop;
  const CommandIo io = ProgramIo(options.common, stop);
  ReportOptions& report = options.report;
  if (options.common.json && !options.format.empty() && options.format != "json") {
    return UsageError("--json and --format say two different things; leave one away");
  }
  report.format = options.common.json ? "json" : options.format.empty() ? "table" : options.format;
  if (!options.answer_bytes.empty()) {
    FUSEO1_TRY(report.answer_bytes, ParseMemorySize(options.answer_bytes));
  }
  report.width = StdoutColumns();
  return RunReport(report, io);
}

}  // namespace

void AddReportCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<ReportCommandOptions>();
  ReportOptions& report = options->report;
  CLI::App* command =
      AddCommand(root, "report", "Tables of runs: scores, intervals, tests; a page to read them",
                 "fuseo1 report runs/r1 runs/fused --reference -o report.html", options->common);
  AddArguments(*command, "RUN", report.load.directories,
               "Directories of runs (eval --run, grade --run)");
  command
      ->add_option("-o,--output", report.outputs,
                   "Also write a file; its ending says the form: .html, .md, .csv, .json, .txt")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--format", options->format,
                   "What is printed: table (default), markdown, csv, json, html or none")
      ->type_name("FORM");
  command->add_flag("--reference", report.with_reference,
                    "Put FuseO1's published rows beside the runs and mark significant differences");
  command->add_option("--bench", report.load.benchmarks, "Only this benchmark; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--grader", report.load.grader,
                   "Whose verdicts: strict (default where it has graded) or fuseo1")
      ->type_name("NAME");
  command
      ->add_option("--name", report.load.names,
                   "What a run is called, once for each run in order (default: its model)")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--answer-bytes", options->answer_bytes,
                   "The most that a page shows of one answer (default: as many as fit 24 MiB)")
      ->type_name("SIZE");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
