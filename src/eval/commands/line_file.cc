#include "eval/commands/line_file.h"

#include "base/limits.h"

namespace fuseo1 {

std::string LineFile::PartialPath() const {
  const std::size_t slash = path_.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path_.substr(0, name) + "." + path_.substr(name) + ".partial";
}

Result<LineFile> LineFile::Create(FileSystem& fs, const std::string& path) {
  LineFile verdicts(fs, path);
  if (path.empty()) {
    return verdicts;
  }
  FUSEO1_TRY(const FileInfo target, fs.Info(path));
  if (target.kind == FileKind::kDirectory || target.kind == FileKind::kOther) {
    return UsageError(path + ": not a file that can be written");
  }
  // A partial file of a killed run is worth nothing: grading is repeatable.
  FUSEO1_TRY(const FileInfo partial, fs.Info(verdicts.PartialPath()));
  if (partial.kind == FileKind::kRegular) {
    FUSEO1_TRY_VOID(fs.Remove(verdicts.PartialPath()));
  }
  FUSEO1_TRY(verdicts.file_, fs.Create(verdicts.PartialPath()));
  return verdicts;
}

LineFile::~LineFile() {
  if (file_ != nullptr) {
    file_.reset();
    static_cast<void>(fs_->Remove(PartialPath()).ok());
  }
}

Status LineFile::Drain() {
  FUSEO1_TRY_VOID(file_->WriteAt(
      written_bytes_, std::as_bytes(std::span<const char>(pending_.data(), pending_.size()))));
  written_bytes_ += pending_.size();
  pending_.clear();
  return {};
}

Status LineFile::Write(const StoredVerdict& verdict) {
  if (file_ == nullptr) {
    return {};
  }
  return WriteLine(VerdictLine(verdict));
}

Status LineFile::WriteLine(std::string_view line) {
  if (file_ == nullptr) {
    return {};
  }
  pending_ += line;
  pending_ += '\n';
  return pending_.size() >= kMiB ? Drain() : Status();
}

Status LineFile::Publish() {
  if (file_ == nullptr) {
    return {};
  }
  FUSEO1_TRY_VOID(Drain());
  FUSEO1_TRY_VOID(file_->Sync());
  file_.reset();
  return fs_->Rename(PartialPath(), path_);
}

}  // namespace fuseo1
