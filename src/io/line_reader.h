// The lines of a text file, one at a time, in bounded memory: how JSON lines are read. Over-long
// lines are skipped and said so, never held. One thread at a time; a line's text lives until the
// next call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "io/file_system.h"

namespace fuseo1 {

struct TextLine {
  std::string_view text;     // without its line end; empty where is_too_long
  std::uint64_t number = 0;  // from 1, blank lines counted
  std::uint64_t offset = 0;  // of its first byte in the file
  std::uint64_t bytes = 0;   // without its line end
  bool is_too_long = false;
};

class LineReader {
 public:
  // Opens a regular file for reading from its first byte. Errors as FileSystem::OpenRead.
  static Result<LineReader> Open(FileSystem& fs, const std::string& path,
                                 std::uint64_t max_line_bytes);

  // The next line that is not blank; false at the end.
  Result<bool> Next(TextLine& line);

  const std::string& path() const { return file_->path(); }
  std::uint64_t file_bytes() const { return file_bytes_; }
  std::uint64_t position() const { return position_; }

  // Of every byte read so far; of the whole file once Next has returned false.
  Hash128 Hash() const { return hash_.Digest(); }

 private:
  LineReader(std::unique_ptr<File> file, std::uint64_t file_bytes, std::uint64_t max_line_bytes)
      : file_(std::move(file)), file_bytes_(file_bytes), max_line_bytes_(max_line_bytes) {}

  Status Fill();
  Result<bool> NextRaw(TextLine& line);

  std::unique_ptr<File> file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t max_line_bytes_ = 0;
  StreamHash hash_;
  std::string buffer_;
  std::size_t begin_ = 0;       // of the unread part of buffer_
  std::uint64_t position_ = 0;  // in the file, of the end of buffer_
  std::uint64_t number_ = 0;
};

}  // namespace fuseo1
