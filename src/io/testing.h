// What tests need to make model files: a directory that goes away, and safetensors files of any
// kind, well-formed or not. Failures end the test's process: a test without its files means
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"
#include "io/safetensors.h"

namespace fuseo1::testing {

// A new directory below the system's temporary one, removed with everything in it.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }  // links resolved
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// Writes a file; its directories are made.
void WriteText(const std::string& path, std::string_view contents);
void WriteText(FileSystem& fs, const std::string& path, std::string_view contents);
std::string ReadText(const std::string& path);

struct TestTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::uint64_t> shape;
  std::string data;  // exactly the tensor's bytes; empty: a pattern made from the name
};

// A whole file in the product's own layout.
std::string SafetensorsFile(const std::vector<TestTensor>& tensors);

// Length, header text and data, as they are: nothing is checked.
std::string RawSafetensors(std::string_view header, std::string_view data = "");

// model.safetensors, or with several shards numbered ones and their index, and config.json.
void WriteModel(const std::string& directory, const std::vector<std::vector<TestTensor>>& shards,
                std::string_view config = "{}");
void WriteModel(FileSystem& fs, const std::string& directory,
                const std::vector<std::vector<TestTensor>>& shards, std::string_view config = "{}");

// Little-endian bytes of float32 values.
std::string F32(const std::vector<float>& values);

// A File over bytes in memory, for parsers alone.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string contents, std::string path = "test.safetensors")
      : contents_(std::move(contents)), path_(std::move(path)) {}

  const std::string& path() const override { return path_; }
  Result<FileInfo> Info() const override;
  Status ReadAt(std::uint64_t offset, MutableBytes out) const override;
  void WillRead(std::uint64_t, std::uint64_t) const override {}
  Status WriteAt(std::uint64_t, Bytes) override { return SystemError("read only"); }
  Status Reserve(std::uint64_t) override { return SystemError("read only"); }
  Status Truncate(std::uint64_t) override { return SystemError("read only"); }
  void StartWriteback(std::uint64_t, std::uint64_t) override {}
  Status Sync() override { return SystemError("read only"); }

 private:
  std::string contents_;
  std::string path_;
};

}  // namespace fuseo1::testing
