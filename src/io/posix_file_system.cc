#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "io/errno_error.h"
#include "io/file_system.h"
#include "io/posix_file.h"
#include "io/resolve_path.h"

namespace fuseo1 {
namespace {

class PosixDirectoryLock final : public DirectoryLock {
 public:
  explicit PosixDirectoryLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // closing it frees the lock
};

Error NotRegular(const std::string& path, FileKind kind) {
  return InputError(fmt::format("{}: expected a regular file, found {}", ShownPath(path),
                                kind == FileKind::kDirectory
                                    ? "a directory"
                                    : "a FIFO, socket or device; it was not opened"));
}

// Directory of a path as messages and system calls take it.
std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Descriptor> OpenDirectory(const std::string& path) {
  Descriptor descriptor(
      Uninterrupted([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (descriptor.get() < 0) {
    return ErrnoError(path, "open the directory", errno);
  }
  return descriptor;
}

class PosixFiles final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> OpenRead(const std::string& path) override {
    return OpenRegular(path, O_RDONLY, "open it for reading");
  }

  Result<std::unique_ptr<File>> OpenWrite(const std::string& path) override {
    return OpenRegular(path, O_RDWR | O_NOFOLLOW, "open it for writing");
  }

  Result<std::unique_ptr<File>> Create(const std::string& path) override {
    Descriptor descriptor(Uninterrupted(
        [&] { return open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
    if (descriptor.get() < 0) {
      return ErrnoError(path, "create it", errno);
    }
    return MakePosixFile(std::move(descriptor), path);
  }

  Result<FileInfo> Info(const std::string& path) override {
    const FileStatus status = StatusOf(path);
    if (status.error_number == ENOENT || status.error_number == ENOTDIR) {
      return FileInfo();
    }
    if (status.error_number != 0) {
      return ErrnoError(path, "examine it", status.error_number);
    }
    return status.info;
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    DIR* stream = opendir(directory.c_str());
    if (stream == nullptr) {
      return ErrnoError(directory, "list the directory", errno);
    }
    std::vector<std::string> names;
    errno = 0;
    for (const dirent* entry = readdir(stream); entry != nullptr; entry = readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") {
        names.emplace_back(name);
      }
    }
    const int error_number = errno;
    closedir(stream);
    if (error_number != 0) {
      return ErrnoError(directory, "list the directory", error_number);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::string> Resolve(const std::string& path) override { return ResolvePath(path); }

  Status MakeDirectories(const std::string& path) override {
    std::size_t end = 0;
    while (end < path.size()) {
      end = std::min(path.find('/', end + 1), path.size());
      const std::string part = path.substr(0, end);
      if (mkdir(part.c_str(), 0777) != 0) {
        const int error_number = errno;
        const FileStatus status = StatusOf(part);
        if (status.error_number != 0 || status.info.kind != FileKind::kDirectory) {
          return ErrnoError(part, "make the directory", error_number);
        }
      }
    }
    return {};
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) != 0) {
      return ErrnoError(from, fmt::format("rename it to {}", ShownPath(to)), errno);
    }
    return {};
  }

  Status Remove(const std::string& path) override {
    if (remove(path.c_str()) != 0) {
      return ErrnoError(path, "remove it", errno);
    }
    return {};
  }

  Status SyncDirectory(const std::string& path) override {
    FUSEO1_TRY(const Descriptor descriptor, OpenDirectory(path));
    // EINVAL: a file system whose directories need no sync.
    if (fsync(descriptor.get()) != 0 && errno != EINVAL) {
      return ErrnoError(path, "make the directory durable (fsync)", errno);
    }
    return {};
  }

  Result<std::unique_ptr<DirectoryLock>> LockDirectory(const std::string& path) override {
    FUSEO1_TRY(Descriptor descriptor, OpenDirectory(path));
    if (Uninterrupted([&] { return flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno == EWOULDBLOCK) {
        return SystemError(fmt::format(
            "{}: another process is working in this directory. Wait until it ends, or choose "
            "another directory; nothing was changed.",
            ShownPath(path)));
      }
      return ErrnoError(path, "lock the directory (flock)", errno);
    }
    return std::unique_ptr<DirectoryLock>(
        std::make_unique<PosixDirectoryLock>(std::move(descriptor)));
  }

  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    // A directory that is still to be made lies where its nearest existing parent does.
    FUSEO1_TRY(std::string place, ResolvePath(path));
    struct statvfs status = {};
    while (statvfs(place.c_str(), &status) != 0) {
      if ((errno != ENOENT && errno != ENOTDIR) || place == "/") {
        return ErrnoError(path, "ask for its free space", errno);
      }
      place = ParentOf(place);
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  }

 private:
  static Result<std::unique_ptr<File>> OpenRegular(const std::string& path, int flags,
                                                   std::string_view action) {
    // Opening a device can act on it: look first, and look again at what was opened.
    const FileStatus before = StatusOf(path);
    if (before.error_number != 0) {
      return ErrnoError(path, action, before.error_number);
    }
    if (before.info.kind != FileKind::kRegular) {
      return NotRegular(path, before.info.kind);
    }
    Descriptor descriptor(Uninterrupted(
        [&] { return open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
    if (descriptor.get() < 0) {
      return ErrnoError(path, action, errno);
    }
    const FileStatus after = StatusOf(descriptor.get());
    if (after.error_number != 0) {
      return ErrnoError(path, action, after.error_number);
    }
    if (after.info.kind != FileKind::kRegular) {
      return NotRegular(path, after.info.kind);
    }
    return MakePosixFile(std::move(descriptor), path);
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static PosixFiles file_system;
  return file_system;
}

}  // namespace fuseo1
