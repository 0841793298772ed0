#include "io/faulty_file_system.h"

#include <cerrno>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "io/errno_error.h"

namespace fuseo1::testing {
namespace {

constexpr std::string_view kCallNames[] = {
    "OpenRead",        "Create",  "OpenWrite", "Info",          "List", "Resolve",
    "MakeDirectories", "Rename",  "Remove",    "SyncDirectory", "Lock", "FreeBytes",
    "ReadAt",          "WriteAt", "Reserve",   "Truncate",      "Sync"};

bool Changes(FileCall call) {
  switch (call) {
    case FileCall::kCreate:
    case FileCall::kMakeDirectories:
    case FileCall::kRename:
    case FileCall::kRemove:
    case FileCall::kSyncDirectory:
    case FileCall::kWriteAt:
    case FileCall::kReserve:
    case FileCall::kTruncate:
    case FileCall::kSync:
      return true;
    default:
      return false;
  }
}

int ErrnoOf(FaultKind kind) {
  switch (kind) {
    case FaultKind::kEio:
      return EIO;
    case FaultKind::kEintr:
      return EINTR;
    default:
      return ENOSPC;
  }
}

}  // namespace

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem* fs, std::unique_ptr<File> base) : fs_(*fs), base_(std::move(base)) {}

  const std::string& path() const override { return base_->path(); }
  void WillRead(std::uint64_t offset, std::uint64_t bytes) const override {
    base_->WillRead(offset, bytes);
  }
  void StartWriteback(std::uint64_t offset, std::uint64_t bytes) override {
    base_->StartWriteback(offset, bytes);
  }

  Result<FileInfo> Info() const override {
    FUSEO1_TRY_VOID(fs_.Check(FileCall::kInfo, path()));
    return base_->Info();
  }

  Status ReadAt(std::uint64_t offset, MutableBytes out) const override {
    const auto fault = fs_.Enter(FileCall::kReadAt, path());
    if (fault == FaultKind::kShort) {
      return EndOfFileError(path(), offset, out.size(), offset + out.size() / 2);
    }
    if (fault) {
      return ErrnoError(path(), "read it", ErrnoOf(*fault));
    }
    return base_->ReadAt(offset, out);
  }

  Status WriteAt(std::uint64_t offset, Bytes in) override {
    const auto fault = fs_.Enter(FileCall::kWriteAt, path());
    if (fault == FaultKind::kShort) {
      FUSEO1_TRY_VOID(base_->WriteAt(offset, in.first(in.size() / 2)));
    }
    if (fault) {
      return ErrnoError(path(), "write it", ErrnoOf(*fault));
    }
    return base_->WriteAt(offset, in);
  }

  Status Reserve(std::uint64_t bytes) override {
    FUSEO1_TRY_VOID(fs_.Check(FileCall::kReserve, path()));
    return base_->Reserve(bytes);
  }

  Status Truncate(std::uint64_t bytes) override {
    FUSEO1_TRY_VOID(fs_.Check(FileCall::kTruncate, path()));
    return base_->Truncate(bytes);
  }

  Status Sync() override {
    FUSEO1_TRY_VOID(fs_.Check(FileCall::kSync, path()));
    return base_->Sync();
  }

 private:
  FaultyFileSystem& fs_;
  std::unique_ptr<File> base_;
};

void FaultyFileSystem::Inject(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
  matching_calls_ = 0;
  has_fired_ = false;
}

void FaultyFileSystem::Clear() {
  const std::lock_guard lock(mutex_);
  fault_.reset();
}

bool FaultyFileSystem::has_fired() const {
  const std::lock_guard lock(mutex_);
  return has_fired_;
}

std::uint64_t FaultyFileSystem::calls(FileCall call) const {
  const std::lock_guard lock(mutex_);
  return calls_[static_cast<std::size_t>(call)];
}

std::uint64_t FaultyFileSystem::calls() const {
  const std::lock_guard lock(mutex_);
  return std::accumulate(calls_.begin(), calls_.end(), std::uint64_t{0});
}

std::vector<std::string> FaultyFileSystem::Trace() const {
  const std::lock_guard lock(mutex_);
  return trace_;
}

void FaultyFileSystem::ClearTrace() {
  const std::lock_guard lock(mutex_);
  trace_.clear();
}

void FaultyFileSystem::SetBeforeChange(std::function<void(FileCall, const std::string&)> hook) {
  const std::lock_guard lock(mutex_);
  before_change_ = std::move(hook);
}

std::optional<FaultKind> FaultyFileSystem::Enter(FileCall call, const std::string& path) {
  if (Changes(call)) {
    std::function<void(FileCall, const std::string&)> hook;
    {
      const std::lock_guard lock(mutex_);
      trace_.push_back(std::string(kCallNames[static_cast<std::size_t>(call)]) + " " + path);
      hook = before_change_;
    }
    if (hook) {
      hook(call, path);  // before the fault is looked up: the hook may inject one
    }
  }
  const std::lock_guard lock(mutex_);
  ++calls_[static_cast<std::size_t>(call)];
  if (!fault_ || (fault_->only && *fault_->only != call) ||
      (fault_->path_has && !Contains(path, *fault_->path_has))) {
    return std::nullopt;
  }
  ++matching_calls_;
  if (matching_calls_ < fault_->call || (matching_calls_ > fault_->call && !fault_->is_for_ever)) {
    return std::nullopt;
  }
  has_fired_ = true;
  return fault_->kind;
}

Status FaultyFileSystem::Check(FileCall call, const std::string& path) {
  const auto fault = Enter(call, path);
  if (!fault) {
    return {};
  }
  return ErrnoError(path, std::string(kCallNames[static_cast<std::size_t>(call)]), ErrnoOf(*fault));
}

Result<std::unique_ptr<File>> FaultyFileSystem::OpenRead(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kOpenRead, path));
  FUSEO1_TRY(auto file, base_.OpenRead(path));
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(this, std::move(file)));
}

Result<std::unique_ptr<File>> FaultyFileSystem::Create(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kCreate, path));
  FUSEO1_TRY(auto file, base_.Create(path));
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(this, std::move(file)));
}

Result<std::unique_ptr<File>> FaultyFileSystem::OpenWrite(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kOpenWrite, path));
  FUSEO1_TRY(auto file, base_.OpenWrite(path));
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(this, std::move(file)));
}

Result<FileInfo> FaultyFileSystem::Info(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kInfo, path));
  return base_.Info(path);
}

Result<std::vector<std::string>> FaultyFileSystem::List(const std::string& directory) {
  FUSEO1_TRY_VOID(Check(FileCall::kList, directory));
  return base_.List(directory);
}

Result<std::string> FaultyFileSystem::Resolve(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kResolve, path));
  return base_.Resolve(path);
}

Status FaultyFileSystem::MakeDirectories(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kMakeDirectories, path));
  return base_.MakeDirectories(path);
}

Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  FUSEO1_TRY_VOID(Check(FileCall::kRename, from + " -> " + to));
  return base_.Rename(from, to);
}

Status FaultyFileSystem::Remove(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kRemove, path));
  return base_.Remove(path);
}

Status FaultyFileSystem::SyncDirectory(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kSyncDirectory, path));
  return base_.SyncDirectory(path);
}

Result<std::unique_ptr<DirectoryLock>> FaultyFileSystem::LockDirectory(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kLock, path));
  return base_.LockDirectory(path);
}

Result<std::uint64_t> FaultyFileSystem::FreeBytes(const std::string& path) {
  FUSEO1_TRY_VOID(Check(FileCall::kFreeBytes, path));
  return base_.FreeBytes(path);
}

}  // namespace fuseo1::testing
