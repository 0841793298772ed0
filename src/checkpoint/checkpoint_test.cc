#include "checkpoint/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::TempDirectory;
using testing::WriteModel;
using testing::WriteText;

Result<Checkpoint> Open(const std::string& path) {
  ModelRef ref;
  ref.path = path;
  return OpenCheckpoint(PosixFileSystem(), ref);
}

// The message, after the checks that every refusal must pass.
std::string Refusal(const Result<Checkpoint>& checkpoint, ErrorCode code) {
  if (checkpoint.ok()) {
    ADD_FAILURE() << "was opened";
    return "";
  }
  EXPECT_EQ(checkpoint.error().code(), code) << checkpoint.error().message();
  EXPECT_FALSE(HasControlCharacters(checkpoint.error().message()));
  return checkpoint.error().message();
}

std::vector<testing::TestTensor> Tensors(std::initializer_list<const char*> names) {
  std::vector<testing::TestTensor> tensors;
  for (const char* name : names) {
    tensors.push_back({name, DType::kBF16, {2, 3}, ""});
  }
  return tensors;
}

std::string Index(const std::string& map) { return "{\"weight_map\":{" + map + "}}"; }

TEST(Checkpoint, OpensOneFile) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"b", "a"})}, R"({"model_type":"qwen2"})");
  const auto checkpoint = Open(dir / "m");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  EXPECT_EQ(checkpoint->directory, dir / "m");
  ASSERT_EQ(checkpoint->files.size(), 1u);
  EXPECT_EQ(checkpoint->files[0].path, dir / "m/model.safetensors");
  EXPECT_TRUE(checkpoint->has_config);
  EXPECT_EQ(*FindKey(checkpoint->config, "model_type"), "qwen2");
  ASSERT_NE(checkpoint->Find("a"), nullptr);
  EXPECT_EQ(checkpoint->Find("a")->Bytes(), 12u);
  EXPECT_EQ(checkpoint->Find("c"), nullptr);
  EXPECT_TRUE(checkpoint->warnings.empty());
}

TEST(Checkpoint, OpensShardsByTheirIndex) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"b", "c"}), Tensors({"a"})});
  WriteText(dir / "m/model.safetensors", "not read");
  const auto checkpoint = Open(dir / "m/");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  ASSERT_EQ(checkpoint->files.size(), 2u);
  EXPECT_EQ(checkpoint->Find("a")->file, 1);
  EXPECT_EQ(checkpoint->Find("c")->file, 0);
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_TRUE(Contains(checkpoint->warnings[0], "ignored"));
}

TEST(Checkpoint, OpensAFileByItsName) {
  const TempDirectory dir;
  WriteText(dir / "m/other.safetensors", testing::SafetensorsFile(Tensors({"a"})));
  const auto checkpoint = Open(dir / "m/other.safetensors");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  EXPECT_EQ(checkpoint->directory, dir / "m");
  EXPECT_FALSE(checkpoint->has_config);
  EXPECT_TRUE(checkpoint->config.is_object());
}

TEST(Checkpoint, SaysWhatIsThereInsteadOfAModel) {
  const TempDirectory dir;
  struct Row {
    const char* file;
    const char* expects;
  };
  for (const Row& row : {Row{"pytorch_model.bin", "Convert it to safetensors"},
                         Row{"pytorch_model.bin.index.json", "Convert it to safetensors"},
                         Row{"adapter_model.safetensors", "LoRA adapter"},
                         Row{"consolidated.safetensors", "name the file itself"},
                         Row{"model-00001-of-00002.safetensors", "the index is missing"},
                         Row{"model-Q4.gguf", "GGUF"}, Row{"config.json", "found neither"},
                         Row{"adapter_model.bin", "LoRA adapter"},
                         Row{"pytorch_model-00001-of-00002.bin", "Convert"},
                         Row{"consolidated.00.pth", "PyTorch"}, Row{"tf_model.h5", "another frame"},
                         Row{"model.safetensors.incomplete", "an unfinished download"},
                         Row{".fuseo1-journal", "an unfinished merge"},
                         Row{"snapshots/c/model.safetensors", "below"},
                         Row{"x/model.safetensors", "its folder \"x\" does"}}) {
    const std::string model = dir / (std::string("m-") + row.file);
    WriteText(model + "/" + row.file, "{}");
    const std::string message = Refusal(Open(model), ErrorCode::kInput);
    EXPECT_TRUE(Contains(message, row.expects)) << message;
    EXPECT_TRUE(Contains(message, model)) << message;
  }
  WriteText(dir / "x.bin", "");
  EXPECT_TRUE(Contains(Refusal(Open(dir / "x.bin"), ErrorCode::kInput), "PyTorch"));
}

