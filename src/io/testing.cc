#include "io/testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/json.h"

namespace fuseo1::testing {
namespace {

template <class T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "test set-up: %s\n", result.error().message().c_str());
    std::abort();
  }
  return std::move(result).value();
}

void Must(const Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "test set-up: %s\n", status.error().message().c_str());
    std::abort();
  }
}

std::string PatternFor(const std::string& name, std::uint64_t bytes) {
  std::string data(static_cast<std::size_t>(bytes), '\0');
  std::uint64_t state = HashText(name).low;
  for (char& c : data) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    // The top bits stay below the exponents of NaN and infinity in every float format.
    c = static_cast<char>(state >> 58);
  }
  return data;
}

}  // namespace

TempDirectory::TempDirectory() {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base == nullptr ? "/tmp" : base) + "/fuseo1-test-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = std::filesystem::canonical(path).string();
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void WriteText(FileSystem& fs, const std::string& path, std::string_view contents) {
  Must(fs.MakeDirectories(path.substr(0, path.rfind('/'))));
  if (Must(fs.Info(path)).kind != FileKind::kMissing) {
    Must(fs.Remove(path));
  }
  const auto file = Must(fs.Create(path));
  Must(file->WriteAt(0, std::as_bytes(std::span(contents))));
  Must(file->Sync());
}

void WriteText(const std::string& path, std::string_view contents) {
  WriteText(PosixFileSystem(), path, contents);
}

std::string ReadText(const std::string& path) {
  return Must(ReadWholeFile(PosixFileSystem(), path, 1ull << 40));
}

std::string SafetensorsFile(const std::vector<TestTensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const TestTensor& tensor : tensors) {
    specs.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  const SafetensorsLayout layout = LayOutSafetensors(specs);
  std::string file = SafetensorsHeaderText(specs);
  file.resize(static_cast<std::size_t>(layout.file_bytes));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    std::uint64_t bits = static_cast<std::uint64_t>(DTypeBits(tensors[i].dtype));
    for (const std::uint64_t dim : tensors[i].shape) {
      bits *= dim;
    }
    const std::string data =
        tensors[i].data.empty() ? PatternFor(tensors[i].name, bits / 8) : tensors[i].data;
    if (data.size() != bits / 8) {
      std::fprintf(stderr, "test set-up: tensor %s has %zu bytes\n", tensors[i].name.c_str(),
                   data.size());
      std::abort();
    }
    std::memcpy(file.data() + layout.offsets[i], data.data(), data.size());
  }
  return file;
}

std::string RawSafetensors(std::string_view header, std::string_view data) {
  std::string file;
  for (int shift = 0; shift < 64; shift += 8) {
    file.push_back(static_cast<char>(header.size() >> shift & 0xff));
  }
  file += header;
  file += data;
  return file;
}

void WriteModel(FileSystem& fs, const std::string& directory,
                const std::vector<std::vector<TestTensor>>& shards, std::string_view config) {
  WriteText(fs, directory + "/config.json", config);
  if (shards.size() == 1) {
    WriteText(fs, directory + "/model.safetensors", SafetensorsFile(shards[0]));
    return;
  }
  Json map = Json::object();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    const std::string file = SafetensorsFile(shards[i]);
    for (const TestTensor& tensor : shards[i]) {
      map[tensor.name] = name;
      std::uint64_t bytes = static_cast<std::uint64_t>(DTypeBits(tensor.dtype)) / 8;
      for (const std::uint64_t dim : tensor.shape) {
        bytes *= dim;
      }
      total += bytes;
    }
    WriteText(fs, directory + "/" + name, file);
  }
  WriteText(fs, directory + "/model.safetensors.index.json",
            DumpJson({{"metadata", {{"total_size", total}}}, {"weight_map", map}}));
}

void WriteModel(const std::string& directory, const std::vector<std::vector<TestTensor>>& shards,
                std::string_view config) {
  WriteModel(PosixFileSystem(), directory, shards, config);
}

std::string F32(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Result<FileInfo> MemoryFile::Info() const {
  return FileInfo{.kind = FileKind::kRegular,
                  .bytes = contents_.size(),
                  .mtime_ns = 0,
                  .inode = 0,
                  .device = 0};
}

Status MemoryFile::ReadAt(std::uint64_t offset, MutableBytes out) const {
  if (offset > contents_.size() || out.size() > contents_.size() - offset) {
    return EndOfFileError(path_, offset, out.size(), contents_.size());
  }
  if (!out.empty()) {
    std::memcpy(out.data(), contents_.data() + offset, out.size());
  }
  return {};
}

}  // namespace fuseo1::testing
