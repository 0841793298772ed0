#include "engine/output_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/identity.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kManifestName = "fuseo1.json";
// Room for side files and the file system's own tables beyond the shards.
constexpr std::uint64_t kDiskSlackBytes = 32 * kMiB;
constexpr std::size_t kCopyBytes = 256 * kKiB;

// Weight files that a reader of the folder might take for the model.
bool IsPublishedWeights(std::string_view name) {
  return name == kIndexName || name == "model.safetensors" ||
         (name.starts_with("model-") && name.ends_with(".safetensors"));
}

// The folder itself or the nearest parent that exists.
Result<std::string> ExistingParent(FileSystem& fs, std::string path) {
  while (true) {
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind != FileKind::kMissing) {
      return path;
    }
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) {
      return std::string(".");
    }
    path = slash == 0 ? "/" : path.substr(0, slash);
  }
}

bool IsWrittenSuffix(std::string_view suffix) {
  static constexpr std::string_view kSuffixes[] = {".safetensors", ".json",  ".md",       ".yml",
                                                   ".txt",         ".model", ".tiktoken", ".jinja"};
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

}  // namespace

void WriteIndex(const MergePlan& plan, const TextSink& sink) {
  std::uint64_t total = 0;
  for (const TensorJob& job : plan.jobs) {
    total += job.Bytes();
  }
  JsonWriter index(sink);
  index.Add("metadata", Json{{"total_size", total}});
  index.BeginObject("weight_map");
  for (const TensorJob& job : plan.jobs) {
    index.Add(job.name, plan.shards[static_cast<std::size_t>(job.shard)].name);
  }
  index.End();
  index.End();
}

Result<std::unique_ptr<OutputWriter>> OutputWriter::Open(FileSystem& fs, const MergePlan& plan,
                                                         const std::string& directory,
                                                         const EngineOptions& options) {
  std::unique_ptr<OutputWriter> writer(new OutputWriter(fs, plan, directory));
  FUSEO1_TRY_VOID(writer->Prepare(options));
  return writer;
}

Status OutputWriter::Prepare(const EngineOptions& options) {
  FUSEO1_TRY(const FileInfo info, fs_.Info(directory_));
  if (info.kind == FileKind::kMissing) {
    FUSEO1_TRY_VOID(CheckDiskSpace(plan_.output_bytes));
    FUSEO1_TRY_VOID(fs_.MakeDirectories(directory_));
  } else if (info.kind != FileKind::kDirectory) {
    return UsageError(fmt::format("{}: the output must be a folder, this is a file. Name another.",
                                  Printable(directory_)));
  }
  FUSEO1_TRY(lock_, fs_.LockDirectory(directory_));
  FUSEO1_TRY(std::vector<std::string> names, fs_.List(directory_));
  const bool has_journal = std::find(names.begin(), names.end(), kJournalName) != names.end();
  if (has_journal) {
    const Status resumed = Resume(options.trust_journal);
    if (resumed.ok() || !options.overwrite || resumed.error().code() != ErrorCode::kInput) {
      return resumed;
    }
    LogWarning(fmt::format("{}: beginning anew over an interrupted merge (--overwrite): {}",
                           Printable(directory_), resumed.error().message()));
    journal_.reset();
    shards_.reset();
    finished_.clear();
  }
  FUSEO1_TRY_VOID(CheckOccupants(names, options.overwrite));
  FUSEO1_TRY_VOID(RemoveOwnLeftovers(names, options.overwrite));
  FUSEO1_TRY_VOID(CheckDiskSpace(plan_.output_bytes));
  return Begin();
}

Status OutputWriter::CheckOccupants(const std::vector<std::string>& names, bool overwrite) {
  if (overwrite) {
    return CheckNoFolders(names);
  }
  const auto foreign = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return name != kJournalName && !IsPartialName(name);
  });
  if (foreign == names.end()) {
    return {};
  }
  const bool ours = std::find(names.begin(), names.end(), kManifestName) != names.end();
  return UsageError(fmt::format(
      "{}: {} and nothing was changed. Name an empty folder, or give --overwrite.",
      Printable(directory_),
      ours ? std::string("a finished merge lies here,")
           : fmt::format("the output folder is not empty (it holds {}),", Quoted(*foreign))));
}

