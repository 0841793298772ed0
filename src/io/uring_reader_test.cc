#include "io/uring_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/text.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

std::string Pattern(std::size_t bytes) {
  std::mt19937 random(7);
  std::string text(bytes, '\0');
  for (char& c : text) {
    c = static_cast<char>(random());
  }
  return text;
}

class BatchReaderTest : public ::testing::TestWithParam<bool> {};

TEST_P(BatchReaderTest, FillsMoreRequestsThanAreInFlight) {
  const testing::TempDirectory dir;
  const std::string contents = Pattern(1'000'000);
  testing::WriteText(dir / "a", contents);
  const auto file = PosixFileSystem().OpenRead(dir / "a");
  const auto reader = MakeBatchReader(GetParam(), 4);
  std::vector<std::string> buffers(101);
  std::vector<ReadRequest> requests;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    buffers[i].resize(i * 97 % 9000);  // one of them empty
    requests.push_back({.file = file->get(),
                        .offset = i * 9001,
                        .out = std::as_writable_bytes(std::span(buffers[i]))});
  }
  for (int round = 0; round < 3; ++round) {
    const Status status = reader->Read(requests);
    ASSERT_TRUE(status.ok()) << status.error().message();
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(buffers[i], contents.substr(i * 9001, buffers[i].size()));
      std::fill(buffers[i].begin(), buffers[i].end(), '\0');
    }
  }
}

TEST_P(BatchReaderTest, SaysWhereAShortFileEnds) {
  const testing::TempDirectory dir;
  testing::WriteText(dir / "a", "12345");
  const auto file = PosixFileSystem().OpenRead(dir / "a");
  const auto reader = MakeBatchReader(GetParam());
  std::string good(5, '\0');
  std::string bad(10, '\0');
  const std::vector<ReadRequest> requests = {
      {.file = file->get(), .offset = 0, .out = std::as_writable_bytes(std::span(good))},
      {.file = file->get(), .offset = 3, .out = std::as_writable_bytes(std::span(bad))}};
  const Status status = reader->Read(requests);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kInput);
  EXPECT_TRUE(Contains(status.error().message(), "ends at byte 5")) << status.error().message();
  EXPECT_EQ(good, "12345");
}

TEST_P(BatchReaderTest, ReadsFilesThatHaveNoDescriptor) {
  const testing::MemoryFile file("abcdef");
  const auto reader = MakeBatchReader(GetParam());
  std::string out(3, '\0');
  const std::vector<ReadRequest> requests = {
      {.file = &file, .offset = 2, .out = std::as_writable_bytes(std::span(out))}};
  ASSERT_TRUE(reader->Read(requests).ok());
  EXPECT_EQ(out, "cde");
  EXPECT_TRUE(reader->Read({}).ok());
}

INSTANTIATE_TEST_SUITE_P(Readers, BatchReaderTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "io_uring" : "pread"; });

}  // namespace
}  // namespace fuseo1
