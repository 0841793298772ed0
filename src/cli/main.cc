// The program: prepare the process, read the command line, run the command, turn an error into one
// clear message and an exit code (docs/errors.md).
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/process.h"

namespace fuseo1 {
namespace {

int Finish(const Error& error) {
  PrintError(error);
  return error.exit_code();
}

int Main(const std::vector<std::string>& arguments) {
  const std::string_view path = arguments.empty() ? std::string_view() : arguments.front();
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  std::vector<std::string> words(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  const Result<Invocation> invocation = ParseCommandLine(std::move(words), name == "mergekit-yaml");
  if (!invocation.ok()) {
    return Finish(invocation.error());
  }
  if (!invocation->run) {
    return 0;
  }
  const Status status = invocation->run();
  return status.ok() ? 0 : Finish(status.error());
}

}  // namespace
}  // namespace fuseo1

int main(int argc, char** argv) {
  fuseo1::PrepareProcess();
  try {
    return fuseo1::Main({argv, argv + argc});
  } catch (const std::exception& unexpected) {
    return fuseo1::Finish(fuseo1::BugError(
        "a bug in fuseo1: " + fuseo1::Printable(unexpected.what()) + "; please report it"));
  }
}
