// The options of how a merge runs, which never change its bytes. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/run_merge.h"

namespace fuseo1 {

// As the command line has them; checked by EngineOptionsFrom.
struct EngineFlags {
  std::optional<std::string> threads;
  std::optional<std::string> memory;
  std::optional<std::string> chunk_elems;
  std::optional<std::string> shared_elems;
  std::optional<std::string> commit_bytes;
  std::string io = "pread";
  bool overwrite = false;
  bool trust_journal = false;
};

// --threads, --memory, --io and the hidden --chunk-elems, --shared-elems, --commit-bytes.
void AddEngineOptions(CLI::App& command, EngineFlags& flags);

// Errors: kUsage with the option's name.
Result<EngineOptions> EngineOptionsFrom(const EngineFlags& flags);

}  // namespace fuseo1