// A folder named as a file that the merge writes is nobody's to remove; found now, not at the end.
Status OutputWriter::CheckNoFolders(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0 || !IsWrittenSuffix(name.substr(dot))) {
      continue;
    }
    FUSEO1_TRY(const FileInfo info, fs_.Info(Path(name)));
    if (info.kind == FileKind::kDirectory) {
      return UsageError(fmt::format(
          "{}: it holds a folder named {}, as a file of the merge may be; nothing was changed. "
          "Remove it or name another folder.",
          Printable(directory_), Quoted(name)));
    }
  }
  return {};
}

Status OutputWriter::RemoveOwnLeftovers(const std::vector<std::string>& names, bool published_too) {
  // The index goes first, and durably: without it nobody takes the rest for a model.
  if (published_too && std::find(names.begin(), names.end(), kIndexName) != names.end()) {
    FUSEO1_TRY_VOID(fs_.Remove(Path(std::string(kIndexName))));
    FUSEO1_TRY_VOID(fs_.SyncDirectory(directory_));
  }
  for (const std::string& name : names) {
    if (IsPartialName(name) || name == kJournalName ||
        (published_too && name != kIndexName &&
         (IsPublishedWeights(name) || name == kManifestName))) {
      FUSEO1_TRY_VOID(fs_.Remove(Path(name)));
    }
  }
  return {};
}

Status OutputWriter::CheckDiskSpace(std::uint64_t needed_bytes) {
  FUSEO1_TRY(const std::string place, ExistingParent(fs_, directory_));
  FUSEO1_TRY(const std::uint64_t free_bytes, fs_.FreeBytes(place));
  if (free_bytes < needed_bytes + kDiskSlackBytes) {
    return SystemError(fmt::format(
        "{}: the disk has {} free, the merge needs {}: {} missing. Make room and run the same "
        "command again.",
        Printable(directory_), HumanBytes(free_bytes), HumanBytes(needed_bytes + kDiskSlackBytes),
        HumanBytes(needed_bytes + kDiskSlackBytes - free_bytes)));
  }
  return {};
}

Status OutputWriter::Begin() {
  FUSEO1_TRY(ShardFiles shards, ShardFiles::Create(fs_, plan_, directory_));
  shards_ = std::make_unique<ShardFiles>(std::move(shards));
  // The journal comes last: where it exists, every shard file does.
  FUSEO1_TRY_VOID(fs_.SyncDirectory(directory_));
  FUSEO1_TRY(Journal journal, Journal::Create(fs_, directory_, IdentityOf(plan_)));
  journal_ = std::make_unique<Journal>(std::move(journal));
  return {};
}

Status OutputWriter::Resume(bool trust_journal) {
  FUSEO1_TRY(Journal journal,
             Journal::Open(fs_, directory_, IdentityOf(plan_),
                           static_cast<std::uint32_t>(plan_.jobs.size()), &finished_));
  journal_ = std::make_unique<Journal>(std::move(journal));
  FUSEO1_TRY(ShardFiles shards, ShardFiles::Reopen(fs_, plan_, directory_));
  shards_ = std::make_unique<ShardFiles>(std::move(shards));
  // Two records of one tensor can only agree: the later one stands.
  std::vector<JournalRecord> unique;
  std::vector<int> place(plan_.jobs.size(), -1);
  for (JournalRecord& record : finished_) {
    int& at = place[record.job];
    if (at < 0) {
      at = static_cast<int>(unique.size());
      unique.push_back(std::move(record));
    } else {
      unique[static_cast<std::size_t>(at)] = std::move(record);
    }
  }
  finished_ = std::move(unique);
  return trust_journal ? Status() : KeepOnlyIntact();
}

Status OutputWriter::KeepOnlyIntact() {
  std::vector<std::byte> buffer(kCopyBytes);
  std::vector<JournalRecord> intact;
  for (JournalRecord& record : finished_) {
    const TensorJob& job = plan_.jobs[record.job];
    StreamHash hash;
    for (std::uint64_t done = 0; done < job.Bytes();) {
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), job.Bytes() - done));
      const MutableBytes part = std::span(buffer).first(count);
      FUSEO1_TRY_VOID(shard(job.shard).ReadAt(job.offset + done, part));
      hash.Update(part);
      done += count;
    }
    if (hash.Digest() == record.outcome.hash) {
      intact.push_back(std::move(record));
    } else {
      LogWarning(fmt::format("{}: tensor {} changed on disk since it was written; merged again",
                             Printable(directory_), Quoted(job.name)));
    }
  }
  finished_ = std::move(intact);
  return {};
}

