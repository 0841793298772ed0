#include "cli/completion.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "eval/benchmark.h"

namespace fuseo1 {
namespace {

struct OptionWords {
  std::vector<std::string> words;  // "--memory", "-j"
  std::string help;
  bool takes_value = false;
};

struct CommandWords {
  std::string name;
  std::string help;
  std::string first;  // words that the first argument may be, "" for files
  std::vector<OptionWords> options;
};

// Options that --help shows; those without a group are hidden there and here.
std::vector<OptionWords> Options(const CLI::App& app) {
  std::vector<OptionWords> list;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty() || option->get_positional()) {
      continue;
    }
    OptionWords words{.words = {},
                      .help = option->get_description(),
                      .takes_value = option->get_expected_max() > 0 && option->get_type_size() > 0};
    for (const std::string& name : option->get_snames()) {
      words.words.push_back("-" + name);
    }
    for (const std::string& name : option->get_lnames()) {
      words.words.push_back("--" + name);
    }
    list.push_back(std::move(words));
  }
  return list;
}

std::string FirstWords(const std::string& command) {
  if (command == "completion") {
    return "bash zsh fish";
  }
  if (command == "sandbox") {
    return "check";
  }
  if (command == "run") {
    return "show export";
  }
  if (command != "eval" && command != "grade") {
    return "";
  }
  std::string words = command == "eval" ? "list" : "pairs";
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    words += " " + std::string(benchmark->name);
  }
  return words;
}

std::vector<CommandWords> Commands(const CLI::App& root) {
  std::vector<CommandWords> list;
  for (const CLI::App* app : root.get_subcommands([](const CLI::App*) { return true; })) {
    list.push_back(
        {app->get_name(), app->get_description(), FirstWords(app->get_name()), Options(*app)});
  }
  return list;
}

std::string Joined(const std::vector<OptionWords>& options) {
  std::string text;
  for (const OptionWords& option : options) {
    for (const std::string& word : option.words) {
      text += (text.empty() ? "" : " ") + word;
    }
  }
  return text;
}

// For single quotes of a shell: ' ends them, \' is one, ' opens them again.
std::string InQuotes(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return safe;
}

// As part of zsh's 'word[help]' specifications: brackets and colons have a meaning there.
std::string ForZsh(const std::string& text) {
  std::string safe;
  for (const char c : InQuotes(text)) {
    if (c == '[' || c == ']' || c == ':') {
      safe += '\\';
    }
    safe += c;
  }
  return safe;
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  const std::vector<CommandWords> commands = Commands(root);
  std::string names;
  std::string cases;
  for (const CommandWords& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
    fmt::format_to(std::back_inserter(cases), "    {}) options='{}' first='{}' ;;\n", command.name,
                   Joined(command.options), command.first);
  }
  return fmt::format(R"(# bash completion for fuseo1: source <(fuseo1 completion bash)
_fuseo1() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" options='' first=''
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $first ]] && ((COMP_CWORD == 2)); then
    COMPREPLY=($(compgen -W "$first" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _fuseo1 fuseo1
)",
                     names, cases);
}

std::string ZshCompletion(const CLI::App& root) {
  std::string names;
  std::string cases;
  for (const CommandWords& command : Commands(root)) {
    fmt::format_to(std::back_inserter(names), "    '{}:{}'\n", command.name, ForZsh(command.help));
    fmt::format_to(std::back_inserter(cases), "    {}) _arguments", command.name);
    for (const OptionWords& option : command.options) {
      for (const std::string& word : option.words) {
        fmt::format_to(std::back_inserter(cases), " \\\n      '{}[{}]{}'", word,
                       ForZsh(option.help), option.takes_value ? ":value:_files" : "");
      }
    }
    if (!command.first.empty()) {
      fmt::format_to(std::back_inserter(cases), " \\\n      '1:what:({})'", command.first);
    }
    cases += command.name == "completion" ? " ;;\n" : " \\\n      '*:file:_files' ;;\n";
  }
  return fmt::format(R"(#compdef fuseo1
# zsh completion for fuseo1: fuseo1 completion zsh > "${{fpath[1]}}/_fuseo1"
_fuseo1() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=${{words[2]}}
  shift words
  ((CURRENT--))
  case $command in
{}  esac
}}
if [[ ${{funcstack[1]}} == _fuseo1 ]]; then _fuseo1 "$@"; else compdef _fuseo1 fuseo1; fi
)",
                     names, cases);
}

std::string FishCompletion(const CLI::App& root) {
  std::string text =
      "# fish completion for fuseo1: fuseo1 completion fish > "
      "~/.config/fish/completions/fuseo1.fish\n";
  for (const CommandWords& command : Commands(root)) {
    fmt::format_to(std::back_inserter(text),
                   "complete -c fuseo1 -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name,
                   InQuotes(command.help));
    if (!command.first.empty()) {
      text += fmt::format("complete -c fuseo1 -n '__fish_seen_subcommand_from {}' -a '{}'{}\n",
                          command.name, command.first, command.name == "completion" ? " -f" : "");
    }
    for (const OptionWords& option : command.options) {
      text += fmt::format("complete -c fuseo1 -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& word : option.words) {
        text += word[1] == '-' ? " -l " + word.substr(2) : " -s " + word.substr(1);
      }
      text += fmt::format("{} -d '{}'\n", option.takes_value ? " -r" : "", InQuotes(option.help));
    }
  }
  return text;
}

}  // namespace fuseo1
