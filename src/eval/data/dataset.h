// The problems of a benchmark, read from the user's copy: a JSON lines or Parquet file, a folder of
// them, or the Hub's cache. Immutable once open; any thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eval/benchmark.h"
#include "io/file_system.h"

namespace fuseo1 {

class Dataset {
 public:
  // path: a file, a folder, or "" for the Hub's cache. Errors: kUsage for a path that is not there,
  // kNetwork for a data set that is neither given nor cached, kInput for damage, naming file and
  // line.
  static Result<Dataset> Open(FileSystem& fs, const BenchmarkDef& benchmark,
                              const std::string& path);

  const BenchmarkDef& benchmark() const { return *benchmark_; }
  const std::vector<Problem>& problems() const { return problems_; }
  const Problem* Find(const std::string& id) const;

  // Fingerprint of the files' bytes, in order.
  const std::string& hash() const { return hash_; }
  const std::vector<std::string>& paths() const { return paths_; }

  // Code only: what the judge needs of one problem, read again from its record.
  Result<JudgeProblem> ReadJudgeProblem(const Problem& problem) const;

 private:
  Status ReadJsonLines(FileSystem& fs, const std::string& path);
  Status ReadParquet(FileSystem& fs, const std::string& path);
  Status Add(const Json& record, RecordPlace place);

  const BenchmarkDef* benchmark_ = nullptr;
  std::vector<Problem> problems_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::vector<std::string> paths_;
  std::vector<std::shared_ptr<File>> files_;
  std::vector<std::string> records_;  // of Parquet rows that the judge needs again
  std::string hash_;
};

}  // namespace fuseo1
