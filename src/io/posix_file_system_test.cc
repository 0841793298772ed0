#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/text.h"
#include "io/file_system.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::ReadText;
using testing::TempDirectory;
using testing::WriteText;

FileSystem& Fs() { return PosixFileSystem(); }

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(PosixFileSystem, ReadsBackWhatItWrote) {
  const TempDirectory dir;
  auto file = Fs().Create(dir / "a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Reserve(10).ok());
  ASSERT_TRUE((*file)->WriteAt(4, AsBytes("middle")).ok());
  (*file)->StartWriteback(0, 10);
  ASSERT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(ReadText(dir / "a"), std::string(4, '\0') + "middle");
  EXPECT_EQ((*file)->Info()->bytes, 10u);
  EXPECT_GE((*file)->descriptor(), 0);
}

TEST(PosixFileSystem, ReservesNothingAndShortensToo) {
  const TempDirectory dir;
  auto file = Fs().Create(dir / "a");
  ASSERT_TRUE((*file)->Reserve(10000).ok());
  ASSERT_TRUE((*file)->Reserve(10).ok());
  EXPECT_EQ((*file)->Info()->bytes, 10u);
  ASSERT_TRUE((*file)->Reserve(0).ok());
  EXPECT_EQ((*file)->Info()->bytes, 0u);
}

TEST(PosixFileSystem, CreatesOnlyWhatIsNotThere) {
  const TempDirectory dir;
  WriteText(dir / "a", "x");
  ASSERT_EQ(symlink("nowhere", (dir / "link").c_str()), 0);
  for (const char* name : {"a", "link"}) {
    const auto file = Fs().Create(dir / name);
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().code(), ErrorCode::kSystem);
    EXPECT_TRUE(Contains(file.error().message(), "EEXIST")) << file.error().message();
  }
}

TEST(PosixFileSystem, OpensNoLinkForWriting) {
  const TempDirectory dir;
  WriteText(dir / "a", "x");
  ASSERT_EQ(symlink("a", (dir / "link").c_str()), 0);
  EXPECT_TRUE(Fs().OpenWrite(dir / "a").ok());
  EXPECT_FALSE(Fs().OpenWrite(dir / "link").ok());
  EXPECT_TRUE(Fs().OpenRead(dir / "link").ok());
}

TEST(PosixFileSystem, TellsAShortFileFromAReadError) {
  const TempDirectory dir;
  WriteText(dir / "a", "12345");
  const auto file = Fs().OpenRead(dir / "a");
  std::string out(6, '\0');
  const Status status = (*file)->ReadAt(2, std::as_writable_bytes(std::span(out)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kInput);
  EXPECT_EQ(status.error().message(),
            (dir / "a") +
                ": the file ends at byte 5, expected 6 bytes at offset 2. It is truncated "
                "or was changed while it was read: fetch it again.");
}

TEST(PosixFileSystem, NeverHangsOnWhatIsNoFile) {
  const TempDirectory dir;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("loop", (dir / "loop").c_str()), 0);
  for (const std::string& path :
       {dir / "fifo", dir / "loop", dir.path(), std::string("/dev/zero")}) {
    const auto file = Fs().OpenRead(path);
    ASSERT_FALSE(file.ok()) << path;
    EXPECT_EQ(file.error().code(), ErrorCode::kInput) << file.error().message();
    EXPECT_TRUE(StartsWith(file.error().message(), path));
  }
}

TEST(PosixFileSystem, CallsAMissingPathAMistakeOfTheUser) {
  const TempDirectory dir;
  WriteText(dir / "file", "");
  for (const std::string& path : {dir / "missing", dir / "file/below", dir / "no/such/dir"}) {
    const auto file = Fs().OpenRead(path);
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().code(), ErrorCode::kUsage);
    const auto info = Fs().Info(path);
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->kind, FileKind::kMissing);
  }
}

TEST(PosixFileSystem, ListsSortedNames) {
  const TempDirectory dir;
  for (const char* name : {"b", "a", ".hidden", "c"}) {
    WriteText(dir / name, "");
  }
  EXPECT_EQ(*Fs().List(dir.path()), (std::vector<std::string>{".hidden", "a", "b", "c"}));
  EXPECT_FALSE(Fs().List(dir / "missing").ok());
}

TEST(PosixFileSystem, MakesDirectoriesAndSaysWhichOneIsInTheWay) {
  const TempDirectory dir;
  ASSERT_TRUE(Fs().MakeDirectories(dir / "x/y/z/").ok());
  ASSERT_TRUE(Fs().MakeDirectories(dir / "x/y/z").ok());
  EXPECT_EQ(Fs().Info(dir / "x/y/z")->kind, FileKind::kDirectory);
  WriteText(dir / "file", "");
  const Status status = Fs().MakeDirectories(dir / "file/below");
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(StartsWith(status.error().message(), dir / "file:")) << status.error().message();
}

