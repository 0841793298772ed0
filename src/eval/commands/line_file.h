// A file of lines as it is written: they go to a hidden partial file, which takes its name when
// complete. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "eval/store/run_store.h"
#include "io/file_system.h"

namespace fuseo1 {

class LineFile {
 public:
  // path "": writes go nowhere.
  static Result<LineFile> Create(FileSystem& fs, const std::string& path);
  ~LineFile();
  LineFile(LineFile&&) = default;

  Status Write(const StoredVerdict& verdict);
  Status WriteLine(std::string_view line);
  Status Publish();

 private:
  LineFile(FileSystem& fs, std::string path) : fs_(&fs), path_(std::move(path)) {}
  std::string PartialPath() const;
  Status Drain();

  FileSystem* fs_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::string pending_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace fuseo1
