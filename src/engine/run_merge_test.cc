#include "engine/run_merge.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "engine/testing.h"
#include "io/safetensors.h"

namespace fuseo1 {
namespace {

using testing::FolderContents;
using testing::MakePlan;
using testing::TemporaryFolder;
using testing::TestMerge;

TestMerge SmallModel() {
  return {.tensors = {{"model.embed_tokens.weight", {300, 96}},
                      {"model.layers.0.mlp.weight", {700, 160}},
                      {"model.layers.0.norm.weight", {96}},
                      {"model.position_ids", {64}, DType::kI64},
                      {"model.scalar", {}},
                      {"model.empty", {0, 4}},
                      {"model.float.weight", {123, 45}, DType::kF32}},
          .shard_bytes = 100'000};
}

MergeReport Merge(const MergePlan& plan, const std::string& out, EngineOptions options = {}) {
  auto report = RunMerge(PosixFileSystem(), plan, out, options, {});
  EXPECT_TRUE(report.ok()) << report.error().message();
  return report.ok() ? *report : MergeReport{};
}

MergeHooks StopHooks(const std::atomic<bool>* stop) {
  MergeHooks hooks;
  hooks.stop = stop;
  return hooks;
}

TEST(RunMerge, WritesFilesThatTheReaderAccepts) {
  const TemporaryFolder folder;
  const MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), SmallModel());
  Merge(plan, folder / "out");
  const auto contents = FolderContents(folder / "out");
  ASSERT_EQ(contents.size(), plan.shards.size() + 1);  // the shards and the index, nothing else
  EXPECT_EQ(contents.back().first, "model.safetensors.index.json");
  std::size_t tensors = 0;
  Interner interner;
  for (const OutputShard& shard : plan.shards) {
    const auto file = PosixFileSystem().OpenRead(folder / "out/" + shard.name);
    ASSERT_TRUE(file.ok());
    const auto header = ReadSafetensorsHeader(**file, interner);
    ASSERT_TRUE(header.ok()) << header.error().message();
    tensors += header->tensors.size();
  }
  EXPECT_EQ(tensors, plan.jobs.size());
}

TEST(RunMerge, GivesTheSameBytesForThreadsChunksAndBudgets) {
  const TemporaryFolder folder;
  TestMerge merge = SmallModel();
  merge.tensors.push_back({"big.weight", {600, 501}});
  for (const MethodDef* method : Methods()) {
    merge.method = method->name;
    merge.base = method->base == BaseRule::kRequired ? 0 : -1;
    merge.models = method->max_inputs > 0 ? method->max_inputs : 3;
    if (method->max_inputs == 2 && merge.base < 0) {
      merge.base = 0;
    }
    const std::string inputs = folder / std::string(method->name);
    const MergePlan plan = MakePlan(PosixFileSystem(), inputs, merge);
    Merge(plan, inputs + "/one", {.threads = 1});
    const auto expected = FolderContents(inputs + "/one");
    Merge(plan, inputs + "/two", {.threads = 2, .memory_bytes = 64 << 20, .shared_elems = 40'000});
    EXPECT_EQ(FolderContents(inputs + "/two"), expected) << method->name;
    Merge(plan, inputs + "/seven",
          {.threads = 7, .chunk_elems = 2 * 32768, .shared_elems = 40'000, .use_io_uring = true});
    EXPECT_EQ(FolderContents(inputs + "/seven"), expected) << method->name;
    std::filesystem::remove_all(inputs);
  }
}

TEST(RunMerge, StopsAndResumesToTheSameBytes) {
  const TemporaryFolder folder;
  const MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), SmallModel());
  Merge(plan, folder / "straight");
  std::atomic<bool> stop{true};
  const auto stopped = RunMerge(PosixFileSystem(), plan, folder / "resumed", {}, StopHooks(&stop));
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::kInterrupted);
  Merge(plan, folder / "resumed");
  EXPECT_EQ(FolderContents(folder / "resumed"), FolderContents(folder / "straight"));
}

TEST(RunMerge, RefusesAFolderThatIsNotEmpty) {
  const TemporaryFolder folder;
  const MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), SmallModel());
  const auto refused = RunMerge(PosixFileSystem(), plan, folder.path(), {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUsage);
  Merge(plan, folder / "out");
  EXPECT_FALSE(RunMerge(PosixFileSystem(), plan, folder / "out", {}, {}).ok());
  Merge(plan, folder / "out", {.overwrite = true});
}

TEST(RunMerge, RefusesIntegersThatDiffer) {
  const TemporaryFolder folder;
  TestMerge merge = SmallModel();
  MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), merge);
  std::vector<JobInput> inputs(plan.jobs[3].inputs.begin(), plan.jobs[3].inputs.end());
  inputs[1].offset += 8;
  plan.jobs[3].inputs = inputs;  // another place of the file: other bytes
  const auto refused = RunMerge(PosixFileSystem(), plan, folder / "out", {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInput);
  EXPECT_NE(refused.error().message().find("model.position_ids"), std::string::npos);
}

TEST(RunMerge, SecondMergeIntoTheSameFolderEndsAtOnce) {
  const TemporaryFolder folder;
  const MergePlan plan = MakePlan(PosixFileSystem(), folder.path(), SmallModel());
  std::filesystem::create_directories(folder / "out");
  const auto lock = PosixFileSystem().LockDirectory(folder / "out");
  ASSERT_TRUE(lock.ok());
  const auto refused = RunMerge(PosixFileSystem(), plan, folder / "out", {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kSystem);
}

}  // namespace
}  // namespace fuseo1
