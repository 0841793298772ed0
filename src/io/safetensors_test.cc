#include "io/safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file_guess.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::MemoryFile;
using testing::RawSafetensors;

// Names and shapes of all headers here.
Interner& Kept() {
  static Interner interner;
  return interner;
}

Result<SafetensorsHeader> Read(const std::string& bytes) {
  return ReadSafetensorsHeader(MemoryFile(bytes), Kept());
}

std::string Entry(const std::string& name, int begin, int end) {
  return fmt::format(R"("{}":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})", name,
                     end - begin, begin, end);
}

TEST(Safetensors, LaysOutWiderTypesFirstThenNames) {
  const std::uint64_t extents[] = {2, 3, 1};
  const std::span<const std::uint64_t> all(extents);
  const std::vector<TensorSpec> specs = {{"b", DType::kBF16, all.first(2)},
                                         {"a", DType::kBF16, all.last(1)},
                                         {"z", DType::kF32, {}},
                                         {"i", DType::kI64, all.last(1)},
                                         {"flag", DType::kBool, all.subspan(1, 1)},
                                         {"half", DType::kF16, all.first(1)}};
  const SafetensorsLayout layout = LayOutSafetensors(specs);
  const std::string json = R"({"__metadata__":{"format":"pt"},)"
                           R"("i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
                           R"("z":{"dtype":"F32","shape":[],"data_offsets":[8,12]},)"
                           R"("a":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]},)"
                           R"("b":{"dtype":"BF16","shape":[2,3],"data_offsets":[14,26]},)"
                           R"("half":{"dtype":"F16","shape":[2],"data_offsets":[26,30]},)"
                           R"("flag":{"dtype":"BOOL","shape":[3],"data_offsets":[30,33]}})";
  const std::uint64_t padded = (json.size() + 7) / 8 * 8;
  EXPECT_EQ(SafetensorsHeaderText(specs).substr(8), json + std::string(padded - json.size(), ' '));
  EXPECT_EQ(layout.file_bytes, 8 + padded + 33);
  EXPECT_EQ(layout.offsets[0], 8 + padded + 14);
  EXPECT_EQ(layout.offsets[2], 8 + padded + 8);
}

TEST(Safetensors, ReadsWhatItLaysOut) {
  const std::string file = testing::SafetensorsFile({{"w", DType::kF32, {2, 2}, ""},
                                                     {"empty", DType::kF16, {0, 5}, ""},
                                                     {"\xc3\xa9\"\\", DType::kF8E4M3, {4}, ""},
                                                     {"s", DType::kF64, {}, ""}});
  const auto header = Read(file);
  ASSERT_TRUE(header.ok()) << header.error().message();
  ASSERT_EQ(header->tensors.size(), 4u);
  EXPECT_EQ(header->tensors[0].name, "s");
  EXPECT_EQ(header->tensors[1].name, "w");
  EXPECT_EQ(header->tensors[1].shape, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(header->tensors[1].Bytes(), 16u);
  EXPECT_EQ(header->tensors[1].offset, header->header_bytes + 8);
  EXPECT_EQ(header->tensors[2].name, "empty");
  EXPECT_EQ(header->tensors[3].name, "\xc3\xa9\"\\");
  EXPECT_EQ(header->metadata.at("format"), "pt");
  EXPECT_EQ(header->header_hash, HashText(std::string_view(file).substr(
                                     0, static_cast<std::size_t>(header->header_bytes))));
}

TEST(Safetensors, ReadsAFileOfNoTensors) {
  const auto header = Read(RawSafetensors("{}"));
  ASSERT_TRUE(header.ok());
  EXPECT_TRUE(header->tensors.empty());
}

TEST(Safetensors, CountsRankAtTheLimit) {
  for (const std::size_t rank : {kMaxRank - 1, kMaxRank, kMaxRank + 1}) {
    std::string ones = "1";
    for (std::size_t i = 1; i < rank; ++i) {
      ones += ",1";
    }
    const auto header = Read(RawSafetensors(
        R"({"a":{"dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1]}})", "x"));
    EXPECT_EQ(header.ok(), rank <= kMaxRank);
  }
}

TEST(Safetensors, CountsNamesAtTheLimit) {
  for (const std::size_t bytes :
       {kMaxTensorNameBytes - 1, kMaxTensorNameBytes, kMaxTensorNameBytes + 1}) {
    const auto header = Read(RawSafetensors("{" + Entry(std::string(bytes, 'n'), 0, 1) + "}", "x"));
    EXPECT_EQ(header.ok(), bytes <= kMaxTensorNameBytes);
    if (!header.ok()) {
      EXPECT_LT(header.error().message().size(), 400u);
    }
  }
}

