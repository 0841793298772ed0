// fuseo1 completion SHELL: a script that completes commands, options and files.
#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/console.h"

namespace fuseo1 {
namespace {

struct CompletionOptions {
  CommonOptions common;
  std::string shell;
};

Result<std::string> Script(const CLI::App& root, const std::string& shell) {
  if (shell == "bash") {
    return BashCompletion(root);
  }
  if (shell == "zsh") {
    return ZshCompletion(root);
  }
  if (shell == "fish") {
    return FishCompletion(root);
  }
  return UsageError(fmt::format("SHELL: {} is none of bash, zsh and fish", Quoted(shell)));
}

}  // namespace

void AddCompletionCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<CompletionOptions>();
  CLI::App* command = AddCommand(root, "completion", "Print a completion script for a shell",
                                 "source <(fuseo1 completion bash)", options->common);
  AddArgument(*command, "SHELL", options->shell, "bash, zsh or fish");
  // The commands are gone once the command line is read: the script is made while they are there.
  command->callback([options, &root, &invocation] {
    const Result<std::string> script = Script(root, options->shell);
    invocation.run = [options, script]() -> Status {
      if (!script.ok()) {
        return script.error();
      }
      return options->common.json ? WriteJson({{"shell", options->shell}, {"script", *script}})
                                  : WriteOut(*script);
    };
  });
}

}  // namespace fuseo1
