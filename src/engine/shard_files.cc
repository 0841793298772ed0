#include "engine/shard_files.h"

#include <fmt/format.h>

#include <span>

#include "base/text.h"
#include "plan/lay_out.h"

namespace fuseo1 {
namespace {

Status WriteHeader(const MergePlan& plan, std::size_t shard, File& file) {
  Status status;
  std::uint64_t end = 0;
  WriteShardHeader(plan, shard, [&](std::string_view piece) {
    if (status.ok()) {
      status = file.WriteAt(end, std::as_bytes(std::span(piece.data(), piece.size())));
      end += piece.size();
    }
  });
  return status;
}

}  // namespace

std::string PartialName(std::string_view name) { return "." + std::string(name) + ".partial"; }

bool IsPartialName(std::string_view name) {
  return name.starts_with('.') && name.ends_with(".partial");
}

void ShardFiles::Add(std::unique_ptr<File> file) {
  shards_.push_back(std::make_unique<Shard>());
  shards_.back()->file = std::move(file);
}

Result<bool> ShardFiles::IsThere(const std::string& name) const {
  FUSEO1_TRY(const FileInfo info, fs_->Info(Path(name)));
  return info.kind != FileKind::kMissing;
}

Result<ShardFiles> ShardFiles::Create(FileSystem& fs, const MergePlan& plan,
                                      const std::string& directory) {
  ShardFiles shards(fs, plan, directory);
  for (std::size_t i = 0; i < plan.shards.size(); ++i) {
    const OutputShard& shard = plan.shards[i];
    FUSEO1_TRY(auto file, fs.Create(shards.Path(PartialName(shard.name))));
    FUSEO1_TRY_VOID(file->Reserve(shard.bytes));
    FUSEO1_TRY_VOID(WriteHeader(plan, i, *file));
    FUSEO1_TRY_VOID(file->Sync());
    shards.Add(std::move(file));
  }
  return shards;
}

Result<ShardFiles> ShardFiles::Reopen(FileSystem& fs, const MergePlan& plan,
                                      const std::string& directory) {
  ShardFiles shards(fs, plan, directory);
  // Killed just after publishing: what is found damaged below must not be found by a reader.
  FUSEO1_TRY_VOID(shards.Unpublish());
  for (std::size_t i = 0; i < plan.shards.size(); ++i) {
    const OutputShard& shard = plan.shards[i];
    // Some may have been renamed already.
    FUSEO1_TRY(const bool is_partial, shards.IsThere(PartialName(shard.name)));
    FUSEO1_TRY(const bool is_renamed, shards.IsThere(shard.name));
    if (!is_partial && !is_renamed) {
      return InputError(fmt::format(
          "{}: the file of an interrupted merge is missing. Remove the folder to begin anew.",
          Printable(shards.Path(PartialName(shard.name)))));
    }
    FUSEO1_TRY(auto file,
               fs.OpenWrite(shards.Path(is_partial ? PartialName(shard.name) : shard.name)));
    FUSEO1_TRY(const FileInfo info, file->Info());
    if (info.bytes != shard.bytes) {
      return InputError(fmt::format(
          "{}: has {} bytes, the interrupted merge made it {}. Remove the folder to begin anew.",
          Printable(file->path()), info.bytes, shard.bytes));
    }
    // Written and durable before the journal was there, but the disk may have damaged it since.
    FUSEO1_TRY_VOID(WriteHeader(plan, i, *file));
    shards.Add(std::move(file));
  }
  return shards;
}

Status ShardFiles::Sync(int index) {
  Shard& shard = *shards_[static_cast<std::size_t>(index)];
  // One at a time: of two calls on a descriptor that has lost pages, the kernel tells only one.
  const std::lock_guard lock(shard.mutex);
  if (shard.sync.ok()) {
    shard.sync = shard.file->Sync();
  }
  return shard.sync;
}

Status ShardFiles::SyncAll() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    FUSEO1_TRY_VOID(Sync(static_cast<int>(i)));
  }
  return {};
}

Status ShardFiles::PublishShards() {
  for (const OutputShard& shard : plan_->shards) {
    FUSEO1_TRY(const bool is_partial, IsThere(PartialName(shard.name)));
    if (is_partial) {  // otherwise renamed before a kill
      FUSEO1_TRY_VOID(fs_->Rename(Path(PartialName(shard.name)), Path(shard.name)));
    }
  }
  return {};
}

Status ShardFiles::Unpublish() {
  const std::string name = has_index() ? std::string(kIndexName) : plan_->shards.front().name;
  FUSEO1_TRY(const bool is_published, IsThere(name));
  if (!is_published) {
    return {};
  }
  if (has_index()) {
    FUSEO1_TRY_VOID(fs_->Remove(Path(name)));
  } else {
    FUSEO1_TRY_VOID(fs_->Rename(Path(name), Path(PartialName(name))));
  }
  return fs_->SyncDirectory(directory_);
}

}  // namespace fuseo1
