#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/console.h"
#include "cli/version.h"

namespace fuseo1 {
namespace {

constexpr const char* kFooter =
    "'fuseo1 COMMAND --help' shows a command's options and an example.\n"
    "Exit codes: 0 done, 2 usage or config, 3 damaged input, 4 the system, 5 network,\n"
    "6 interrupted (run the same command again to go on), 70 a bug of ours.";

void AddCommands(CLI::App& root, Invocation& invocation) {
  AddMergeCommand(root, invocation);
  AddPlanCommand(root, invocation);
  AddInspectCommand(root, invocation);
  AddDiffCommand(root, invocation);
  AddVerifyCommand(root, invocation);
  AddEvalCommand(root, invocation);
  AddGradeCommand(root, invocation);
  AddReportCommand(root, invocation);
  AddRunCommand(root, invocation);
  AddSandboxCommand(root, invocation);
  AddCompletionCommand(root, invocation);
  AddVersionCommand(root, invocation);
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view nearest = NearestWord(word, views);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

const CLI::App& Chosen(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().back();
  }
  return *app;
}

std::string HelpHint(const CLI::App& app) {
  const std::string name =
      app.get_parent() == nullptr ? app.get_name() : "fuseo1 " + app.get_name();
  return fmt::format(" (see '{} --help')", name);
}

Error UnknownWord(const CLI::App& app, const std::string& word) {
  const bool is_option = StartsWith(word, "-") && word.size() > 1;
  if (is_option) {
    const std::string name = word.substr(0, word.find('='));
    return UsageError(fmt::format("unknown option {}{}{}", Quoted(name),
                                  DidYouMean(name, OptionNames(app)), HelpHint(app)));
  }
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) {
    std::vector<std::string> names;
    for (const CLI::App* command : commands) {
      names.push_back(command->get_name());
    }
    return UsageError(fmt::format("unknown command {}{}{}", Quoted(word), DidYouMean(word, names),
                                  HelpHint(app)));
  }
  return UsageError(fmt::format("{} is one argument too many{}", Quoted(word), HelpHint(app)));
}

Status CheckWords(const CLI::App& root) {
  const CLI::App& app = Chosen(root);
  for (const CLI::App* level : {&root, &app}) {
    auto extras = level->remaining();
    std::erase(extras, "--");  // what follows it is no option
    if (!extras.empty()) {
      // An option is the likelier slip: words after an unknown option may have been its value.
      const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
        return StartsWith(word, "-") && word.size() > 1;
      });
      return UnknownWord(*level, option != extras.end() ? *option : extras.front());
    }
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() && option->count() == 0 &&
        option->get_group() == "Arguments (required)") {
      return UsageError(fmt::format("{} is missing{}", option->get_name(true), HelpHint(app)));
    }
  }
  return {};
}

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return Printable(Trim(text));
}

// The library counts ("1 required N missing"); people want to know which option and why.
std::string Reworded(const CLI::ParseError& error, const std::vector<std::string>& words) {
  const std::string text = OneLine(error.what());
  const std::string name = text.substr(0, text.find(':'));
  if (EndsWith(text, " missing") && Contains(text, " required ")) {
    std::string option = name;
    for (const std::string& word : words) {
      if (name.empty() && StartsWith(word, "--")) {
        option = word.substr(0, word.find('='));  // an option without help has no name here
      }
    }
    return Printable(option) + " needs a value";
  }
  if (Contains(text, "At Most 1 required but received")) {
    return name + " is given more than once";
  }
  if (StartsWith(text, "Could not convert: ")) {
    return text.substr(19) + ": no value of that option";
  }
  return text;
}

}  // namespace

Result<Invocation> ParseCommandLine(std::vector<std::string> words, bool as_mergekit) {
  Invocation invocation;
  CLI::App root{"fuseo1: fuse reasoning LLMs, exactly, at disk speed, in bounded memory."};
  root.name(as_mergekit ? "mergekit-yaml" : "fuseo1");
  root.set_version_flag("--version", std::string("fuseo1 ") + kVersion);
  root.set_help_flag("-h,--help", "Print this help");
  root.allow_extras();
  root.require_subcommand(0, 1);  // a path that is called as a command is a path
  if (as_mergekit) {
    SetUpAsMergekit(root, invocation);
  } else {
    root.footer(kFooter);
    AddCommands(root, invocation);
  }
  if (words.empty()) {
    FUSEO1_TRY_VOID(WriteOut(root.help()));
    return UsageError(as_mergekit ? "CONFIG and OUT are missing" : "a command is missing");
  }
  const std::vector<std::string> given = words;
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    root.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    FUSEO1_TRY_VOID(WriteOut(root.help()));
    return Invocation{};
  } catch (const CLI::CallForVersion& version) {
    FUSEO1_TRY_VOID(WriteOut(std::string(version.what()) + "\n"));
    return Invocation{};
  } catch (const CLI::ParseError& error) {
    return UsageError(Reworded(error, given) + HelpHint(Chosen(root)));
  }
  FUSEO1_TRY_VOID(CheckWords(root));
  if (!invocation.run) {
    return UsageError("a command is missing" + HelpHint(root));
  }
  return invocation;
}

}  // namespace fuseo1