Status OutputWriter::Commit(std::span<const JournalRecord> records) {
  std::set<int> touched;
  for (const JournalRecord& record : records) {
    touched.insert(plan_.jobs[record.job].shard);
  }
  for (const int index : touched) {
    FUSEO1_TRY_VOID(shards_->Sync(index));
  }
  return journal_->Append(records);
}

Status OutputWriter::WriteSideFile(const SideFile& file) {
  const std::string path = Path(file.name);
  if (file.produce) {
    return WriteFileDurably(fs_, path, file.produce);
  }
  if (file.copy_from.empty()) {
    return WriteFileDurably(fs_, path, file.contents);
  }
  FUSEO1_TRY(const auto source, fs_.OpenRead(file.copy_from));
  FUSEO1_TRY(const FileInfo info, source->Info());
  const std::string partial = Path(PartialName(file.name));
  FUSEO1_TRY(const FileInfo old, fs_.Info(partial));
  if (old.kind != FileKind::kMissing) {
    FUSEO1_TRY_VOID(fs_.Remove(partial));
  }
  FUSEO1_TRY(const auto target, fs_.Create(partial));
  std::vector<std::byte> buffer(kCopyBytes);
  for (std::uint64_t done = 0; done < info.bytes;) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), info.bytes - done));
    const MutableBytes part = std::span(buffer).first(count);
    FUSEO1_TRY_VOID(source->ReadAt(done, part));
    FUSEO1_TRY_VOID(target->WriteAt(done, part));
    done += count;
  }
  FUSEO1_TRY_VOID(target->Sync());
  return fs_.Rename(partial, path);
}

Status OutputWriter::RemovePartialSideFiles() {
  FUSEO1_TRY(const std::vector<std::string> names, fs_.List(directory_));
  for (const std::string& name : names) {
    const bool is_shard =
        std::any_of(plan_.shards.begin(), plan_.shards.end(),
                    [&](const OutputShard& shard) { return name == PartialName(shard.name); });
    if (IsPartialName(name) && !is_shard) {
      FUSEO1_TRY_VOID(fs_.Remove(Path(name)));
    }
  }
  return {};
}

Status OutputWriter::PublishDurably(std::span<const SideFile> side_files) {
  FUSEO1_TRY_VOID(shards_->SyncAll());
  if (shards_->has_index()) {
    FUSEO1_TRY_VOID(shards_->PublishShards());
  }
  for (const SideFile& file : side_files) {
    FUSEO1_TRY_VOID(WriteSideFile(file));
  }
  FUSEO1_TRY_VOID(RemovePartialSideFiles());
  FUSEO1_TRY_VOID(fs_.SyncDirectory(directory_));
  // From here on readers see a complete model.
  if (shards_->has_index()) {
    return WriteFileDurably(fs_, Path(std::string(kIndexName)),
                            [this](const TextSink& sink) { WriteIndex(plan_, sink); });
  }
  FUSEO1_TRY_VOID(shards_->PublishShards());
  return fs_.SyncDirectory(directory_);
}

Status OutputWriter::Publish(std::span<const SideFile> side_files) {
  if (Status published = PublishDurably(side_files); !published.ok()) {
    // The error is the one to tell. Where this fails too, what a reader finds is complete.
    static_cast<void>(shards_->Unpublish().ok());
    return published;
  }
  // The model is there, durably: nothing fails the merge any more.
  journal_.reset();
  const std::string journal = Path(std::string(kJournalName));
  Status removed = fs_.Remove(journal);
  if (removed.ok()) {
    removed = fs_.SyncDirectory(directory_);
  }
  if (!removed.ok()) {
    LogWarning(fmt::format("the merge is complete, but its journal may be left: {}",
                           removed.error().message()));
  }
  return {};
}

}  // namespace fuseo1
