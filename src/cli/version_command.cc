// fuseo1 version: the program, and the instruction sets that it can use here.
#include <fmt/format.h>

#include <memory>

#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/version.h"
#include "tensor/isa.h"

namespace fuseo1 {
namespace {

Status Run(const CommonOptions& options) {
  FUSEO1_TRY_VOID(CheckIsaOverride());
  if (options.json) {
    Json available = Json::array();
    for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
      if (HasIsa(isa)) {
        available.push_back(IsaName(isa));
      }
    }
    return WriteJson({{"name", "fuseo1"},
                      {"version", kVersion},
                      {"isa", IsaName(CurrentIsa())},
                      {"isa_available", available}});
  }
  return WriteOut(fmt::format("fuseo1 {} ({})\n", kVersion, IsaName(CurrentIsa())));
}

}  // namespace

void AddVersionCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<CommonOptions>();
  CLI::App* command =
      AddCommand(root, "version", "Print the version and the instruction set in use",
                 "fuseo1 version --json", *options);
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
