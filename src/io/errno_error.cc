#include "io/errno_error.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace fuseo1 {
namespace {

std::string_view Advice(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return " Free some space there or choose another place, then run the same command again.";
    case EDQUOT:
      return " Your quota there is used up: remove files or raise it, then run the same command "
             "again.";
    case EFBIG:
      return " The file system or a limit (ulimit -f) allows no larger file: raise it, or make "
             "smaller shards (--out-shard-size).";
    case EMFILE:
      return " This process may open no more files: raise the limit (ulimit -n).";
    case ENFILE:
      return " The machine may open no more files: close programs or raise fs.file-max.";
    case EIO:
      return " The device reports an error: check it (dmesg) before you trust this file.";
    case EACCES:
    case EPERM:
      return " Check who owns it and its permissions.";
    case EROFS:
      return " The file system is read-only: choose another place.";
    case ENOENT:
    case ENOTDIR:
      return " Check the spelling of the path.";
    case ENAMETOOLONG:
      return " Name a shorter path.";
    case EISDIR:
    case EEXIST:
    case ENOTEMPTY:
      return " Something else has that name: remove it, or choose another place.";
    case ELOOP:
      return " Its links lead back to themselves: replace them by the file.";
    case ENOMEM:
      return " Close programs or lower --memory.";
    default:
      return "";
  }
}

ErrorCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
      return ErrorCode::kUsage;
    case ELOOP:
      return ErrorCode::kInput;
    default:
      return ErrorCode::kSystem;
  }
}

std::string Words(int error_number) {
  const char* words = strerrordesc_np(error_number);
  const char* name = strerrorname_np(error_number);
  if (words == nullptr || name == nullptr) {
    return fmt::format("error {}", error_number);
  }
  return fmt::format("{} ({})", words, name);
}

}  // namespace

std::string ShownPath(std::string_view path) {
  constexpr std::size_t kHead = 300;
  constexpr std::size_t kTail = 700;
  return path.size() <= kHead + kTail ? Printable(path, kHead + kTail)
                                      : Printable(path.substr(0, kHead), kHead) + "…" +
                                            Printable(path.substr(path.size() - kTail), kTail);
}

Error ErrnoError(std::string_view path, std::string_view action, int error_number) {
  return {CodeOf(error_number), fmt::format("{}: cannot {}: {}.{}", ShownPath(path), action,
                                            Words(error_number), Advice(error_number))};
}

Error WriteError(int descriptor, std::string_view path, std::string_view action, int error_number,
                 std::uint64_t wanted_bytes) {
  struct statvfs status = {};
  if (error_number != ENOSPC || fstatvfs(descriptor, &status) != 0) {
    return ErrnoError(path, action, error_number);
  }
  const std::uint64_t free_bytes = std::uint64_t{status.f_bavail} * status.f_frsize;
  std::string space =
      fmt::format("{} ({} bytes) wanted, {} ({} bytes) free", HumanBytes(wanted_bytes),
                  wanted_bytes, HumanBytes(free_bytes), free_bytes);
  if (free_bytes < wanted_bytes) {
    space += fmt::format(", {} missing", HumanBytes(wanted_bytes - free_bytes));
  } else if (status.f_favail == 0) {
    space += ", but no inode";
  }
  return SystemError(fmt::format("{}: cannot {}: {}; {}.{}", ShownPath(path), action,
                                 Words(error_number), space, Advice(error_number)));
}

}  // namespace fuseo1
