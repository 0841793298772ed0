// Runs a plan: streams the inputs through the method into shard files, durably, resumably, in
// bounded memory.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/text_sink.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"

namespace fuseo1 {

struct EngineOptions {
  int threads = 0;                 // 0: the processors this process may use
  std::uint64_t memory_bytes = 0;  // budget for buffers; 0: a share of the machine
  std::uint64_t chunk_elems = 0;   // rounded up to whole segments; 0: chosen
  std::uint64_t shared_elems = 0;  // larger tensors are shared by all threads; 0: chosen
  std::uint64_t commit_bytes = 0;  // of output, between two commits; 0: chosen
  bool use_io_uring = false;
  bool trust_journal = false;  // do not re-hash finished tensors when a merge resumes
  bool overwrite = false;      // a finished output of ours, or foreign files, may be in the way
};

// Remarks on a tensor. Copies share them.
class Notes {
 public:
  Notes() = default;
  explicit Notes(std::vector<std::string> texts) {
    if (!texts.empty()) {
      texts_ = std::make_shared<const std::vector<std::string>>(std::move(texts));
    }
  }
  std::span<const std::string> texts() const {
    return texts_ == nullptr ? std::span<const std::string>() : *texts_;
  }
  friend bool operator==(const Notes& a, const Notes& b) {
    return std::equal(a.texts().begin(), a.texts().end(), b.texts().begin(), b.texts().end());
  }

 private:
  std::shared_ptr<const std::vector<std::string>> texts_;
};

// What one tensor turned out to be. Order: MergePlan::jobs.
struct TensorOutcome {
  Hash128 hash;  // xxh3-128 of the stored bytes
  std::uint64_t nan_in = 0;
  std::uint64_t inf_in = 0;
  std::uint64_t nan_out = 0;
  std::uint64_t inf_out = 0;
  Notes notes;
};

struct MergeReport {
  std::vector<TensorOutcome> tensors;
  std::uint64_t resumed_tensors = 0;  // taken over from an interrupted run
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  double seconds = 0;
};

// A file beside the tensors: contents, a file to copy unread, or what makes the contents.
struct SideFile {
  std::string name;  // basename in the output
  std::string contents;
  std::string copy_from;                                   // absolute path; empty: contents
  std::function<void(const TextSink&)> produce = nullptr;  // instead of contents
};

struct MergeProgress {
  std::uint64_t done_bytes = 0;  // of output
  std::uint64_t total_bytes = 0;
  std::uint64_t io_bytes = 0;  // read and written so far
  std::uint64_t tensors_done = 0;
  std::uint64_t tensors_total = 0;
};

struct MergeHooks {
  // Called from one thread, about ten times a second.
  std::function<void(const MergeProgress&)> progress;
  // Set by a signal handler: the merge ends within a second with kInterrupted, resumable.
  const std::atomic<bool>* stop = nullptr;
  // Once every tensor is durable: the files to publish beside the shards.
  std::function<Result<std::vector<SideFile>>(const MergeReport&)> side_files;
};

// Errors: kInterrupted, kSystem, kInput (an input changed or is short). After an error the output
// directory holds no index and no model.safetensors; the same call goes on where this one stopped.
Result<MergeReport> RunMerge(FileSystem& fs, const MergePlan& plan, const std::string& output_dir,
                             const EngineOptions& options, const MergeHooks& hooks);

}  // namespace fuseo1