TEST(Checkpoint, SaysWhereALinkToAModelLeadsNowhere) {
  const TempDirectory dir;
  ASSERT_EQ(symlink("gone", (dir / "m").c_str()), 0);
  EXPECT_TRUE(Contains(Refusal(Open(dir / "m"), ErrorCode::kUsage), "link to something"));
  EXPECT_TRUE(Contains(Refusal(Open(dir / "m/"), ErrorCode::kUsage), "link to something"));
}

TEST(Checkpoint, KeepsInfinityInAConfigAsPythonDoes) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"a"})}, R"({"time_step_limit":[0.0,Infinity]})");
  const auto checkpoint = Open(dir / "m");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  EXPECT_TRUE(Contains(DumpPythonJson(checkpoint->config), "Infinity\n"));
}

TEST(Checkpoint, NamesWhatStandsInPlaceOfJson) {
  const TempDirectory dir;
  for (const char* file : {"config.json", "model.safetensors.index.json"}) {
    WriteModel(dir / file, {Tensors({"a"}), Tensors({"b"})}, "{}");
    const auto message = [&](std::string_view text) {
      WriteText(dir / file + "/" + file, std::string(text));
      return Refusal(Open(dir / file), ErrorCode::kInput);
    };
    EXPECT_TRUE(Contains(message("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"));
    EXPECT_TRUE(Contains(message("<html></html>"), "web page"));
    EXPECT_TRUE(Contains(message(""), "an empty file"));
    EXPECT_TRUE(Contains(message("{\"a\": oops}"), "etch it again")) << message("{\"a\": oops}");
  }
}

TEST(Checkpoint, CallsAMissingLocalPathAMistakeOfTheUser) {
  const TempDirectory dir;
  for (const std::string& path :
       {dir / "missing", std::string("./missing"), std::string("../missing"),
        std::string("~/missing"), std::string("C:\\x"), std::string("a/b/c")}) {
    Refusal(Open(path), ErrorCode::kUsage);
  }
}

TEST(Checkpoint, RefusesLoraReferencesByName) {
  ModelRef ref;
  ref.path = "/x";
  ref.lora_path = "adapter";
  const std::string message = Refusal(OpenCheckpoint(PosixFileSystem(), ref), ErrorCode::kUsage);
  EXPECT_TRUE(Contains(message, "\"adapter\"")) << message;
}

TEST(Checkpoint, NamesTheMissingShard) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"a"}), Tensors({"b"})});
  ASSERT_EQ(unlink((dir / "m/model-00002-of-00002.safetensors").c_str()), 0);
  const std::string message = Refusal(Open(dir / "m"), ErrorCode::kInput);
  EXPECT_TRUE(Contains(message, "model-00002-of-00002.safetensors")) << message;
  EXPECT_TRUE(Contains(message, "index.json")) << message;
}

TEST(Checkpoint, NamesBothFilesWhereIndexAndShardsDisagree) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"a", "b"}), Tensors({"c"})});
  const std::string index = dir / "m/model.safetensors.index.json";
  const std::string one = "model-00001-of-00002.safetensors";
  const std::string two = "model-00002-of-00002.safetensors";
  const auto entry = [](const std::string& name, const std::string& shard) {
    return "\"" + name + "\":\"" + shard + "\"";
  };
  struct Row {
    std::string map;
    std::string tensor;
    std::string file;
  };
  const std::string all = entry("a", one) + "," + entry("b", one) + "," + entry("c", two);
  for (const Row& row :
       {Row{all + "," + entry("d", two), "\"d\"", two},
        Row{all + "," + entry("A", two), "\"A\"", two},
        Row{entry("a", one) + "," + entry("c", two), "\"b\"", one},
        Row{entry("a", one) + "," + entry("b", two) + "," + entry("c", two), "\"b\"", one}}) {
    WriteText(index, Index(row.map));
    const std::string message = Refusal(Open(dir / "m"), ErrorCode::kInput);
    EXPECT_TRUE(Contains(message, row.tensor)) << message;
    EXPECT_TRUE(Contains(message, row.file)) << message;
    EXPECT_TRUE(Contains(message, "index.json")) << message;
  }
  WriteText(index, Index(all));
  EXPECT_TRUE(Open(dir / "m").ok());
  WriteText(dir / "m/" + two, testing::SafetensorsFile(Tensors({"b", "c"})));
  const std::string message = Refusal(Open(dir / "m"), ErrorCode::kInput);
  EXPECT_TRUE(Contains(message, one) && Contains(message, two)) << message;
}

TEST(Checkpoint, WarnsOfALyingTotalSize) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"a"})});
  WriteText(dir / "m/model.safetensors.index.json",
            R"({"metadata":{"total_size":1},"weight_map":{"a":"model.safetensors"}})");
  const auto checkpoint = Open(dir / "m");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_TRUE(Contains(checkpoint->warnings[0], "total_size says 1 bytes, the tensors have 12"));
}

