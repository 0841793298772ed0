#include "io/line_reader.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kChunkBytes = kMiB;

}  // namespace

Result<LineReader> LineReader::Open(FileSystem& fs, const std::string& path,
                                    std::uint64_t max_line_bytes) {
  FUSEO1_TRY(std::unique_ptr<File> file, fs.OpenRead(path));
  FUSEO1_TRY(const FileInfo info, file->Info());
  return LineReader(std::move(file), info.bytes, max_line_bytes);
}

Status LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::uint64_t bytes = std::min(kChunkBytes, file_bytes_ - position_);
  const std::size_t old = buffer_.size();
  buffer_.resize(old + static_cast<std::size_t>(bytes));
  const MutableBytes fresh =
      std::as_writable_bytes(std::span<char>(buffer_.data() + old, buffer_.size() - old));
  FUSEO1_TRY_VOID(file_->ReadAt(position_, fresh));
  hash_.Update(fresh);
  position_ += bytes;
  return {};
}

Result<bool> LineReader::NextRaw(TextLine& line) {
  line = {};
  line.offset = position_ - (buffer_.size() - begin_);
  std::size_t searched = begin_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      line.bytes += newline - begin_;
      line.is_too_long = line.bytes > max_line_bytes_;
      if (!line.is_too_long) {
        line.text = std::string_view(buffer_).substr(begin_, newline - begin_);
      }
      begin_ = newline + 1;
      break;
    }
    if (position_ == file_bytes_) {
      const std::size_t rest = buffer_.size() - begin_;
      line.bytes += rest;
      line.is_too_long = line.bytes > max_line_bytes_;
      if (!line.is_too_long) {
        line.text = std::string_view(buffer_).substr(begin_);
      }
      begin_ = buffer_.size();
      if (line.bytes == 0) {
        return false;
      }
      break;
    }
    if (line.bytes + (buffer_.size() - begin_) > max_line_bytes_) {
      // What is dropped here stays counted in line.bytes.
      line.bytes += buffer_.size() - begin_;
      begin_ = buffer_.size();
    }
    searched = buffer_.size() - begin_;
    FUSEO1_TRY_VOID(Fill());
  }
  line.number = ++number_;
  return true;
}

Result<bool> LineReader::Next(TextLine& line) {
  while (true) {
    FUSEO1_TRY(const bool any, NextRaw(line));
    if (!any) {
      return false;
    }
    if (line.number == 1 && StartsWith(line.text, "\xEF\xBB\xBF")) {
      line.text.remove_prefix(3);
      line.offset += 3;
      line.bytes -= 3;
    }
    if (line.is_too_long || !Trim(line.text).empty()) {
      return true;
    }
  }
}

}  // namespace fuseo1
