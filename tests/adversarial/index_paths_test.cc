// A hostile index opens no file outside its model's folder: the kernel's own word for it, by
// strace.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::TempDirectory;
using testing::WriteText;

const std::string kProbe = std::string(FUSEO1_BINARY_DIR) + "/bin/open_checkpoint";

int Run(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool CanTrace() {
  static const bool can = Run("strace -o /dev/null true >/dev/null 2>&1") == 0;
  return can;
}

struct Outcome {
  int exit_code = 0;
  std::vector<std::string> opened;  // paths
};

Outcome Trace(const TempDirectory& dir, const std::string& model) {
  Outcome outcome;
  outcome.exit_code = Run(
      fmt::format("timeout 10 strace -f -s 8192 -e trace=open,openat,openat2,creat -o '{0}' '{1}' "
                  "'{2}' 2>/dev/null",
                  dir / "trace", kProbe, model));
  std::istringstream lines(testing::ReadText(dir / "trace"));
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find('"');
    const std::size_t end = line.find('"', begin + 1);
    if (begin == std::string::npos || end == std::string::npos) {
      continue;
    }
    const std::string path = line.substr(begin + 1, end - begin - 1);
    if (path == "/fuseo1-trace-begins") {
      is_inside = true;
    } else if (path == "/fuseo1-trace-ends") {
      is_inside = false;
    } else if (is_inside) {
      outcome.opened.push_back(path);
    }
  }
  return outcome;
}

std::string Weights() { return testing::SafetensorsFile({{"a", DType::kF32, {1}, ""}}); }

void WriteIndex(const std::string& model, const std::string& shard) {
  Json index;
  index["weight_map"]["a"] = shard;
  WriteText(model + "/model.safetensors.index.json", DumpJson(index));
}

class IndexPaths : public ::testing::Test {
 protected:
  IndexPaths() : model_(dir_ / "models/victim") {
    WriteText(dir_ / "outside.safetensors", Weights());
    WriteText(dir_ / "models/beside.safetensors", Weights());
    WriteText(model_ + "/sub/inner.safetensors", Weights());
    WriteText(model_ + "/config.json", "{}");
  }

  void ExpectRefusedInside(const std::string& shard) {
    WriteIndex(model_, shard);
    const Outcome outcome = Trace(dir_, model_);
    EXPECT_EQ(outcome.exit_code, 3) << shard;
    EXPECT_FALSE(outcome.opened.empty()) << shard;  // the folder and its index
    for (const std::string& path : outcome.opened) {
      EXPECT_TRUE(path == model_ || path == model_ + "/model.safetensors.index.json" ||
                  path == model_ + "/config.json")
          << shard << " opened " << path;
    }
  }

  TempDirectory dir_;
  std::string model_;
};

TEST_F(IndexPaths, OpenNothingWhereTheNameIsAPath) {
  if (!CanTrace()) {
    GTEST_SKIP() << "strace is not installed or may not trace";
  }
  for (const std::string& shard :
       {std::string("../../outside.safetensors"), std::string("../beside.safetensors"),
        std::string("/etc/passwd"), dir_ / "outside.safetensors",
        std::string("a/../../beside.safetensors"), std::string("sub/../../beside.safetensors"),
        std::string("./../beside.safetensors"), std::string("sub/inner.safetensors"), model_,
        std::string(".."), std::string("."), std::string("..\\beside.safetensors"),
        std::string("//etc/passwd"), std::string("file:///etc/passwd"),
        std::string("~/x.safetensors"), std::string("x.safetensors\0", 14),
        std::string("/proc/self/mem"), std::string("/dev/zero")}) {
    ExpectRefusedInside(shard);
  }
}

TEST_F(IndexPaths, OpenNothingWhereTheNameIsNoFileOfTheModel) {
  if (!CanTrace()) {
    GTEST_SKIP() << "strace is not installed or may not trace";
  }
  const auto link = [this](const char* to, const char* name) {
    ASSERT_EQ(symlink(to, (model_ + "/" + name).c_str()), 0);
    ExpectRefusedInside(name);
  };
  link("../../outside.safetensors", "out.safetensors");
  link("/etc/passwd", "absolute.safetensors");
  link("out.safetensors", "twice.safetensors");
  link("/dev/zero", "device.safetensors");
  link("loop.safetensors", "loop.safetensors");
  link("missing", "dangling.safetensors");
  ASSERT_EQ(symlink("..", (model_ + "/up").c_str()), 0);
  link("up/beside.safetensors", "through.safetensors");
  ASSERT_EQ(mkfifo((model_ + "/fifo.safetensors").c_str(), 0600), 0);
  ExpectRefusedInside("fifo.safetensors");
  ASSERT_EQ(mkdir((model_ + "/directory.safetensors").c_str(), 0700), 0);
  ExpectRefusedInside("directory.safetensors");
  ExpectRefusedInside("missing.safetensors");
}

TEST_F(IndexPaths, OpenTheShardThatIsOne) {
  if (!CanTrace()) {
    GTEST_SKIP() << "strace is not installed or may not trace";
  }
  WriteText(model_ + "/good.safetensors", Weights());
  ASSERT_EQ(symlink("sub/inner.safetensors", (model_ + "/link.safetensors").c_str()), 0);
  for (const char* shard : {"good.safetensors", "link.safetensors"}) {
    WriteIndex(model_, shard);
    const Outcome outcome = Trace(dir_, model_);
    EXPECT_EQ(outcome.exit_code, 0) << shard;
    EXPECT_EQ(std::count(outcome.opened.begin(), outcome.opened.end(), model_ + "/" + shard), 1);
  }
}

}  // namespace
}  // namespace fuseo1
