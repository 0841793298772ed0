// The shard files of one merge. Until they are published they lie under working names,
// ".<name>.partial"; a reader finds no model before.
//
// file() may be written from any thread and Sync called from any; the rest is one thread's at a
// time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

inline constexpr std::string_view kIndexName = "model.safetensors.index.json";

std::string PartialName(std::string_view name);
bool IsPartialName(std::string_view name);

class ShardFiles {
 public:
  // Creates them anew: space reserved, header written, durable but for their names.
  static Result<ShardFiles> Create(FileSystem& fs, const MergePlan& plan,
                                   const std::string& directory);
  // Opens those of an interrupted merge and takes back what it had published. kInput where one is
  // missing or has another length.
  static Result<ShardFiles> Reopen(FileSystem& fs, const MergePlan& plan,
                                   const std::string& directory);

  File& file(int index) { return *shards_[static_cast<std::size_t>(index)]->file; }

  // Everything written before is durable. After one failure it is never tried again, for the kernel
  // may have dropped the pages: this and every later call on the file gives the first error.
  Status Sync(int index);
  Status SyncAll();

  // Renames the shards; with several, nobody takes them for a model before the index is there.
  Status PublishShards();
  // The opposite: removes the index, and renames a single shard back. Done when nothing was
  // published.
  Status Unpublish();

  bool has_index() const { return plan_->shards.size() > 1; }

 private:
  struct Shard {
    std::unique_ptr<File> file;
    std::mutex mutex;
    Status sync;  // the first failure, for ever
  };

  ShardFiles(FileSystem& fs, const MergePlan& plan, std::string directory)
      : fs_(&fs), plan_(&plan), directory_(std::move(directory)) {}

  void Add(std::unique_ptr<File> file);
  Result<bool> IsThere(const std::string& name) const;
  std::string Path(std::string_view name) const { return directory_ + "/" + std::string(name); }

  FileSystem* fs_;
  const MergePlan* plan_;
  std::string directory_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace fuseo1
