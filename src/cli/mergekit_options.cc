#include "cli/mergekit_options.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iterator>

namespace fuseo1 {
namespace {

constexpr std::array kFlags = {
    "cuda",        "low-cpu-memory", "clone-tensors", "trust-remote-code", "lazy-unpickle",
    "read-to-gpu", "multi-gpu",      "gpu-rich",      "async-write"};
constexpr std::array kValues = {"lora-merge-cache", "lora-merge-dtype", "device", "write-threads"};

}  // namespace

std::shared_ptr<IgnoredOptions> IgnoredOptions::AddTo(CLI::App& command) {
  auto ignored = std::make_shared<IgnoredOptions>();
  // The options die with `command`, before the merge runs: what was given is written down.
  for (const char* name : kFlags) {
    command
        .add_flag_function(fmt::format("--{0},!--no-{0}", name),
                           [ignored, name](std::int64_t) { ignored->given_.push_back(name); })
        ->group("");
  }
  for (const char* name : kValues) {
    command
        .add_option_function<std::string>(
            fmt::format("--{}", name),
            [ignored, name](const std::string&) { ignored->given_.push_back(name); })
        ->group("");
  }
  command.add_flag("--safe-serialization,!--no-safe-serialization", ignored->safe_serialization_)
      ->group("");
  return ignored;
}

std::vector<std::string> IgnoredOptions::Notes() const {
  std::vector<std::string> notes;
  std::string names;
  for (const std::string& name : given_) {
    fmt::format_to(std::back_inserter(names), "{}--{}", names.empty() ? "" : ", ", name);
  }
  if (!names.empty()) {
    notes.push_back(
        names + ": accepted for mergekit's sake, without effect; fuseo1 streams on the processor");
  }
  if (!safe_serialization_) {
    notes.push_back("--no-safe-serialization: without effect; fuseo1 writes safetensors only");
  }
  return notes;
}

}  // namespace fuseo1
