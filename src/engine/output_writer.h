// The output directory of one merge: its lock, its shard files under their working names, the
// journal, and the order in which things become durable and visible (docs/reliability.md).
//
//   Open:     lock, preflight for disk, create or take over the shard files
//   Commit:   sync the shards, then the journal: only now is a tensor done
//   Publish:  rename the shards, write the side files, last the index; remove the journal
//
// shard() may be written and SyncShard called from any thread; everything else from one thread at a
// time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/journal.h"
#include "engine/run_merge.h"
#include "engine/shard_files.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

class OutputWriter {
 public:
  static Result<std::unique_ptr<OutputWriter>> Open(FileSystem& fs, const MergePlan& plan,
                                                    const std::string& directory,
                                                    const EngineOptions& options);

  File& shard(int index) { return shards_->file(index); }
  // As ShardFiles::Sync; from any thread.
  Status SyncShard(int index) { return shards_->Sync(index); }

  // Tensors that an interrupted run has finished, read back and hashed again unless the journal is
  // trusted.
  const std::vector<JournalRecord>& finished() const { return finished_; }

  Status Commit(std::span<const JournalRecord> records);

  // After an error nothing is published, or all of it is.
  Status Publish(std::span<const SideFile> side_files);

 private:
  OutputWriter(FileSystem& fs, const MergePlan& plan, std::string directory)
      : fs_(fs), plan_(plan), directory_(std::move(directory)) {}

  Status Prepare(const EngineOptions& options);
  Status CheckOccupants(const std::vector<std::string>& names, bool overwrite);
  Status CheckNoFolders(const std::vector<std::string>& names);
  Status RemoveOwnLeftovers(const std::vector<std::string>& names, bool published_too);
  Status CheckDiskSpace(std::uint64_t needed_bytes);
  Status Begin();
  Status Resume(bool trust_journal);
  Status KeepOnlyIntact();
  Status WriteSideFile(const SideFile& file);
  Status RemovePartialSideFiles();
  Status PublishDurably(std::span<const SideFile> side_files);
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  FileSystem& fs_;
  const MergePlan& plan_;
  std::string directory_;
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<ShardFiles> shards_;
  std::vector<JournalRecord> finished_;
};

// The index of a sharded checkpoint.
void WriteIndex(const MergePlan& plan, const TextSink& sink);

}  // namespace fuseo1
