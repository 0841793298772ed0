// Which files make up a model: the folder a reference names, and in it the index with its shards or
// the one file. Names only: nothing but the index is read. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "checkpoint/model_ref.h"
#include "checkpoint/shard_index.h"
#include "io/file_system.h"

namespace fuseo1 {

struct ModelFiles {
  std::string directory;           // absolute, links resolved
  std::vector<std::string> names;  // of the safetensors files in it, sorted
  std::string index_name;          // "" without an index
  std::optional<ShardIndex> index;
  bool has_config = false;
  std::vector<std::string> warnings;
};

// Search order of mergekit: an index wins over model.safetensors. Every named file exists, is a
// regular file and, through all its links, lies in the model's folder (of a hub snapshot: in its
// repository's folder). Errors: as OpenCheckpoint.
// The index's names are kept in `interner`.
Result<ModelFiles> LocateModel(FileSystem& fs, const ModelRef& ref, const std::string& cache_dir,
                               Interner& interner);

// The error of a JSON file of a model, with its path and the remedy.
Error Damaged(const std::string& path, const Error& error);

}  // namespace fuseo1
