// The options of mergekit-yaml that have no meaning here: every one is accepted in both of its
// forms, and what was given is named once. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace fuseo1 {

class IgnoredOptions {
 public:
  // Adds them to `command`, hidden from its --help except for one line.
  static std::shared_ptr<IgnoredOptions> AddTo(CLI::App& command);

  // What became of the options that were given. While the command line is being read only: the
  // options are the parser's, and go with it.
  std::vector<std::string> Notes() const;

 private:
  std::vector<std::string> given_;  // names, in order of the command line
  bool safe_serialization_ = true;
};

}  // namespace fuseo1
