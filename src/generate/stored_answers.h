// Two engines that need no model: one replays stored samples, one follows a script. Both are for
// evaluating answers that exist, and for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "generate/generator.h"
#include "io/file_system.h"

namespace fuseo1 {

// Answers from sample files in the contract's form. Only offsets are held in memory; answers are
// read when asked for. A line that cannot be read, or a second line for one (id, sample), is
// kInput, naming the line; with skip_bad_lines such lines are left out and counted.
Result<std::unique_ptr<Generator>> OpenReplay(FileSystem& fs, const std::vector<std::string>& paths,
                                              bool skip_bad_lines);

// Answers from a script, JSON lines {"id": str?, "sample": int?, "response": str, "finish_reason":
// str?, "delay_ms": int?}: the first line that fits a request answers it; {id} and {sample} in the
// response stand for the request's own. Every request asked for is appended to ask_log ("" for
// none) before it is answered.
Result<std::unique_ptr<Generator>> OpenScript(FileSystem& fs, const std::string& path,
                                              const std::string& ask_log);

}  // namespace fuseo1
