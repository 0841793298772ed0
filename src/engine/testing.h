// Small merges made in code, for tests of the engine: checkpoints written to a folder, and a plan
// over them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1::testing {

struct TestTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  DType dtype = DType::kBF16;
};

struct TestMerge {
  std::string method = "linear";
  int models = 3;
  int base = -1;  // index of the base among the models
  std::vector<TestTensor> tensors;
  std::uint64_t shard_bytes = 0;  // 0: one shard
  std::uint32_t random_seed = 1;
};

// Writes `models` checkpoints below `folder` and returns the plan of merging them, every weight 0.5
// + k/8. Parameters of the method that are not weights have their defaults.
MergePlan MakePlan(FileSystem& fs, const std::string& folder, const TestMerge& merge);

// A new empty folder below the system's temporary one, removed with everything in it on
// destruction.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// name -> contents of every file of a folder.
std::vector<std::pair<std::string, std::string>> FolderContents(const std::string& folder);

}  // namespace fuseo1::testing
