#include "io/faulty_file_system.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "io/memory_file_system.h"
#include "io/testing.h"

namespace fuseo1::testing {
namespace {

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(MemoryFileSystem, ForgetsWhatWasNotSynced) {
  MemoryFileSystem fs;
  ASSERT_TRUE(fs.MakeDirectories("/out").ok());
  fs.SyncEverything();
  const auto kept = fs.Create("/out/kept");
  ASSERT_TRUE((*kept)->WriteAt(0, AsBytes("durable")).ok());
  ASSERT_TRUE((*kept)->Sync().ok());
  ASSERT_TRUE(fs.SyncDirectory("/out").ok());
  ASSERT_TRUE((*kept)->WriteAt(0, AsBytes("changed")).ok());
  const auto lost = fs.Create("/out/lost");
  ASSERT_TRUE((*lost)->Sync().ok());  // the bytes, but not the name
  fs.LosePower(PowerLoss::kDropUnsynced);
  EXPECT_EQ(fs.Contents(), (std::map<std::string, std::string>{{"/out/kept", "durable"}}));
  EXPECT_FALSE((*kept)->WriteAt(0, AsBytes("x")).ok());  // a descriptor of the life before
}

TEST(MemoryFileSystem, AnUnsyncedRenameLeavesTheOldName) {
  MemoryFileSystem fs;
  WriteText(fs, "/out/a", "1");
  fs.SyncEverything();
  ASSERT_TRUE(fs.Rename("/out/a", "/out/b").ok());
  fs.LosePower(PowerLoss::kDropUnsynced);
  EXPECT_EQ(fs.Contents().count("/out/a"), 1u);
  ASSERT_TRUE(fs.Rename("/out/a", "/out/b").ok());
  ASSERT_TRUE(fs.SyncDirectory("/out").ok());
  fs.LosePower(PowerLoss::kDropUnsynced);
  EXPECT_EQ(fs.Contents(), (std::map<std::string, std::string>{{"/out/b", "1"}}));
}

TEST(MemoryFileSystem, TearsUnsyncedBlocksDifferentlyForEachSeed) {
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    MemoryFileSystem fs;
    WriteText(fs, "/a", std::string(8 * 4096, 'o'));
    fs.SyncEverything();
    const auto file = fs.OpenWrite("/a");
    ASSERT_TRUE((*file)->WriteAt(0, AsBytes(std::string(8 * 4096, 'n'))).ok());
    fs.LosePower(PowerLoss::kTornBlocks, seed);
    std::string kinds;
    const std::string contents = fs.Contents()["/a"];
    ASSERT_EQ(contents.size(), 8u * 4096);
    for (std::size_t block = 0; block < 8; ++block) {
      kinds += contents[block * 4096];
      EXPECT_EQ(contents[block * 4096], contents[block * 4096 + 4095]);
    }
    ++outcomes[kinds];
  }
  EXPECT_GT(outcomes.size(), 20u);
}

TEST(MemoryFileSystem, RunsFull) {
  MemoryFileSystem fs;
  fs.SetCapacity(100);
  const auto file = fs.Create("/a");
  EXPECT_TRUE((*file)->Reserve(100).ok());
  EXPECT_EQ(*fs.FreeBytes("/"), 0u);
  EXPECT_FALSE((*file)->WriteAt(100, AsBytes("x")).ok());
  ASSERT_TRUE(fs.Remove("/a").ok());
  EXPECT_EQ(*fs.FreeBytes("/"), 100u);
}

TEST(FaultyFileSystem, FailsTheChosenCallOnceOrFromThenOn) {
  MemoryFileSystem memory;
  FaultyFileSystem fs(memory);
  const auto file = fs.Create("/a");
  const auto write = [&] { return (*file)->WriteAt(0, AsBytes("abcd")).ok(); };
  fs.Inject({.kind = FaultKind::kEio, .call = 2, .is_for_ever = false, .only = {}, .path_has = {}});
  EXPECT_TRUE(write());
  EXPECT_FALSE(fs.has_fired());
  EXPECT_FALSE(write());
  EXPECT_TRUE(fs.has_fired());
  EXPECT_TRUE(write());
  fs.Inject({.kind = FaultKind::kEnospc,
             .call = 2,
             .is_for_ever = true,
             .only = FileCall::kWriteAt,
             .path_has = {}});
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_TRUE(write());
  EXPECT_FALSE(write());
  EXPECT_FALSE(write());
  fs.Clear();
  EXPECT_TRUE(write());
  EXPECT_EQ(fs.calls(FileCall::kWriteAt), 7u);
  EXPECT_EQ(fs.Trace().front(), "Create /a");
}

TEST(FaultyFileSystem, MovesHalfTheBytesOfAShortWrite) {
  MemoryFileSystem memory;
  FaultyFileSystem fs(memory);
  const auto file = fs.Create("/a");
  fs.Inject(
      {.kind = FaultKind::kShort, .call = 1, .is_for_ever = false, .only = {}, .path_has = {}});
  const Status status = (*file)->WriteAt(0, AsBytes("abcd"));
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(memory.Contents()["/a"], "ab");
}

// The double loop over a whole operation: an old file is either untouched or replaced, after every
// fault and every power loss at every call.
TEST(WriteFileDurably, LeavesTheOldOrTheNewFileWhateverFails) {
  for (const bool is_for_ever : {false, true}) {
    for (const FaultKind kind :
         {FaultKind::kEio, FaultKind::kEnospc, FaultKind::kEintr, FaultKind::kShort}) {
      for (std::uint64_t n = 1;; ++n) {
        MemoryFileSystem memory;
        WriteText(memory, "/d/a", "old");
        memory.SyncEverything();
        FaultyFileSystem fs(memory);
        fs.Inject(
            {.kind = kind, .call = n, .is_for_ever = is_for_ever, .only = {}, .path_has = {}});
        const Status status = WriteFileDurably(fs, "/d/a", "new");
        const std::string seen = memory.Contents()["/d/a"];
        EXPECT_TRUE(seen == "old" || seen == "new") << seen;
        if (status.ok()) {
          memory.LosePower(PowerLoss::kDropUnsynced);
          EXPECT_EQ(memory.Contents()["/d/a"], "new");
        } else {
          EXPECT_EQ(status.error().code(), ErrorCode::kSystem) << status.error().message();
          EXPECT_TRUE(Contains(status.error().message(), "/d")) << status.error().message();
        }
        fs.Clear();
        EXPECT_TRUE(WriteFileDurably(fs, "/d/a", "new").ok());
        if (!fs.has_fired()) {
          break;
        }
      }
    }
  }
}

TEST(WriteFileDurably, LeavesTheOldOrTheNewFileWheneverPowerIsLost) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    MemoryFileSystem memory;
    const std::string old_text(9000, 'o');
    const std::string new_text(20000, 'n');
    WriteText(memory, "/d/a", old_text);
    memory.SyncEverything();
    FaultyFileSystem fs(memory);
    std::uint64_t changes = 0;
    const auto mode = seed % 2 == 0 ? PowerLoss::kTornBlocks : PowerLoss::kDropUnsynced;
    fs.SetBeforeChange([&](FileCall, const std::string&) {
      if (++changes == seed % 7 + 1) {
        memory.LosePower(mode, seed);
      }
    });
    static_cast<void>(WriteFileDurably(fs, "/d/a", new_text).ok());
    if (changes < seed % 7 + 1) {
      memory.LosePower(mode, seed);
    }
    const std::string seen = memory.Contents()["/d/a"];
    EXPECT_TRUE(seen == old_text || seen == new_text) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fuseo1::testing
