#include "checkpoint/hub_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::TempDirectory;
using testing::WriteText;

constexpr const char* kVariables[] = {
    "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME",        "XDG_CACHE_HOME",
    "HOME",         "HF_ENDPOINT",           "HF_HUB_OFFLINE", "HF_TOKEN"};
const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";
const std::string kOther = "0123456fffffffffffffffffffffffffffffffff";

// A cache with one model in it, and an environment that knows nothing else.
class HubCache : public ::testing::Test {
 protected:
  HubCache() {
    for (const char* variable : kVariables) {
      const char* value = std::getenv(variable);
      saved_.emplace_back(variable, value == nullptr ? "" : value);
      unsetenv(variable);
    }
    repository_ = dir_ / "hub/models--org--name";
    WriteText(repository_ + "/blobs/weights",
              testing::SafetensorsFile({{"a", DType::kF32, {1}, ""}}));
    WriteText(repository_ + "/blobs/config", "{}");
    WriteText(repository_ + "/refs/main", kCommit + "\n");
    WriteText(repository_ + "/refs/refs/pr/1", kOther);
    for (const std::string& commit : {kCommit, kOther}) {
      snapshot_ = repository_ + "/snapshots/" + commit;
      EXPECT_TRUE(PosixFileSystem().MakeDirectories(snapshot_).ok());
      Link("../../blobs/weights", snapshot_ + "/model.safetensors");
      Link("../../blobs/config", snapshot_ + "/config.json");
    }
    snapshot_ = repository_ + "/snapshots/" + kCommit;
  }

  ~HubCache() override {
    for (const auto& [variable, value] : saved_) {
      value.empty() ? unsetenv(variable.c_str()) : setenv(variable.c_str(), value.c_str(), 1);
    }
  }

  static void Link(const std::string& to, const std::string& path) {
    unlink(path.c_str());
    EXPECT_EQ(symlink(to.c_str(), path.c_str()), 0);
  }

  Result<Checkpoint> Open(const std::string& text) const {
    FUSEO1_TRY(const ModelRef ref, ParseModelRef(text));
    return OpenCheckpoint(PosixFileSystem(), ref, dir_ / "hub");
  }

  TempDirectory dir_;
  std::string repository_;
  std::string snapshot_;
  std::vector<std::pair<std::string, std::string>> saved_;
};

TEST_F(HubCache, FindsAModelByNameRefAndCommit) {
  for (const std::string& revision :
       {std::string(), std::string("@main"), "@" + kCommit, std::string("@01234567")}) {
    const auto checkpoint = Open("org/name" + revision);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
    EXPECT_EQ(checkpoint->directory, snapshot_);
    EXPECT_EQ(checkpoint->files[0].path, snapshot_ + "/model.safetensors");
  }
  EXPECT_TRUE(EndsWith(Open("org/name@refs/pr/1")->directory, kOther));
}

TEST_F(HubCache, AsksForMoreDigitsOfAnAmbiguousCommit) {
  const auto checkpoint = Open("org/name@0123456");
  ASSERT_FALSE(checkpoint.ok());
  EXPECT_EQ(checkpoint.error().code(), ErrorCode::kUsage);
  EXPECT_TRUE(Contains(checkpoint.error().message(), kCommit));
  EXPECT_TRUE(Contains(checkpoint.error().message(), kOther));
}

TEST_F(HubCache, LooksWhereTheEnvironmentSays) {
  EXPECT_EQ(HubCacheDirectory("/x"), "/x");
  EXPECT_EQ(HubCacheDirectory(""), "");
  setenv("HOME", "/home/u", 1);
  EXPECT_EQ(HubCacheDirectory(""), "/home/u/.cache/huggingface/hub");
  setenv("XDG_CACHE_HOME", "/xdg", 1);
  EXPECT_EQ(HubCacheDirectory(""), "/xdg/huggingface/hub");
  setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(HubCacheDirectory(""), "/home/u/hf/hub");
  setenv("HUGGINGFACE_HUB_CACHE", "/old", 1);
  EXPECT_EQ(HubCacheDirectory(""), "/old");
  setenv("HF_HUB_CACHE", "/new", 1);
  EXPECT_EQ(HubCacheDirectory(""), "/new");
}

