#include "cli/verify_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/parallel.h"
#include "io/safetensors.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::string_view kIndexName = "model.safetensors.index.json";
constexpr std::string_view kReadme = "README.md";
constexpr std::string_view kUnfinished = ".fuseo1-journal";

bool Exists(FileSystem& fs, const std::string& path) {
  const auto info = fs.Info(path);
  return info.ok() && info->kind != FileKind::kMissing;
}

// The manifest speaks of every tensor of a shard, and of no other.
void CheckTensors(const std::vector<StoredTensor>& stored,
                  const std::vector<const ManifestTensor*>& expected, const std::string& file,
                  std::vector<std::string>& damage) {
  std::map<std::string_view, const StoredTensor*> unnamed;
  for (const StoredTensor& tensor : stored) {
    unnamed.emplace(tensor.name.view(), &tensor);
  }
  for (const ManifestTensor* const named : expected) {
    const ManifestTensor& tensor = *named;
    const auto found = unnamed.find(tensor.name);
    if (found == unnamed.end()) {
      damage.push_back(fmt::format("{}: tensor {} of the manifest is not there, or named twice",
                                   file, Quoted(tensor.name)));
      continue;
    }
    const StoredTensor& is = *found->second;
    if (is.dtype != tensor.dtype || !(is.shape == tensor.shape) || is.offset != tensor.offset ||
        is.Bytes() != tensor.bytes) {
      damage.push_back(
          fmt::format("{}: tensor {} has another type, shape or place than the "
                      "manifest says",
                      file, Quoted(tensor.name)));
    }
    unnamed.erase(found);
  }
  if (!unnamed.empty()) {
    damage.push_back(fmt::format("{}: {} tensors, the first {}, are not in the manifest", file,
                                 unnamed.size(), Quoted(unnamed.begin()->first)));
  }
}

// Sizes and headers; the files that are right enough to hash tensors in.
std::vector<std::unique_ptr<File>> CheckShards(FileSystem& fs, const std::string& dir,
                                               const Manifest& manifest,
                                               std::vector<std::string>& damage) {
  std::vector<std::unique_ptr<File>> files;
  Interner interner;
  std::vector<std::vector<const ManifestTensor*>> expected(manifest.shards.size());
  for (const ManifestTensor& tensor : manifest.tensors) {
    expected[static_cast<std::size_t>(tensor.shard)].push_back(&tensor);
  }
  for (const ManifestShard& shard : manifest.shards) {
    files.push_back(nullptr);
    Result<std::unique_ptr<File>> file = fs.OpenRead(dir + "/" + shard.name);
    if (!file.ok()) {
      damage.push_back(file.error().message());
      continue;
    }
    const auto info = (*file)->Info();
    if (info.ok() && info->bytes != shard.bytes) {
      damage.push_back(fmt::format("{}: {} bytes, the manifest says {}", Quoted(shard.name),
                                   info->bytes, shard.bytes));
    }
    const auto header = ReadSafetensorsHeader(**file, interner);
    if (!header.ok()) {
      damage.push_back(header.error().message());
    } else if (header->header_hash != shard.header_hash) {
      damage.push_back(fmt::format("{}: the header's hash is {}, the manifest says {}",
                                   Quoted(shard.name), header->header_hash.Hex(),
                                   shard.header_hash.Hex()));
    } else {
      CheckTensors(header->tensors, expected[files.size() - 1], Quoted(shard.name), damage);
    }
    files.back() = std::move(*file);
  }
  return files;
}

Result<Hash128> HashRange(const File& file, std::uint64_t offset, std::uint64_t bytes,
                          const std::function<bool(std::uint64_t)>& go_on) {
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kReadBytes)));
  StreamHash hash;
  for (std::uint64_t done = 0; done < bytes;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, bytes - done));
    const MutableBytes out = MutableBytes(buffer).first(count);
    FUSEO1_TRY_VOID(file.ReadAt(offset + done, out));
    hash.Update(out);
    done += count;
    if (!go_on(count)) {
      return Error(ErrorCode::kInterrupted, "interrupted; run the same command again");
    }
  }
  return hash.Digest();
}

// The index names exactly the manifest's tensors, each in its shard; a single file has no index.
void CheckIndex(FileSystem& fs, const std::string& dir, const Manifest& manifest,
                std::vector<std::string>& damage) {
  const std::string path = dir + "/" + std::string(kIndexName);
  const bool single = manifest.shards.size() == 1 && manifest.shards[0].name == "model.safetensors";
  if (single) {
    if (Exists(fs, path)) {
      damage.push_back(fmt::format("{}: does not belong here, a reader would prefer it to {}",
                                   kIndexName, manifest.shards[0].name));
    }
    return;
  }
  const auto text = ReadWholeFile(fs, path, kMaxIndexJsonBytes);
  if (!text.ok()) {
    damage.push_back(text.error().message());
    return;
  }
  const auto json = ParseJson(*text, {.max_bytes = kMaxIndexJsonBytes});
  const Json* map = json.ok() ? FindKey(*json, "weight_map") : nullptr;
  if (map == nullptr || !map->is_object()) {
    damage.push_back(fmt::format("{}: holds no \"weight_map\"", kIndexName));
    return;
  }
  std::map<std::string_view, std::string_view> shard_of;
  for (const ManifestTensor& tensor : manifest.tensors) {
    shard_of[tensor.name] = manifest.shards[static_cast<std::size_t>(tensor.shard)].name;
  }
  for (const auto& [name, shard] : map->items()) {
    const auto known = shard_of.find(name);
    if (known == shard_of.end() || !shard.is_string() ||
        shard.get_ref<const std::string&>() != known->second) {
      damage.push_back(
          fmt::format("{}: tensor {} is not where the manifest says", kIndexName, Quoted(name)));
      return;
    }
  }
  if (map->size() != manifest.tensors.size()) {
    damage.push_back(fmt::format("{}: {} tensors, the manifest says {}", kIndexName, map->size(),
                                 manifest.tensors.size()));
  }
}

