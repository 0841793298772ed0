// What a command of the evaluation talks to: results out, the stop flag. The program gives the real
// ones, tests their own. Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"

namespace fuseo1 {

struct CommandIo {
  FileSystem& fs;
  std::function<Status(std::string_view text)> out;     // standard output
  std::function<void(std::string_view line)> progress;  // one line now and then; may be empty
  const std::atomic<bool>* stop = nullptr;
  std::string_view version;  // of the program, for manifests
};

}  // namespace fuseo1
