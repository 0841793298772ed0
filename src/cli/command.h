// What a command of the program is: a CLI11 subcommand that stores what to run. One file a command;
// main.cc lists them. Everything here runs on the main thread before a command does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace fuseo1 {

// What the command line asked for; set by the chosen command's callback.
struct Invocation {
  std::function<Status()> run;
};

// Options that every command has.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  int verbosity = 0;
};

// A subcommand with its --json, --quiet and -v; `example` closes its --help.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& summary,
                     const std::string& example, CommonOptions& common);
void AddCommonOptions(CLI::App& command, CommonOptions& common);

// Warnings and notes as the options ask.
void ApplyVerbosity(const CommonOptions& common);

// A positional argument that must be there: checked after unknown options are, so that a misspelt
// option is the error that a person sees.
CLI::Option* AddArgument(CLI::App& command, const std::string& name, std::string& value,
                         const std::string& help);

// Arguments of which there must be one or more.
CLI::Option* AddArguments(CLI::App& command, const std::string& name,
                          std::vector<std::string>& values, const std::string& help);

void AddMergeCommand(CLI::App& root, Invocation& invocation);
void AddPlanCommand(CLI::App& root, Invocation& invocation);
void AddInspectCommand(CLI::App& root, Invocation& invocation);
void AddDiffCommand(CLI::App& root, Invocation& invocation);
void AddVerifyCommand(CLI::App& root, Invocation& invocation);
void AddEvalCommand(CLI::App& root, Invocation& invocation);
void AddGradeCommand(CLI::App& root, Invocation& invocation);
void AddRunCommand(CLI::App& root, Invocation& invocation);
void AddSandboxCommand(CLI::App& root, Invocation& invocation);
void AddReportCommand(CLI::App& root, Invocation& invocation);
void AddCompletionCommand(CLI::App& root, Invocation& invocation);
void AddVersionCommand(CLI::App& root, Invocation& invocation);

// The program under the name mergekit-yaml: `fuseo1 merge` without a command word, with mergekit's
// defaults.
void SetUpAsMergekit(CLI::App& root, Invocation& invocation);

}  // namespace fuseo1
