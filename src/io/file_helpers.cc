#include <fmt/format.h>

#include "base/text.h"
#include "io/errno_error.h"
#include "io/file_system.h"

namespace fuseo1 {
namespace {

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

Status WritePartial(FileSystem& fs, const std::string& partial,
                    const std::function<void(const TextSink&)>& produce) {
  FUSEO1_TRY(const auto file, fs.Create(partial));
  Status status;
  std::uint64_t end = 0;
  produce([&](std::string_view text) {
    if (status.ok()) {
      status = file->WriteAt(end, std::as_bytes(std::span(text)));
      end += text.size();
    }
  });
  return status.ok() ? file->Sync() : status;
}

}  // namespace

Error EndOfFileError(std::string_view path, std::uint64_t offset, std::uint64_t bytes,
                     std::uint64_t end) {
  return InputError(
      fmt::format("{}: the file ends at byte {}, expected {} bytes at offset {}. It is truncated "
                  "or was changed "
                  "while it was read: fetch it again.",
                  ShownPath(path), end, bytes, offset));
}

Result<std::string> ReadWholeFile(FileSystem& fs, const std::string& path,
                                  std::uint64_t max_bytes) {
  FUSEO1_TRY(const auto file, fs.OpenRead(path));
  FUSEO1_TRY(const FileInfo info, file->Info());
  if (info.bytes > max_bytes) {
    return InputError(fmt::format("{}: expected at most {} bytes, found {}", ShownPath(path),
                                  max_bytes, info.bytes));
  }
  std::string text(static_cast<std::size_t>(info.bytes), '\0');
  FUSEO1_TRY_VOID(file->ReadAt(0, std::as_writable_bytes(std::span(text))));
  return text;
}

Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view contents) {
  return WriteFileDurably(fs, path, [contents](const TextSink& sink) { sink(contents); });
}

Status WriteFileDurably(FileSystem& fs, const std::string& path,
                        const std::function<void(const TextSink&)>& produce) {
  const std::string directory = DirectoryOf(path);
  const std::string partial =
      directory + "/." + path.substr(path.find_last_of('/') + 1) + ".partial";
  // What an interrupted try left over, whatever it is; mostly there is nothing to remove.
  static_cast<void>(fs.Remove(partial).ok());
  Status status = WritePartial(fs, partial, produce);
  if (status.ok()) {
    status = fs.Rename(partial, path);
  }
  if (!status.ok()) {
    // The first error is the one to tell; what is left over is replaced by the next try.
    static_cast<void>(fs.Remove(partial).ok());
    return status;
  }
  return fs.SyncDirectory(directory);
}

}  // namespace fuseo1
