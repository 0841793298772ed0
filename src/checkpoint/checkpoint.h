// One model on disk: where each tensor's bytes lie, its config, and what identifies it. Metadata
// only: opening a checkpoint reads headers and config.json, never weights. Immutable once opened;
// any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "checkpoint/model_ref.h"
#include "io/file_system.h"
#include "io/safetensors.h"

namespace fuseo1 {

struct CheckpointFile {
  std::string path;  // absolute
  FileInfo info;     // when it was opened
  Hash128 header_hash;
};

// `file`: index of Checkpoint::files.
using CheckpointTensor = StoredTensor;

struct Checkpoint {
  ModelRef ref;
  std::string directory;  // absolute, links resolved
  std::vector<CheckpointFile> files;
  std::vector<CheckpointTensor> tensors;  // sorted by name
  std::shared_ptr<Interner> interner;     // keeps their names and shapes
  Json config;  // config.json, an object; empty object where there is none
  bool has_config = false;
  std::vector<std::string> warnings;  // "total_size says …": oddities worth a word

  // nullptr: no such tensor. O(log n).
  const CheckpointTensor* Find(std::string_view name) const;
};

// Opens the model a reference names: a local directory (or a single .safetensors file), else the
// Hugging Face cache (HF_HOME, HF_HUB_CACHE, …; models--org--name/snapshots/<revision>). Errors:
// kUsage for a local path that is not there, kNetwork for a hub name that is not cached (with the
// command that fetches it), kInput for damage, hostile paths and missing shards.
//
// Checkpoints opened with one interner share it: most names of a family's models are equal.
Result<Checkpoint> OpenCheckpoint(FileSystem& fs, const ModelRef& ref,
                                  const std::string& cache_dir = "",
                                  std::shared_ptr<Interner> interner = nullptr);

}  // namespace fuseo1
