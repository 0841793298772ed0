#include "eval/data/dataset.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "base/shared_data_test.h"
#include "eval/data/locate.h"
#include "eval/data/parquet.h"

namespace fuseo1 {
namespace {

std::string Folder() {
  const std::string path = testing::TempDir() + "/dataset_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

std::string Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

constexpr const char* kTwo =
    "{\"id\":60,\"problem\":\"a\",\"answer\":\"1\"}\n{\"id\":61,\"problem\":\"b\",\"answer\":\"2\"}"
    "\n";

Result<Dataset> Open(const char* benchmark, const std::string& path) {
  return Dataset::Open(PosixFileSystem(), **FindBenchmark(benchmark), path);
}

TEST(Dataset, ReadsJsonLinesAndHashesThem) {
  const std::string folder = Folder();
  const Result<Dataset> data = Open("aime24", Write(folder + "/a.jsonl", kTwo));
  ASSERT_TRUE(data.ok()) << data.error().message();
  EXPECT_EQ(data->problems().size(), 2U);
  EXPECT_EQ(data->Find("61")->gold, "2");
  EXPECT_EQ(data->Find("62"), nullptr);
  EXPECT_EQ(data->hash(), HashText(kTwo).Hex());
}

TEST(Dataset, RefusesDamageAndNamesTheLine) {
  const std::string folder = Folder();
  const auto error = [&](const std::string& text) {
    const Result<Dataset> data = Open("aime24", Write(folder + "/a.jsonl", text));
    EXPECT_FALSE(data.ok()) << text;
    EXPECT_EQ(data.ok() ? 0 : data.error().exit_code(), 3);
    return data.ok() ? std::string() : data.error().message();
  };
  EXPECT_NE(error(std::string(kTwo) + "{\"id\":").find("line 3"), std::string::npos);
  EXPECT_NE(
      error(std::string(kTwo) + "{\"id\":60,\"problem\":\"c\",\"answer\":\"1\"}").find("twice"),
      std::string::npos);
  EXPECT_NE(error("{\"id\":60,\"problem\":\"c\"}").find("answer"), std::string::npos);
  EXPECT_FALSE(error("\n\n").empty());
  EXPECT_EQ(Open("aime24", folder + "/missing").error().exit_code(), 2);
}

TEST(Dataset, FindsTheHubsCache) {
  const std::string home = Folder();
  const std::string repository = home + "/hub/datasets--HuggingFaceH4--MATH-500";
  Write(repository + "/refs/main", "abc\n");
  Write(repository + "/snapshots/abc/README.md", "x");
  Write(repository + "/snapshots/abc/test.jsonl",
        "{\"unique_id\":\"t/1\",\"problem\":\"p\",\"answer\":\"1\",\"level\":3}\n");
  setenv("HF_HOME", home.c_str(), 1);
  const Result<Dataset> data = Open("math500", "");
  const Result<Dataset> absent = Open("aime24", "");
  unsetenv("HF_HOME");
  ASSERT_TRUE(data.ok()) << data.error().message();
  EXPECT_EQ(data->problems()[0].difficulty, "level 3");
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().exit_code(), 5);
}

TEST(Dataset, ReadsTheParquetFilesOfMmlu) {
  if (!HasParquet()) {
    GTEST_SKIP() << "built without Arrow";
  }
  if (SharedPath("data/mmlu").empty()) GTEST_SKIP() << kNoSharedData;
  const Result<Dataset> mmlu = Open("mmlu", SharedPath("data/mmlu"));
  ASSERT_TRUE(mmlu.ok()) << mmlu.error().message();
  EXPECT_EQ(mmlu->problems().size(), 14042U);
  EXPECT_EQ(mmlu->problems()[0].options.size(), 4U);
  const Result<Dataset> pro = Open("mmlu_pro", SharedPath("data/mmlu_pro"));
  ASSERT_TRUE(pro.ok()) << pro.error().message();
  EXPECT_EQ(pro->problems().size(), 12032U);
  EXPECT_EQ(pro->Find("3983")->correct_option, 1U);
}

TEST(Dataset, RefusesDamagedParquet) {
  const std::string path = Write(Folder() + "/a.parquet", "PAR1 this is no Parquet file PAR1");
  const Result<Dataset> data = Open("mmlu", path);
  ASSERT_FALSE(data.ok());
  EXPECT_EQ(data.error().exit_code(), HasParquet() ? 3 : 2);
}

}  // namespace
}  // namespace fuseo1
