#include "cli/command.h"

#include "base/log.h"

namespace fuseo1 {

void AddCommonOptions(CLI::App& command, CommonOptions& common) {
  command.add_flag("--json", common.json, "Print one JSON document on standard output");
  command.add_flag("-q,--quiet,!--no-quiet", common.quiet, "Say nothing but errors and results");
  command.add_flag("-v,--verbose", common.verbosity, "Say more; twice: debugging");
  command.allow_extras();  // command_line.cc names them, with the nearest known option
}

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& summary,
                     const std::string& example, CommonOptions& common) {
  CLI::App* command = parent.add_subcommand(name, summary);
  AddCommonOptions(*command, common);
  command->footer("Example:\n  " + example);
  return command;
}

void ApplyVerbosity(const CommonOptions& common) {
  SetLogLevel(common.quiet            ? LogLevel::kQuiet
              : common.verbosity == 0 ? LogLevel::kWarning
              : common.verbosity == 1 ? LogLevel::kInfo
                                      : LogLevel::kDebug);
}

CLI::Option* AddArgument(CLI::App& command, const std::string& name, std::string& value,
                         const std::string& help) {
  return command.add_option(name, value, help)->type_name("")->group("Arguments (required)");
}

CLI::Option* AddArguments(CLI::App& command, const std::string& name,
                          std::vector<std::string>& values, const std::string& help) {
  return command.add_option(name, values, help)->type_name("")->group("Arguments (required)");
}

}  // namespace fuseo1
