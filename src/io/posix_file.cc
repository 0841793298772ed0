#include "io/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <utility>

#include "io/errno_error.h"
#include "io/transfer.h"

namespace fuseo1 {
namespace {

FileInfo ToInfo(const struct stat& status) {
  FileInfo info;
  info.kind = S_ISREG(status.st_mode)   ? FileKind::kRegular
              : S_ISDIR(status.st_mode) ? FileKind::kDirectory
                                        : FileKind::kOther;
  info.bytes = static_cast<std::uint64_t>(status.st_size);
  info.mtime_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  info.inode = status.st_ino;
  info.device = status.st_dev;
  return info;
}

off_t ToOffset(std::uint64_t offset) { return static_cast<off_t>(offset); }

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  const std::string& path() const override { return path_; }
  int descriptor() const override { return descriptor_.get(); }

  Result<FileInfo> Info() const override {
    const FileStatus status = StatusOf(descriptor_.get());
    if (status.error_number != 0) {
      return ErrnoError(path_, "examine it", status.error_number);
    }
    return status.info;
  }

  Status ReadAt(std::uint64_t offset, MutableBytes out) const override {
    const TransferResult result = TransferFully(out.size(), [&](std::size_t done, std::size_t n) {
      return pread(descriptor_.get(), out.data() + done, n, ToOffset(offset + done));
    });
    if (result.error_number != 0) {
      return ErrnoError(path_,
                        fmt::format("read {} bytes at offset {}", out.size() - result.bytes,
                                    offset + result.bytes),
                        result.error_number);
    }
    return result.bytes == out.size()
               ? Status()
               : EndOfFileError(path_, offset, out.size(), offset + result.bytes);
  }

  void WillRead(std::uint64_t offset, std::uint64_t bytes) const override {
    posix_fadvise(descriptor_.get(), ToOffset(offset), ToOffset(bytes), POSIX_FADV_WILLNEED);
  }

  Status WriteAt(std::uint64_t offset, Bytes in) override {
    const TransferResult result = TransferFully(in.size(), [&](std::size_t done, std::size_t n) {
      return pwrite(descriptor_.get(), in.data() + done, n, ToOffset(offset + done));
    });
    if (result.bytes == in.size()) {
      return {};
    }
    // A write of nothing without an error has no room to go on.
    const int error_number = result.error_number != 0 ? result.error_number : ENOSPC;
    const std::uint64_t left = in.size() - result.bytes;
    return WriteError(descriptor_.get(), path_,
                      fmt::format("write {} bytes at offset {}", left, offset + result.bytes),
                      error_number, left);
  }

  Status Reserve(std::uint64_t bytes) override {
    struct statfs file_system = {};
    // Memory file systems: a reservation adds no durability and zeroes every page in one thread.
    const bool is_memory =
        fstatfs(descriptor_.get(), &file_system) == 0 &&
        static_cast<unsigned long>(file_system.f_type) == static_cast<unsigned long>(TMPFS_MAGIC);
    if (!is_memory && bytes > 0) {
      FUSEO1_TRY_VOID(CheckRoom(file_system, bytes));
      const int result =
          Uninterrupted([&] { return fallocate(descriptor_.get(), 0, 0, ToOffset(bytes)); });
      if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) {
        return WriteError(descriptor_.get(), path_, fmt::format("reserve {} bytes", bytes), errno,
                          bytes);
      }
    }
    return Truncate(bytes);
  }

  Status Truncate(std::uint64_t bytes) override {
    if (Uninterrupted([&] { return ftruncate(descriptor_.get(), ToOffset(bytes)); }) != 0) {
      return WriteError(descriptor_.get(), path_, fmt::format("set its length to {}", bytes), errno,
                        bytes);
    }
    return {};
  }

  void StartWriteback(std::uint64_t offset, std::uint64_t bytes) override {
    sync_file_range(descriptor_.get(), ToOffset(offset), ToOffset(bytes), SYNC_FILE_RANGE_WRITE);
  }

  Status Sync() override {
    // Not repeated even when interrupted: the kernel may have dropped the pages it could not write,
    // and a second call would then succeed without them.
    if (fdatasync(descriptor_.get()) != 0) {
      return ErrnoError(path_, "make it durable (fdatasync)", errno);
    }
    return {};
  }

 private:
  // A reservation that must fail would first take all the room there is, from everybody.
  Status CheckRoom(const struct statfs& file_system, std::uint64_t bytes) const {
    struct stat status = {};
    if (file_system.f_bsize <= 0 || fstat(descriptor_.get(), &status) != 0) {
      return {};
    }
    const std::uint64_t room =
        file_system.f_bfree * static_cast<std::uint64_t>(file_system.f_bsize) +
        static_cast<std::uint64_t>(status.st_blocks) * 512;
    return bytes <= room ? Status()
                         : WriteError(descriptor_.get(), path_,
                                      fmt::format("reserve {} bytes", bytes), ENOSPC, bytes);
  }

  Descriptor descriptor_;
  std::string path_;
};

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    close(fd_);  // Linux frees the descriptor whatever close returns: never repeated
  }
}

FileStatus StatusOf(int descriptor) {
  struct stat status = {};
  if (fstat(descriptor, &status) != 0) {
    return {.error_number = errno, .info = {}};
  }
  return {.error_number = 0, .info = ToInfo(status)};
}

FileStatus StatusOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return {.error_number = errno, .info = {}};
  }
  return {.error_number = 0, .info = ToInfo(status)};
}

std::unique_ptr<File> MakePosixFile(Descriptor descriptor, std::string path) {
  return std::make_unique<PosixFile>(std::move(descriptor), std::move(path));
}

}  // namespace fuseo1