TEST_F(HubCache, SaysHowToGetAModel) {
  for (const char* text : {"org/other", "org/name@v2", "other"}) {
    const auto checkpoint = Open(text);
    ASSERT_FALSE(checkpoint.ok());
    EXPECT_EQ(checkpoint.error().code(), ErrorCode::kNetwork) << checkpoint.error().message();
  }
  setenv("HF_TOKEN", "hf_secret", 1);
  setenv("HF_HUB_OFFLINE", "1", 1);
  setenv("HF_ENDPOINT", "https://mirror.example", 1);
  const std::string message = Open("org/name@v2").error().message();
  EXPECT_TRUE(Contains(message, "hf download org/name --revision v2")) << message;
  EXPECT_TRUE(Contains(message, "HF_HUB_OFFLINE")) << message;
  EXPECT_TRUE(Contains(message, "https://mirror.example")) << message;
  EXPECT_FALSE(Contains(message, "hf_secret")) << message;
}

TEST_F(HubCache, PrefersALocalDirectoryOfTheSameName) {
  testing::WriteModel(dir_ / "org/name", {{{"local", DType::kF32, {1}, ""}}});
  std::string old(4096, '\0');
  ASSERT_NE(getcwd(old.data(), old.size()), nullptr);
  ASSERT_EQ(chdir(dir_.path().c_str()), 0);
  const auto checkpoint = Open("org/name");
  ASSERT_EQ(chdir(old.c_str()), 0);
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_NE(checkpoint->Find("local"), nullptr);
}

TEST_F(HubCache, OpensASnapshotNamedByItsPath) {
  ModelRef ref;
  ref.path = snapshot_;
  const auto checkpoint = OpenCheckpoint(PosixFileSystem(), ref);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  EXPECT_TRUE(checkpoint->warnings.empty());
}

TEST_F(HubCache, RefusesLinksOutOfTheRepository) {
  const std::string weights = testing::ReadText(repository_ + "/blobs/weights");
  WriteText(dir_ / "outside.safetensors", weights);
  WriteText(dir_ / "hub/models--org--else/blobs/w", weights);
  ASSERT_EQ(mkfifo((repository_ + "/blobs/fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("inner", (repository_ + "/blobs/inner").c_str()), 0);
  for (const std::string& target :
       {dir_ / "outside.safetensors", std::string("../../../../outside.safetensors"),
        std::string("../../../models--org--else/blobs/w"), std::string("/dev/zero"),
        std::string("../../blobs/missing"), std::string("../../blobs/fifo"),
        std::string("../../blobs/inner"), std::string("../../blobs"),
        std::string("model.safetensors")}) {
    for (const char* name : {"model.safetensors", "config.json"}) {
      const std::string path = snapshot_ + "/" + name;
      Link(target, path);
      const auto checkpoint = Open("org/name");
      ASSERT_FALSE(checkpoint.ok()) << target;
      EXPECT_EQ(checkpoint.error().code(), ErrorCode::kInput) << checkpoint.error().message();
      EXPECT_TRUE(Contains(checkpoint.error().message(), name) ||
                  Contains(checkpoint.error().message(), "model's folder"))
          << checkpoint.error().message();
      Link(std::string("../../blobs/") + (*name == 'm' ? "weights" : "config"), path);
    }
  }
  EXPECT_TRUE(Open("org/name").ok());
}

TEST_F(HubCache, RefusesASnapshotThatIsALinkOut) {
  testing::WriteModel(dir_ / "elsewhere", {{{"a", DType::kF32, {1}, ""}}});
  Link("../../../elsewhere", repository_ + "/snapshots/ffffffff");
  WriteText(repository_ + "/refs/main", "ffffffff");
  const auto checkpoint = Open("org/name");
  ASSERT_FALSE(checkpoint.ok());
  EXPECT_EQ(checkpoint.error().code(), ErrorCode::kInput);
}

TEST_F(HubCache, RefusesRefsThatAreNoCommits) {
  for (const std::string& ref :
       {std::string("../../../elsewhere"), std::string("/etc"), std::string(""), std::string("a/b"),
        std::string("..\n"), std::string("\x1b[2J"), std::string(5000, 'a')}) {
    WriteText(repository_ + "/refs/main", ref);
    const auto checkpoint = Open("org/name");
    ASSERT_FALSE(checkpoint.ok()) << ref;
    EXPECT_EQ(checkpoint.error().code(), ErrorCode::kInput) << checkpoint.error().message();
    EXPECT_FALSE(HasControlCharacters(checkpoint.error().message()));
  }
}

TEST_F(HubCache, SaysWhenASnapshotHasNoWeights) {
  ASSERT_EQ(unlink((snapshot_ + "/model.safetensors").c_str()), 0);
  const auto checkpoint = Open("org/name");
  ASSERT_FALSE(checkpoint.ok());
  EXPECT_EQ(checkpoint.error().code(), ErrorCode::kNetwork);
  EXPECT_TRUE(Contains(checkpoint.error().message(), "holds no weights"));
}

}  // namespace
}  // namespace fuseo1