void CheckSideFiles(FileSystem& fs, const std::string& dir, const Manifest& manifest,
                    VerifyReport& report) {
  for (const ManifestSideFile& side : manifest.side_files) {
    const auto text = ReadWholeFile(fs, dir + "/" + side.name, kMaxTokenizerJsonBytes);
    std::string finding;
    if (!text.ok()) {
      finding = text.error().message();
    } else if (HashText(*text) != side.hash) {
      finding = fmt::format("{}: not the contents that the merge wrote ({} bytes, then {})",
                            Quoted(side.name), text->size(), side.bytes);
    }
    if (!finding.empty()) {
      (side.name == kReadme ? report.remarks : report.damage).push_back(std::move(finding));
    }
  }
}

}  // namespace

Result<Manifest> ReadManifest(FileSystem& fs, const std::string& output_dir) {
  const std::string path = output_dir + "/" + std::string(kManifestName);
  FUSEO1_TRY(const FileInfo info, fs.Info(path));
  if (info.kind == FileKind::kMissing) {
    if (Exists(fs, output_dir + "/" + std::string(kUnfinished))) {
      return UsageError(
          fmt::format("{}: holds an unfinished merge; run the same merge again to go on with it",
                      Quoted(output_dir)));
    }
    return UsageError(
        fmt::format("{}: holds no {}; verify checks the folders that fuseo1 merge wrote",
                    Quoted(output_dir), kManifestName));
  }
  FUSEO1_TRY(const std::string text, ReadWholeFile(fs, path, kMaxManifestBytes));
  Result<Manifest> manifest = ParseManifest(text);
  return manifest.ok() ? std::move(manifest)
                       : Result<Manifest>(std::move(manifest).TakeError().In(Quoted(path)));
}

Result<VerifyReport> VerifyOutput(FileSystem& fs, const std::string& output_dir,
                                  const Manifest& manifest, int threads, const VerifyHooks& hooks) {
  VerifyReport report;
  const auto files = CheckShards(fs, output_dir, manifest, report.damage);
  CheckIndex(fs, output_dir, manifest, report.damage);
  CheckSideFiles(fs, output_dir, manifest, report);
  std::uint64_t total_bytes = 0;
  for (const ManifestTensor& tensor : manifest.tensors) {
    total_bytes += tensor.bytes;
  }
  // Largest first, so that no thread ends long after the others.
  std::vector<std::size_t> order(manifest.tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return manifest.tensors[a].bytes > manifest.tensors[b].bytes;
  });
  std::vector<std::optional<std::string>> findings(manifest.tensors.size());
  std::mutex progress_mutex;
  const auto go_on = [&](std::uint64_t bytes) {
    if (hooks.progress) {
      const std::lock_guard lock(progress_mutex);
      report.bytes += bytes;
      hooks.progress(report.bytes, total_bytes);
    }
    return hooks.stop == nullptr || !*hooks.stop;
  };
  FUSEO1_TRY_VOID(
      RunParallel(threads, order.size(), hooks.stop, [&](std::size_t at, int) -> Status {
        const ManifestTensor& tensor = manifest.tensors[order[at]];
        const auto& file = files[static_cast<std::size_t>(tensor.shard)];
        if (file == nullptr) {
          return {};  // the shard's own finding says it
        }
        const Result<Hash128> hash = HashRange(*file, tensor.offset, tensor.bytes, go_on);
        if (!hash.ok()) {
          if (hash.error().code() != ErrorCode::kInput) {
            return hash.error();
          }
          findings[order[at]] =
              fmt::format("tensor {}: {}", Quoted(tensor.name), hash.error().message());
        } else if (*hash != tensor.hash) {
          findings[order[at]] =
              fmt::format("{}: tensor {}: its bytes hash to {}, the manifest says {}",
                          Quoted(manifest.shards[static_cast<std::size_t>(tensor.shard)].name),
                          Quoted(tensor.name), hash->Hex(), tensor.hash.Hex());
        }
        return {};
      }));
  for (auto& finding : findings) {
    if (finding) {
      report.damage.push_back(*std::move(finding));
    }
  }
  report.tensors = manifest.tensors.size();
  report.bytes = total_bytes;
  return report;
}

}  // namespace fuseo1
