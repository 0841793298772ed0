// A verdicts file as it is written: lines go to a hidden partial file, which takes its name when
// complete. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "eval/store/run_store.h"
#include "io/file_system.h"

namespace fuseo1 {

class VerdictFile {
 public:
  // path "": writes go nowhere.
  static Result<VerdictFile> Create(FileSystem& fs, const std::string& path);
  ~VerdictFile();
  VerdictFile(VerdictFile&&) = default;

  Status Write(const StoredVerdict& verdict);
  Status Publish();

 private:
  VerdictFile(FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}
  std::string PartialPath() const;
  Status Drain();

  FileSystem* fs_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::string pending_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace fuseo1
