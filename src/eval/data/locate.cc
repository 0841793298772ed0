#include "eval/data/locate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr int kMaxFolderDepth = 4;
constexpr std::size_t kMaxFiles = 1'000;

bool IsData(std::string_view name) {
  return EndsWith(name, ".jsonl") || EndsWith(name, ".parquet") || EndsWith(name, ".ndjson");
}

Status Collect(FileSystem& fs, const std::string& folder, int depth,
               std::vector<std::string>& files) {
  FUSEO1_TRY(const std::vector<std::string> names, fs.List(folder));
  for (const std::string& name : names) {
    if (StartsWith(name, ".")) {
      continue;
    }
    const std::string path = folder + "/" + name;
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind == FileKind::kRegular && IsData(name)) {
      files.push_back(path);
    } else if (info.kind == FileKind::kDirectory && depth < kMaxFolderDepth) {
      FUSEO1_TRY_VOID(Collect(fs, path, depth + 1, files));
    }
    if (files.size() > kMaxFiles) {
      return InputError(fmt::format("{}: more than {} data files", folder, kMaxFiles));
    }
  }
  return {};
}

std::vector<std::string> Matching(const std::vector<std::string>& files, const std::string& root,
                                  std::string_view part) {
  std::vector<std::string> matching;
  for (const std::string& file : files) {
    if (Contains(std::string_view(file).substr(root.size()), part)) {
      matching.push_back(file);
    }
  }
  return matching;
}

// The files of one kind: a folder that holds both forms of the same data must not count it twice.
std::vector<std::string> OneForm(std::vector<std::string> files) {
  const auto is_parquet = [](const std::string& file) { return EndsWith(file, ".parquet"); };
  if (!std::all_of(files.begin(), files.end(), is_parquet)) {
    files.erase(std::remove_if(files.begin(), files.end(), is_parquet), files.end());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<std::string>> InFolder(FileSystem& fs, const BenchmarkDef& benchmark,
                                          const std::string& folder) {
  std::vector<std::string> files;
  FUSEO1_TRY_VOID(Collect(fs, folder, 0, files));
  for (const std::string_view part : {benchmark.name, benchmark.file_hint}) {
    std::vector<std::string> matching = Matching(files, folder, part);
    if (!matching.empty()) {
      return OneForm(std::move(matching));
    }
  }
  if (files.empty()) {
    return InputError(fmt::format("{}: no .jsonl or .parquet file in it", folder));
  }
  return OneForm(std::move(files));
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string HubCache() {
  if (const std::string cache = Environment("HF_HUB_CACHE"); !cache.empty()) {
    return cache;
  }
  std::string home = Environment("HF_HOME");
  if (home.empty()) {
    const std::string xdg = Environment("XDG_CACHE_HOME");
    home = (xdg.empty() ? Environment("HOME") + "/.cache" : xdg) + "/huggingface";
  }
  return home + "/hub";
}

// The snapshot that refs/main names, else the only or last one.
Result<std::string> Snapshot(FileSystem& fs, const std::string& repository) {
  const std::string ref = repository + "/refs/main";
  const Result<std::string> main = ReadWholeFile(fs, ref, 256);
  if (main.ok()) {
    std::string revision(Trim(*main));
    const bool plain =
        !revision.empty() && revision.find('/') == std::string::npos && !StartsWith(revision, ".");
    const std::string path = repository + "/snapshots/" + revision;
    const Result<FileInfo> info = fs.Info(path);
    if (plain && info.ok() && info->kind == FileKind::kDirectory) {
      return path;
    }
  }
  const Result<std::vector<std::string>> snapshots = fs.List(repository + "/snapshots");
  if (snapshots.ok() && !snapshots->empty()) {
    return repository + "/snapshots/" + snapshots->back();
  }
  return InputError("no snapshot");
}

}  // namespace

Result<std::vector<std::string>> LocateData(FileSystem& fs, const BenchmarkDef& benchmark,
                                            const std::string& path) {
  if (!path.empty()) {
    FUSEO1_TRY(const FileInfo info, fs.Info(path));
    if (info.kind == FileKind::kMissing) {
      return UsageError(fmt::format("{}: no such file or folder (--data)", Quoted(path)));
    }
    if (info.kind == FileKind::kDirectory) {
      return InFolder(fs, benchmark, path);
    }
    return std::vector<std::string>{path};
  }
  std::string repository = "datasets--" + std::string(benchmark.source);
  for (std::size_t slash = repository.find('/'); slash != std::string::npos;
       slash = repository.find('/', slash)) {
    repository.replace(slash, 1, "--");
  }
  const std::string cache = HubCache();
  const Result<std::string> snapshot = Snapshot(fs, cache + "/" + repository);
  if (!snapshot.ok()) {
    return Error(ErrorCode::kNetwork,
                 fmt::format("no problems for {}: give them with --data PATH, or fetch them with "
                             "`hf download --repo-type dataset {}` (looked in {})",
                             benchmark.name, benchmark.source, cache));
  }
  return InFolder(fs, benchmark, *snapshot);
}

}  // namespace fuseo1
