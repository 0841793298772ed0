#include "eval/store/run_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fuseo1 {
namespace {

std::string Directory() {
  const std::string path = testing::TempDir() + "/run_store_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::remove_all(path);
  return path;
}

std::unique_ptr<RunStore> Open(const std::string& directory) {
  Result<std::unique_ptr<RunStore>> store = RunStore::OpenForWriting(PosixFileSystem(), directory);
  EXPECT_TRUE(store.ok()) << store.error().message();
  return store.ok() ? std::move(store).value() : nullptr;
}

Sample Answer(const std::string& id, std::int64_t number, const std::string& text) {
  Sample sample;
  sample.id = id;
  sample.sample = number;
  sample.response = text;
  sample.finish_reason = "stop";
  return sample;
}

TEST(RunStore, KeepsWhatWasStoredAndOverwritesNothing) {
  const std::string directory = Directory();
  {
    const auto store = Open(directory);
    ASSERT_TRUE(store->SetManifest({{"format", 1}}).ok());
    ASSERT_TRUE(store->PutItems("aime24", {{"60", 0, "", "algebra", "q", "204", ""}}).ok());
    ASSERT_TRUE(store->AddSample("aime24", Answer("60", 0, std::string("a\0b", 3))).ok());
    const Status again = store->AddSample("aime24", Answer("60", 0, "other"));
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().exit_code(), 3);
    ASSERT_TRUE(store
                    ->PutVerdictGrouped("aime24", "strict",
                                        {"60", 0, "204", true, "correct", "box", 0, "204"})
                    .ok());
  }
  const auto store = Open(directory);
  EXPECT_EQ(store->manifest().at("format"), 1);
  EXPECT_EQ((*store->FindSample("aime24", "60", 0))->response, std::string("a\0b", 3));
  EXPECT_FALSE((*store->FindSample("aime24", "60", 1)).has_value());
  const std::vector<GradedItem> graded = *store->LoadGraded("aime24", "strict");
  ASSERT_EQ(graded.size(), 1U);
  EXPECT_EQ(graded[0].subject, "algebra");
  EXPECT_TRUE(graded[0].samples.at(0).correct);
  EXPECT_EQ(*store->Graders("aime24"), std::vector<std::string>{"strict"});
  EXPECT_EQ(*store->Benchmarks(), std::vector<std::string>{"aime24"});
}

TEST(RunStore, RefusesASecondWriterAndAForeignDirectory) {
  const std::string directory = Directory();
  const auto store = Open(directory);
  const auto second = RunStore::OpenForWriting(PosixFileSystem(), directory);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().exit_code(), 4);
  const std::string foreign = directory + "_foreign";
  std::filesystem::create_directories(foreign);
  std::ofstream(foreign + "/thesis.txt") << "x";
  EXPECT_EQ(RunStore::OpenForWriting(PosixFileSystem(), foreign).error().exit_code(), 2);
  EXPECT_EQ(RunStore::OpenForReading(PosixFileSystem(), foreign).error().exit_code(), 2);
}

TEST(RunStore, RefusesADamagedFile) {
  const std::string directory = Directory();
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/run.json") << "{}";
  std::ofstream(directory + "/run.sqlite") << std::string(8192, 'x');
  EXPECT_EQ(RunStore::OpenForWriting(PosixFileSystem(), directory).error().exit_code(), 3);
  std::ofstream(directory + "/run.json") << "[1";
  EXPECT_EQ(RunStore::OpenForReading(PosixFileSystem(), directory).error().exit_code(), 3);
}

TEST(RunStore, LosesNoStoredSampleToAKill) {
  const std::string directory = Directory();
  const pid_t child = fork();
  if (child == 0) {
    const auto store = Open(directory);
    for (std::int64_t i = 0; i < 50; ++i) {
      if (!store->AddSample("aime24", Answer("60", i, "answer")).ok()) {
        _exit(1);
      }
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(*Open(directory)->CountSamples("aime24"), 50);
}

}  // namespace
}  // namespace fuseo1