TEST(Safetensors, CountsTheDepthOfUnknownKeysAtTheLimit) {
  for (const int depth : {7, 8, 9}) {  // the header and the entry are two levels of it
    const auto inner = static_cast<std::size_t>(depth - 2);
    const auto header =
        Read(RawSafetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":)" +
                                std::string(inner, '[') + std::string(inner, ']') + "}}",
                            "x"));
    EXPECT_EQ(header.ok(), depth <= kMaxSafetensorsJsonDepth) << depth;
  }
}

// A file of any length whose data costs nothing, as a sparse file on disk.
class SparseFile final : public File {
 public:
  SparseFile(std::string start, std::uint64_t bytes) : start_(std::move(start)), bytes_(bytes) {}

  const std::string& path() const override { return path_; }
  Result<FileInfo> Info() const override {
    FileInfo info;
    info.kind = FileKind::kRegular;
    info.bytes = bytes_;
    return info;
  }
  Status ReadAt(std::uint64_t offset, MutableBytes out) const override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t at = offset + i;
      out[i] =
          static_cast<std::byte>(at < start_.size() ? start_[static_cast<std::size_t>(at)] : ' ');
    }
    bytes_read += out.size();
    return {};
  }
  void WillRead(std::uint64_t, std::uint64_t) const override {}
  Status WriteAt(std::uint64_t, Bytes) override { return SystemError("read only"); }
  Status Reserve(std::uint64_t) override { return SystemError("read only"); }
  Status Truncate(std::uint64_t) override { return SystemError("read only"); }
  void StartWriteback(std::uint64_t, std::uint64_t) override {}
  Status Sync() override { return SystemError("read only"); }

  mutable std::uint64_t bytes_read = 0;

 private:
  std::string start_;
  std::uint64_t bytes_;
  std::string path_ = "sparse.safetensors";
};

std::string LengthField(std::uint64_t length) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(length >> shift & 0xff));
  }
  return bytes;
}

TEST(Safetensors, CountsHeaderBytesAtTheLimit) {
  for (const std::uint64_t length : {kMaxSafetensorsHeaderBytes - 1, kMaxSafetensorsHeaderBytes,
                                     kMaxSafetensorsHeaderBytes + 1}) {
    const SparseFile file(LengthField(length) + "{}", 8 + length);
    const auto header = ReadSafetensorsHeader(file, Kept());
    EXPECT_EQ(header.ok(), length <= kMaxSafetensorsHeaderBytes);
    if (!header.ok()) {
      EXPECT_LE(file.bytes_read, 8 + kGuessBytes);
    }
  }
}

TEST(Safetensors, SaysWhatTookThePlaceOfTheFile) {
  const std::pair<std::string, std::string> cases[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"},
      {"<!doctype html><title>Sign in</title>", "web page"},
      {"Entry not found", "text: \"Entry not found\""},
      {"{\"error\": \"Repository not found\"}", "plain JSON"},
      {"\x80\x04\x95 a pickle of Python", "pickle"},
      {std::string(100, '\0'), "zero bytes"},
  };
  for (const auto& [text, words] : cases) {
    const SparseFile file(text, text.size());
    const auto header = ReadSafetensorsHeader(file, Kept());
    ASSERT_FALSE(header.ok());
    EXPECT_NE(header.error().message().find(words), std::string::npos) << header.error().message();
    EXPECT_EQ(header.error().message().find("sparse.safetensors: expected a safetensors file"), 0u)
        << header.error().message();
  }
}

TEST(Safetensors, ReadsATensorOfTerabytes) {
  const std::string json =
      R"({"a":{"dtype":"BF16","shape":[1099511627776],"data_offsets":[0,2199023255552]}})";
  const SparseFile file(LengthField(json.size()) + json, 8 + json.size() + 2199023255552);
  const auto header = ReadSafetensorsHeader(file, Kept());
  ASSERT_TRUE(header.ok()) << header.error().message();
  EXPECT_EQ(header->tensors[0].Bytes(), 2199023255552u);
  EXPECT_LT(file.bytes_read, 200u);
}

TEST(Safetensors, CountsTensorsAtTheLimit) {
  std::string json = "{";
  for (std::uint64_t i = 0; i + 1 < kMaxTensorsPerCheckpoint; ++i) {
    json += fmt::format(R"("{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}},)", i);
  }
  for (const char* last : {"y", "z"}) {  // limit, limit + 1
    json += (*last == 'y' ? "" : ",") + Entry(last, 0, 0);
    const auto header = Read(RawSafetensors(json + "}"));
    EXPECT_EQ(header.ok(), *last == 'y');
  }
}

}  // namespace
}  // namespace fuseo1
