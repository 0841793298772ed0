#include "engine/journal.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "io/memory_file_system.h"

namespace fuseo1 {
namespace {

using testing::MemoryFileSystem;

constexpr std::uint32_t kJobs = 50;
const std::vector<std::string> kIdentity = {"config: 1", "input a: 2"};

JournalRecord Record(std::uint32_t job) {
  JournalRecord record;
  record.job = job;
  record.outcome.hash = {job * 7919ULL, job};
  record.outcome.nan_in = job % 3;
  if (job % 5 == 0) {
    record.outcome.notes = Notes({"uniform weights"});
  }
  return record;
}

const std::string kFolder = "/out";
const std::string kPath = kFolder + "/" + std::string(kJournalName);

std::string WriteJournal(FileSystem& fs) {
  EXPECT_TRUE(fs.MakeDirectories(kFolder).ok());
  auto journal = Journal::Create(fs, kFolder, kIdentity);
  EXPECT_TRUE(journal.ok());
  for (std::uint32_t job = 0; job < kJobs; ++job) {
    const JournalRecord record = Record(job);
    EXPECT_TRUE(journal->Append({&record, 1}).ok());
  }
  return ReadWholeFile(fs, kPath, 1 << 20).value();
}

void Put(FileSystem& fs, const std::string& bytes) {
  ASSERT_TRUE(WriteFileDurably(fs, kPath, bytes).ok());
}

// The records read back are the first ones, unchanged; or the journal is refused as damaged.
bool PrefixOrRefused(FileSystem& fs, std::size_t* count) {
  std::vector<JournalRecord> records;
  const auto journal = Journal::Open(fs, kFolder, kIdentity, kJobs, &records);
  if (!journal.ok()) {
    return journal.error().code() == ErrorCode::kInput;
  }
  *count = records.size();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const JournalRecord expected = Record(static_cast<std::uint32_t>(i));
    if (records[i].job != expected.job || records[i].outcome.hash != expected.outcome.hash ||
        records[i].outcome.nan_in != expected.outcome.nan_in ||
        !(records[i].outcome.notes == expected.outcome.notes)) {
      return false;
    }
  }
  return true;
}

TEST(Journal, ATornTailIsIgnoredAtEveryByte) {
  MemoryFileSystem fs;
  const std::string whole = WriteJournal(fs);
  std::size_t last = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Put(fs, whole.substr(0, size));
    std::size_t count = 0;
    ASSERT_TRUE(PrefixOrRefused(fs, &count)) << size;
    ASSERT_GE(count + 1, last + (count > last ? 1 : 0)) << size;
    last = count;
  }
  EXPECT_EQ(last, kJobs);
}

TEST(Journal, AnyFlippedBitIsRefusedOrCostsOnlyTheLastRecord) {
  MemoryFileSystem fs;
  const std::string whole = WriteJournal(fs);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    Put(fs, damaged);
    std::size_t count = kJobs;
    ASSERT_TRUE(PrefixOrRefused(fs, &count)) << "bit " << bit;
    ASSERT_GE(count, kJobs - 1) << "bit " << bit;
  }
}

TEST(Journal, IsReadUpToItsLimit) {
  MemoryFileSystem fs;
  std::string bytes = WriteJournal(fs);
  bytes.resize(kMaxJournalBytes);  // the tail is one that a disk never wrote
  std::vector<JournalRecord> records;
  Put(fs, bytes);
  EXPECT_TRUE(Journal::Open(fs, kFolder, kIdentity, kJobs, &records).ok());
  EXPECT_EQ(records.size(), kJobs);
  bytes.push_back('\0');
  Put(fs, bytes);
  const auto journal = Journal::Open(fs, kFolder, kIdentity, kJobs, &records);
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), ErrorCode::kInput);
}

TEST(Journal, NamesWhatChangedSinceTheInterruption) {
  MemoryFileSystem fs;
  WriteJournal(fs);
  std::vector<JournalRecord> records;
  const auto journal = Journal::Open(fs, kFolder, {"config: 1", "input a: 3"}, kJobs, &records);
  ASSERT_FALSE(journal.ok());
  EXPECT_NE(journal.error().message().find("then: input a: 2"), std::string::npos);
  EXPECT_NE(journal.error().message().find("now : input a: 3"), std::string::npos);
}

}  // namespace
}  // namespace fuseo1
