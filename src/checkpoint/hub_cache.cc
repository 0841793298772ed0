#include "checkpoint/hub_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/text.h"
#include "checkpoint/model_ref.h"
#include "io/errno_error.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxRefBytes = 4096;
constexpr std::size_t kCommitDigits = 40;
constexpr std::size_t kMinShortCommit = 7;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// "~/x" means the home directory, as in the reference library.
std::string ExpandHome(const std::string& path) {
  const std::string home = Environment("HOME");
  return StartsWith(path, "~/") && !home.empty() ? home + path.substr(1) : path;
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// One part of a path, not a way out of a folder.
bool IsSnapshotName(std::string_view name) {
  return LooksLikeRevision(name) && name.find('/') == std::string_view::npos;
}

Error NotCached(const std::string& name, const std::string& revision, const std::string& problem) {
  return {ErrorCode::kNetwork,
          fmt::format("model {}: {}. {}", Quoted(name), problem, HowToFetch(name, revision))};
}

Result<bool> IsDirectory(FileSystem& fs, const std::string& path) {
  FUSEO1_TRY(const FileInfo info, fs.Info(path));
  return info.kind == FileKind::kDirectory;
}

// The commits in the cache, for messages and short commits.
std::vector<std::string> Snapshots(FileSystem& fs, const std::string& repository) {
  auto names = fs.List(repository + "/snapshots");
  return names.ok() ? std::move(names).value() : std::vector<std::string>();
}

std::string CachedList(const std::vector<std::string>& snapshots) {
  if (snapshots.empty()) {
    return "no revision";
  }
  std::string list;
  for (std::size_t i = 0; i < snapshots.size() && i < 3; ++i) {
    list += (i == 0 ? "" : ", ") + Printable(snapshots[i], 40);
  }
  return snapshots.size() > 3 ? fmt::format("{} and {} more", list, snapshots.size() - 3) : list;
}

// The name of the snapshot's folder.
Result<std::string> FindCommit(FileSystem& fs, const std::string& repository,
                               const std::string& name, const std::string& revision) {
  const std::string wanted = revision.empty() ? "main" : revision;
  const std::string ref_path = repository + "/refs/" + wanted;
  FUSEO1_TRY(const FileInfo ref, fs.Info(ref_path));
  if (ref.kind != FileKind::kMissing && ref.kind != FileKind::kDirectory) {
    FUSEO1_TRY(const std::string text, ReadWholeFile(fs, ref_path, kMaxRefBytes));
    std::string commit(Trim(text));
    if (!IsSnapshotName(commit)) {
      return InputError(
          fmt::format("{}: expected a commit, found {}. The cache is damaged: remove "
                      "this file and fetch the model again.",
                      ShownPath(ref_path), Quoted(commit, 80)));
    }
    return commit;
  }
  const std::vector<std::string> snapshots = Snapshots(fs, repository);
  if (std::binary_search(snapshots.begin(), snapshots.end(), wanted)) {
    return wanted;
  }
  if (wanted.size() >= kMinShortCommit && wanted.size() < kCommitDigits && IsHex(wanted)) {
    std::vector<std::string> matches;
    std::copy_if(snapshots.begin(), snapshots.end(), std::back_inserter(matches),
                 [&](const std::string& commit) { return StartsWith(commit, wanted); });
    if (matches.size() > 1) {
      return UsageError(fmt::format("model {}: {} begins the commits {}; write more of its digits",
                                    Quoted(name), wanted, CachedList(matches)));
    }
    if (matches.size() == 1) {
      return matches.front();
    }
  }
  return NotCached(name, revision,
                   fmt::format("revision {} is not in the cache {}, which holds {}", Quoted(wanted),
                               ShownPath(repository), CachedList(snapshots)));
}

std::string FolderOf(const std::string& name) {
  std::string folder = "models--" + name;
  const std::size_t slash = folder.find('/');
  if (slash != std::string::npos) {
    folder.replace(slash, 1, "--");
  }
  return folder;
}

}  // namespace

