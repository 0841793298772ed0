// Any file system, with faults on command: every call that can fail is counted, and the n-th fails
// once or from then on. The double loop of SQLite's tests is
//
//   for (std::uint64_t n = 1; ; ++n) {
//     faulty.Inject({.kind = FaultKind::kEio, .call = n, .is_for_ever = false});
//     … run …
//     if (!faulty.has_fired()) break;  // n is past the last call
//   }
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace fuseo1::testing {

enum class FileCall : std::uint8_t {
  kOpenRead,
  kCreate,
  kOpenWrite,
  kInfo,
  kList,
  kResolve,
  kMakeDirectories,
  kRename,
  kRemove,
  kSyncDirectory,
  kLock,
  kFreeBytes,
  kReadAt,
  kWriteAt,
  kReserve,
  kTruncate,
  kSync,
  kCount,
};

enum class FaultKind : std::uint8_t {
  kEio,
  kEnospc,
  kEintr,
  kShort,  // a read ends early (kInput), a write moves half its bytes, then has no room
};

struct Fault {
  FaultKind kind = FaultKind::kEio;
  std::uint64_t call = 1;    // fails the call of this number, counted from Inject on
  bool is_for_ever = false;  // … and every later one
  std::optional<FileCall> only = std::nullopt;         // counts and fails only these calls
  std::optional<std::string> path_has = std::nullopt;  // … and only of paths that contain this
};

class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem& base) : base_(base) {}

  // Replaces the fault; counting starts again.
  void Inject(Fault fault);
  void Clear();
  bool has_fired() const;  // since Inject

  // Calls since construction, of one kind or of all.
  std::uint64_t calls(FileCall call) const;
  std::uint64_t calls() const;
  // Every call that changes files or makes them durable, in order: "WriteAt PATH", since the last
  // ClearTrace.
  std::vector<std::string> Trace() const;
  void ClearTrace();
  // Called before every call that changes something, outside the lock: power can be lost there, and
  // a fault injected that the call itself meets already.
  void SetBeforeChange(std::function<void(FileCall, const std::string& path)> hook);

  Result<std::unique_ptr<File>> OpenRead(const std::string& path) override;
  Result<std::unique_ptr<File>> Create(const std::string& path) override;
  Result<std::unique_ptr<File>> OpenWrite(const std::string& path) override;
  Result<FileInfo> Info(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Result<std::string> Resolve(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> LockDirectory(const std::string& path) override;
  Result<std::uint64_t> FreeBytes(const std::string& path) override;

 private:
  friend class FaultyFile;
  // Counts the call; the fault that it must answer with, if any.
  std::optional<FaultKind> Enter(FileCall call, const std::string& path);
  // The same, as an error.
  Status Check(FileCall call, const std::string& path);

  FileSystem& base_;
  mutable std::mutex mutex_;
  std::optional<Fault> fault_;
  std::uint64_t matching_calls_ = 0;
  bool has_fired_ = false;
  std::array<std::uint64_t, static_cast<std::size_t>(FileCall::kCount)> calls_ = {};
  std::vector<std::string> trace_;
  std::function<void(FileCall, const std::string&)> before_change_;
};

}  // namespace fuseo1::testing
