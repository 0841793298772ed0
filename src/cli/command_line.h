// From the words of the command line to what to run. The only caller of CLI11's parser, whose
// exceptions end here.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace fuseo1 {

// `words` without the program's name. The invocation has nothing to run where --help or --version
// was answered. Errors: kUsage with the nearest known command or option.
Result<Invocation> ParseCommandLine(std::vector<std::string> words, bool as_mergekit);

}  // namespace fuseo1