std::string HubCacheDirectory(const std::string& cache_dir) {
  if (!cache_dir.empty()) {
    return ExpandHome(cache_dir);
  }
  struct Place {
    const char* variable;
    const char* below;
  };
  static constexpr Place kPlaces[] = {{"HF_HUB_CACHE", ""},
                                      {"HUGGINGFACE_HUB_CACHE", ""},
                                      {"HF_HOME", "/hub"},
                                      {"XDG_CACHE_HOME", "/huggingface/hub"},
                                      {"HOME", "/.cache/huggingface/hub"}};
  for (const Place& place : kPlaces) {
    const std::string value = Environment(place.variable);
    if (!value.empty()) {
      return ExpandHome(value) + place.below;
    }
  }
  return "";
}

std::string HowToFetch(const std::string& name, const std::string& revision) {
  std::string command = "hf download " + name;
  if (!revision.empty()) {
    command += " --revision " + revision;
  }
  const std::string endpoint = Environment("HF_ENDPOINT");
  const std::string offline = Environment("HF_HUB_OFFLINE");
  const bool is_offline = !offline.empty() && offline != "0";
  return fmt::format(
      "Get it with: {}{} ({}a gated model needs HF_TOKEN; HF_HOME and HF_HUB_CACHE "
      "move the cache), or name a local directory.",
      command, endpoint.empty() ? "" : " from HF_ENDPOINT " + Printable(endpoint, 80),
      is_offline ? "unset HF_HUB_OFFLINE for that; " : "");
}

std::string RepositoryOfSnapshot(const std::string& directory) {
  const std::size_t commit = directory.rfind('/');
  if (commit == std::string::npos || commit == 0) {
    return "";
  }
  const std::size_t snapshots = directory.rfind('/', commit - 1);
  if (snapshots == std::string::npos || snapshots == 0 ||
      directory.substr(snapshots, commit - snapshots) != "/snapshots") {
    return "";
  }
  const std::size_t repository = directory.rfind('/', snapshots - 1);
  if (repository == std::string::npos ||
      !StartsWith(std::string_view(directory).substr(repository), "/models--")) {
    return "";
  }
  return directory.substr(0, snapshots);
}

Result<HubSnapshot> FindInHubCache(FileSystem& fs, const std::string& name,
                                   const std::string& revision, const std::string& cache_dir) {
  const std::string cache = HubCacheDirectory(cache_dir);
  if (cache.empty()) {
    return NotCached(name, revision,
                     "there is no such local directory, and no Hugging Face cache to look into "
                     "(HF_HOME and HOME are not set)");
  }
  FUSEO1_TRY(const std::string repository, fs.Resolve(cache + "/" + FolderOf(name)));
  FUSEO1_TRY(const bool has_repository, IsDirectory(fs, repository));
  if (!has_repository) {
    return NotCached(name, revision,
                     fmt::format("there is no such local directory, and the Hugging Face cache {} "
                                 "does not hold it",
                                 ShownPath(cache)));
  }
  FUSEO1_TRY(const std::string commit, FindCommit(fs, repository, name, revision));
  HubSnapshot snapshot;
  snapshot.repository = repository;
  FUSEO1_TRY(snapshot.directory, fs.Resolve(repository + "/snapshots/" + commit));
  if (!StartsWith(snapshot.directory, repository + "/")) {
    return InputError(fmt::format(
        "{}/snapshots/{}: a link out of the repository's folder, to {}. The cache is damaged: "
        "remove it and fetch the model again.",
        ShownPath(repository), commit, ShownPath(snapshot.directory)));
  }
  FUSEO1_TRY(const bool has_snapshot, IsDirectory(fs, snapshot.directory));
  if (!has_snapshot) {
    return NotCached(
        name, revision,
        fmt::format("its snapshot {} is not in the cache {}", commit, ShownPath(repository)));
  }
  return snapshot;
}

}  // namespace fuseo1
