// The only door to files. PosixFileSystem is the real one; tests replace it with one that fails on
// command.
//
// FileSystem is safe for concurrent calls from any thread. A File may be read and written by
// several threads at once at different offsets. Errors: kInput where a path is no regular file of
// ours to read (FIFO, device, directory, link loop) or a read ends early; kUsage where a path is
// not there; kSystem for everything the system refuses, with errno's words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text_sink.h"

namespace fuseo1 {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

enum class FileKind : std::uint8_t { kMissing, kRegular, kDirectory, kOther };

struct FileInfo {
  FileKind kind = FileKind::kMissing;
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
};

class File {
 public:
  virtual ~File() = default;  // closes; errors of closing are reported by Sync before

  virtual const std::string& path() const = 0;
  // The descriptor for readers that submit their own system calls; -1: only ReadAt can read it.
  virtual int descriptor() const { return -1; }
  virtual Result<FileInfo> Info() const = 0;
  // Fills `out` from `offset`, or kInput "file ends at …": a short file is never a short read.
  virtual Status ReadAt(std::uint64_t offset, MutableBytes out) const = 0;
  // Bytes that are in the page cache soon: a hint, never an error.
  virtual void WillRead(std::uint64_t offset, std::uint64_t bytes) const = 0;
  virtual Status WriteAt(std::uint64_t offset, Bytes in) = 0;
  // Reserves disk space for [0, bytes) and makes the file that long.
  virtual Status Reserve(std::uint64_t bytes) = 0;
  virtual Status Truncate(std::uint64_t bytes) = 0;
  // Starts writing dirty pages of the range; does not wait. A hint.
  virtual void StartWriteback(std::uint64_t offset, std::uint64_t bytes) = 0;
  // fdatasync: on success everything written before is durable. Never retried after a failure.
  virtual Status Sync() = 0;
};

// Held while it lives; freed by the system when the process dies.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Opens a regular file for reading; links are followed, nothing blocks on a FIFO.
  virtual Result<std::unique_ptr<File>> OpenRead(const std::string& path) = 0;
  // Creates a file that must not exist, or (OpenWrite) opens one that must and is no link;
  // read and write.
  virtual Result<std::unique_ptr<File>> Create(const std::string& path) = 0;
  virtual Result<std::unique_ptr<File>> OpenWrite(const std::string& path) = 0;

  // Follows links. A missing path is FileKind::kMissing, not an error.
  virtual Result<FileInfo> Info(const std::string& path) = 0;
  // Names in a directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  // The path with links resolved; of a path that does not exist, its existing part resolved.
  virtual Result<std::string> Resolve(const std::string& path) = 0;

  virtual Status MakeDirectories(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;  // a file or an empty directory
  // Names created, renamed or removed before are durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // kSystem at once where another process holds it.
  virtual Result<std::unique_ptr<DirectoryLock>> LockDirectory(const std::string& path) = 0;
  // Bytes that an unprivileged writer may still use on the file system of `path`.
  virtual Result<std::uint64_t> FreeBytes(const std::string& path) = 0;
};

// The real one; lives for ever.
FileSystem& PosixFileSystem();

// "file ends at …": what ReadAt returns for a short file.
Error EndOfFileError(std::string_view path, std::uint64_t offset, std::uint64_t bytes,
                     std::uint64_t end);

// The whole file as text, at most max_bytes (kInput beyond).
Result<std::string> ReadWholeFile(FileSystem& fs, const std::string& path, std::uint64_t max_bytes);

// Writes path so that it is either absent, the old one, or complete: a temporary name, sync,
// rename, and the directory's sync. The temporary name is ".<name>.partial".
Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view contents);
// The same for what is made while it is written.
Status WriteFileDurably(FileSystem& fs, const std::string& path,
                        const std::function<void(const TextSink&)>& produce);

}  // namespace fuseo1
