// Checks a merged checkpoint against its manifest: sizes, headers, every tensor's hash, the index
// and the files beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "publish/manifest.h"

namespace fuseo1 {

struct VerifyHooks {
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t done_bytes, std::uint64_t total_bytes)>
      progress;  // one at a time
};

struct VerifyReport {
  std::vector<std::string> damage;   // one sentence each: file, tensor, expected and found
  std::vector<std::string> remarks;  // of things that a person may change: README.md
  std::uint64_t tensors = 0;
  std::uint64_t bytes = 0;
};

// kUsage where OUT holds no manifest of ours.
Result<Manifest> ReadManifest(FileSystem& fs, const std::string& output_dir);

// Damage is reported, not an error; an error is what keeps the check from being made.
Result<VerifyReport> VerifyOutput(FileSystem& fs, const std::string& output_dir,
                                  const Manifest& manifest, int threads, const VerifyHooks& hooks);

}  // namespace fuseo1