TEST(PosixFileSystem, ResolvesLinksAndWhatDoesNotExistYet) {
  const TempDirectory dir;
  ASSERT_TRUE(Fs().MakeDirectories(dir / "real/sub").ok());
  ASSERT_EQ(symlink("real", (dir / "link").c_str()), 0);
  ASSERT_EQ(symlink("real/later", (dir / "dangling").c_str()), 0);
  ASSERT_EQ(symlink("loop", (dir / "loop").c_str()), 0);
  EXPECT_EQ(*Fs().Resolve(dir / "link/sub"), dir / "real/sub");
  EXPECT_EQ(*Fs().Resolve(dir / "link/./sub/../new//deep/"), dir / "real/new/deep");
  EXPECT_EQ(*Fs().Resolve(dir / "dangling/x"), dir / "real/later/x");
  EXPECT_EQ(*Fs().Resolve(dir / "missing/../real"), dir / "real");
  EXPECT_EQ(*Fs().Resolve("/../.."), "/");
  EXPECT_FALSE(Fs().Resolve(dir / "loop/x").ok());
  EXPECT_FALSE(Fs().Resolve("").ok());
}

TEST(PosixFileSystem, LocksADirectoryForOneHolder) {
  const TempDirectory dir;
  {
    const auto first = Fs().LockDirectory(dir.path());
    ASSERT_TRUE(first.ok());
    const auto second = Fs().LockDirectory(dir.path());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code(), ErrorCode::kSystem);
    EXPECT_TRUE(Contains(second.error().message(), "another process"));
  }
  EXPECT_TRUE(Fs().LockDirectory(dir.path()).ok());
}

TEST(PosixFileSystem, KnowsTheFreeSpaceOfDirectoriesToBe) {
  const TempDirectory dir;
  EXPECT_GT(*Fs().FreeBytes(dir.path()), 0u);
  EXPECT_GT(*Fs().FreeBytes(dir / "not/yet/there"), 0u);
}

TEST(PosixFileSystem, SurvivesTheLimitOnFileSizes) {
  const TempDirectory dir;
  auto* const before = std::signal(SIGXFSZ, SIG_IGN);  // the program ignores it at its start
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small = {4096, old.rlim_max};
  auto file = Fs().Create(dir / "a");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status reserved = (*file)->Reserve(8192);
  const Status written = (*file)->WriteAt(0, AsBytes(std::string(8192, 'x')));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, before);
  for (const Status& status : {reserved, written}) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), ErrorCode::kSystem);
    EXPECT_TRUE(Contains(status.error().message(), "EFBIG")) << status.error().message();
    EXPECT_TRUE(Contains(status.error().message(), "ulimit -f")) << status.error().message();
  }
}

TEST(PosixFileSystem, SaysWhatIsMissingOnAFullDisk) {
  const TempDirectory dir;
  auto file = Fs().Create(dir / "a");
  const Status status = (*file)->Reserve(std::uint64_t{1} << 60);
  if (status.ok()) {
    GTEST_SKIP() << "a file system in memory reserves nothing";
  }
  EXPECT_EQ(status.error().code(), ErrorCode::kSystem);
  EXPECT_TRUE(Contains(status.error().message(), "ENOSPC")) << status.error().message();
  EXPECT_TRUE(Contains(status.error().message(), "EB missing") ||
              Contains(status.error().message(), "PB missing"))
      << status.error().message();
  EXPECT_EQ((*file)->Info()->bytes, 0u);
}

TEST(PosixFileSystem, RunsOutOfDescriptorsWithAClearError) {
  const TempDirectory dir;
  WriteText(dir / "a", "x");
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit none = {3, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto file = Fs().OpenRead(dir / "a");
  setrlimit(RLIMIT_NOFILE, &old);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), ErrorCode::kSystem);
  EXPECT_TRUE(Contains(file.error().message(), "ulimit -n")) << file.error().message();
}

TEST(FileHelpers, ReadWholeFileHoldsToItsLimit) {
  const TempDirectory dir;
  WriteText(dir / "a", "12345");
  EXPECT_EQ(*ReadWholeFile(Fs(), dir / "a", 6), "12345");
  EXPECT_EQ(*ReadWholeFile(Fs(), dir / "a", 5), "12345");
  const auto text = ReadWholeFile(Fs(), dir / "a", 4);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().message(), dir / "a: expected at most 4 bytes, found 5");
}

TEST(FileHelpers, WritesDurablyOverOldAndHalfDoneFiles) {
  const TempDirectory dir;
  WriteText(dir / "a", "old");
  WriteText(dir / ".a.partial", "half");
  ASSERT_TRUE(WriteFileDurably(Fs(), dir / "a", "new").ok());
  EXPECT_EQ(ReadText(dir / "a"), "new");
  EXPECT_EQ(*Fs().List(dir.path()), std::vector<std::string>{"a"});
  EXPECT_FALSE(WriteFileDurably(Fs(), dir / "missing/a", "new").ok());
}

}  // namespace
}  // namespace fuseo1
