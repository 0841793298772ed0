// fuseo1 run show RUN, fuseo1 run export RUN -o DIR: what a run holds, and its JSON lines.
#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/evaluation.h"
#include "eval/commands/export_run.h"

namespace fuseo1 {
namespace {

struct RunCommandOptions {
  CommonOptions common;
  std::string action;
  std::string run;
  std::string output;
  std::string benchmark;
};

Status Run(const RunCommandOptions& options) {
  ApplyVerbosity(options.common);
  const StopScope stop;
  const CommandIo io = ProgramIo(options.common, stop);
  if (options.action == "show") {
    return ShowRun(options.run, options.common.json, io);
  }
  if (options.action == "export") {
    return ExportRun(options.run, options.output, options.benchmark, options.common.json, io);
  }
  return UsageError(fmt::format("ACTION {}: show or export", Quoted(options.action, 40)));
}

}  // namespace

void AddRunCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<RunCommandOptions>();
  CLI::App* command = AddCommand(root, "run", "Show what a run holds; export it as JSON lines",
                                 "fuseo1 run export runs/r1 -o exported", options->common);
  AddArgument(*command, "ACTION", options->action, "show or export");
  AddArgument(*command, "RUN", options->run, "The directory of a run");
  command
      ->add_option("-o,--output", options->output,
                   "export: where BENCH.samples.jsonl, BENCH.verdicts.GRADER.jsonl and "
                   "BENCH.prompts.jsonl go")
      ->type_name("DIR");
  command->add_option("--bench", options->benchmark, "export: only this benchmark")
      ->type_name("NAME");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
