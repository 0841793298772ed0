#include "io/line_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/limits.h"

namespace fuseo1 {
namespace {

std::string WriteFile(const std::string& text) {
  const std::string path = testing::TempDir() + "/" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

struct Seen {
  std::vector<std::string> lines;
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> offsets;
  std::string hash;
};

Seen ReadAll(const std::string& text, std::uint64_t max_line_bytes = 100) {
  Result<LineReader> reader = LineReader::Open(PosixFileSystem(), WriteFile(text), max_line_bytes);
  EXPECT_TRUE(reader.ok());
  Seen seen;
  TextLine line;
  while (true) {
    const Result<bool> more = reader->Next(line);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) {
      break;
    }
    seen.lines.push_back(line.is_too_long ? "<long>" : std::string(line.text));
    seen.numbers.push_back(line.number);
    seen.offsets.push_back(line.offset);
  }
  seen.hash = reader->Hash().Hex();
  return seen;
}

TEST(LineReader, SkipsBlankLinesButCountsThem) {
  const Seen seen = ReadAll("\xEF\xBB\xBF{}\n\n  \nsecond\r\nlast");
  EXPECT_EQ(seen.lines, (std::vector<std::string>{"{}", "second\r", "last"}));
  EXPECT_EQ(seen.numbers, (std::vector<std::uint64_t>{1, 4, 5}));
  EXPECT_EQ(seen.offsets, (std::vector<std::uint64_t>{3, 10, 18}));
}

TEST(LineReader, MeetsItsLimitAtOneBelowAtAndAbove) {
  const std::string a(99, 'a');
  const std::string b(100, 'b');
  const std::string c(101, 'c');
  const Seen seen = ReadAll(a + "\n" + b + "\n" + c + "\nend\n");
  EXPECT_EQ(seen.lines, (std::vector<std::string>{a, b, "<long>", "end"}));
}

TEST(LineReader, CrossesItsOwnBufferAndHashesEveryByte) {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += std::string(70'000, static_cast<char>('a' + i % 26)) + "\n";
  }
  const Seen seen = ReadAll(text, 80'000);
  ASSERT_EQ(seen.lines.size(), 50U);
  EXPECT_EQ(seen.lines[49], std::string(70'000, 'x'));
  EXPECT_EQ(seen.hash, HashText(text).Hex());
  EXPECT_EQ(ReadAll(text, 1'000).lines, std::vector<std::string>(50, "<long>"));
}

TEST(LineReader, RefusesAMissingFileAndADirectory) {
  EXPECT_FALSE(LineReader::Open(PosixFileSystem(), testing::TempDir() + "/no such", 10).ok());
  EXPECT_FALSE(LineReader::Open(PosixFileSystem(), testing::TempDir(), 10).ok());
}

}  // namespace
}  // namespace fuseo1
