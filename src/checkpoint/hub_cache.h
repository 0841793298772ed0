// The Hugging Face cache on disk: from a model's name and revision to the snapshot's folder. Reads
// the environment (HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HOME) and the
// cache; never the network. Any thread that does not change the environment.
#pragma once

#include <string>

#include "base/result.h"
#include "io/file_system.h"

namespace fuseo1 {

struct HubSnapshot {
  std::string repository;  // …/models--owner--name, links resolved: files may lie anywhere below
  std::string directory;   // …/snapshots/<commit>, links resolved
};

// Where the cache lies; "" where neither cache_dir nor the environment says it.
std::string HubCacheDirectory(const std::string& cache_dir);

// name passes LooksLikeHubName, revision is empty (main) or passes LooksLikeRevision: a ref, a
// commit, or the first 7 or more digits of one. Errors: kNetwork where it is not cached, with the
// command that fetches it; kInput where the cache is damaged; kUsage for an ambiguous commit.
Result<HubSnapshot> FindInHubCache(FileSystem& fs, const std::string& name,
                                   const std::string& revision, const std::string& cache_dir);

// How to get the model, as a sentence for errors.
std::string HowToFetch(const std::string& name, const std::string& revision);

// The repository's folder where `directory` (links resolved) is a snapshot of a hub cache, else "".
std::string RepositoryOfSnapshot(const std::string& directory);

}  // namespace fuseo1