TEST(Checkpoint, RefusesAConfigThatIsNoObject) {
  const TempDirectory dir;
  for (const char* config : {"[]", "null", "7", "\"x\"", "", "{", "{\"a\":1,\"a\":2}", "\xff"}) {
    WriteModel(dir / "m", {Tensors({"a"})}, config);
    const std::string message = Refusal(Open(dir / "m"), ErrorCode::kInput);
    EXPECT_TRUE(Contains(message, "config.json")) << message;
  }
}

TEST(Checkpoint, CountsConfigBytesAtTheLimit) {
  testing::MemoryFileSystem memory;
  ModelRef ref;
  ref.path = "/m";
  for (const std::uint64_t bytes :
       {kMaxConfigJsonBytes - 1, kMaxConfigJsonBytes, kMaxConfigJsonBytes + 1}) {
    std::string config(static_cast<std::size_t>(bytes), ' ');
    config.replace(0, 2, "{}");
    WriteModel(memory, "/m", {Tensors({"a"})}, config);
    EXPECT_EQ(OpenCheckpoint(memory, ref).ok(), bytes <= kMaxConfigJsonBytes);
  }
}

TEST(Checkpoint, RefusesAnIndexBeyondTheLimitUnread) {
  const TempDirectory dir;
  const std::string index = dir / "m/model.safetensors.index.json";
  WriteText(index, "{");
  ASSERT_EQ(truncate(index.c_str(), static_cast<off_t>(kMaxIndexJsonBytes + 1)), 0);
  const std::string message = Refusal(Open(dir / "m"), ErrorCode::kInput);
  EXPECT_TRUE(Contains(message, "expected at most 268435456 bytes, found 268435457")) << message;
}

TEST(Checkpoint, OpensManyShardsWithFewDescriptors) {
  const TempDirectory dir;
  std::vector<std::vector<testing::TestTensor>> shards;
  for (int i = 0; i < 40; ++i) {
    shards.push_back({{"t" + std::to_string(i), DType::kU8, {1}, ""}});
  }
  WriteModel(dir / "m", shards);
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit six = {6, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &six), 0);
  const auto checkpoint = Open(dir / "m");
  setrlimit(RLIMIT_NOFILE, &old);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message();
  EXPECT_EQ(checkpoint->files.size(), 40u);
}

TEST(Checkpoint, RefusesConfigsAndIndexesThatAreNoFiles) {
  const TempDirectory dir;
  for (const char* name : {"config.json", "model.safetensors.index.json", "model.safetensors"}) {
    const std::string model = dir / (std::string("m-") + name);
    WriteModel(model, {Tensors({"a"})});
    const std::string path = model + "/" + name;
    unlink(path.c_str());
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    Refusal(Open(model), ErrorCode::kInput);
    ASSERT_EQ(unlink(path.c_str()), 0);
    ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
    Refusal(Open(model), ErrorCode::kInput);
    ASSERT_EQ(rmdir(path.c_str()), 0);
    ASSERT_EQ(symlink("nowhere", path.c_str()), 0);
    Refusal(Open(model), ErrorCode::kInput);
    ASSERT_EQ(unlink(path.c_str()), 0);
    ASSERT_EQ(symlink(name, path.c_str()), 0);
    Refusal(Open(model), ErrorCode::kInput);
  }
}

TEST(Checkpoint, SaysThatALocalPathHasNoRevisions) {
  const TempDirectory dir;
  WriteModel(dir / "m", {Tensors({"a"})});
  ModelRef ref;
  ref.path = dir / "m";
  ref.revision = "main";
  const auto checkpoint = OpenCheckpoint(PosixFileSystem(), ref);
  ASSERT_TRUE(checkpoint.ok());
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_TRUE(Contains(checkpoint->warnings[0], "\"main\" is ignored"));
}

// Every call fails once: an error that names the file, or a checkpoint that is whole.
TEST(Checkpoint, SurvivesAFaultAtEveryCall) {
  testing::MemoryFileSystem memory;
  WriteModel(memory, "/m", {Tensors({"a", "b"}), Tensors({"c"})});
  testing::FaultyFileSystem fs(memory);
  ModelRef ref;
  ref.path = "/m";
  for (const auto kind : {testing::FaultKind::kEio, testing::FaultKind::kShort}) {
    for (std::uint64_t n = 1;; ++n) {
      fs.Inject({.kind = kind, .call = n, .is_for_ever = false, .only = {}, .path_has = {}});
      const auto checkpoint = OpenCheckpoint(fs, ref);
      if (!fs.has_fired()) {
        ASSERT_TRUE(checkpoint.ok());
        EXPECT_GT(n, 10u);
        break;
      }
      ASSERT_FALSE(checkpoint.ok()) << n;
      EXPECT_TRUE(Contains(checkpoint.error().message(), "/m")) << checkpoint.error().message();
    }
  }
}

}  // namespace
}  // namespace fuseo1
