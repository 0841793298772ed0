// fuseo1 sandbox check: each wall around untrusted programs, on or off, and why.
#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {
namespace {

struct SandboxOptions {
  CommonOptions common;
  std::string action;
};

std::string WallsText(const std::vector<WallState>& walls) {
  std::string text;
  for (const WallState& wall : walls) {
    text +=
        fmt::format("{:<4}{:<22}{}\n{:<26}{}{}\n", wall.on ? "on" : "OFF", wall.name, wall.purpose,
                    "", wall.required ? "" : "(optional) ", Printable(wall.why, 400));
  }
  return text;
}

Json WallsJson(const std::vector<WallState>& walls, bool is_whole) {
  Json list = Json::array();
  for (const WallState& wall : walls) {
    list.push_back({{"name", wall.name},
                    {"on", wall.on},
                    {"required", wall.required},
                    {"purpose", wall.purpose},
                    {"why", wall.why}});
  }
  return {{"whole", is_whole}, {"walls", std::move(list)}};
}

Status Run(const SandboxOptions& options) {
  ApplyVerbosity(options.common);
  if (options.action != "check") {
    return UsageError(fmt::format("ACTION {}: check", Quoted(options.action, 40)));
  }
  const std::vector<WallState> walls = CheckSandbox({});
  std::string missing;
  std::size_t count = 0;
  for (const WallState& wall : walls) {
    if (wall.required && !wall.on) {
      missing += (missing.empty() ? "" : ", ") + wall.name;
      ++count;
    }
  }
  FUSEO1_TRY_VOID(options.common.json ? WriteJson(WallsJson(walls, missing.empty()))
                                      : WriteOut(WallsText(walls)));
  if (missing.empty()) {
    return options.common.json || options.common.quiet
               ? Status()
               : WriteOut("The sandbox is whole: programs of models are judged in it.\n");
  }
  return SystemError(
      fmt::format("{} required wall{} of the code sandbox {} off ({}): no program is run", count,
                  count == 1 ? "" : "s", count == 1 ? "is" : "are", missing));
}

}  // namespace

void AddSandboxCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<SandboxOptions>();
  CLI::App* command = AddCommand(root, "sandbox", "Check each wall around the programs of models",
                                 "fuseo1 sandbox check", options->common);
  AddArgument(*command, "ACTION", options->action, "check");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
