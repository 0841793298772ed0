// The durable record of finished tensors: a file of checksummed groups of records behind a header
// that says for which plan. docs/formats.md has the bytes. A record counts once Append has
// returned. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/run_merge.h"
#include "io/file_system.h"

namespace fuseo1 {

inline constexpr std::string_view kJournalName = ".fuseo1-journal";

struct JournalRecord {
  std::uint32_t job = 0;  // index of MergePlan::jobs
  TensorOutcome outcome;
};

class Journal {
 public:
  // Creates the journal of a new merge, durably. `identity`: one line per fact that decides output
  // bytes.
  static Result<Journal> Create(FileSystem& fs, const std::string& directory,
                                const std::vector<std::string>& identity);

  // Opens the journal of an interrupted merge and reads its records. A torn last group is cut off;
  // any other damage is kInput. kInput too where `identity` differs from the one recorded: the
  // lines that changed are named.
  static Result<Journal> Open(FileSystem& fs, const std::string& directory,
                              const std::vector<std::string>& identity, std::uint32_t job_count,
                              std::vector<JournalRecord>* records);

  // Appends and syncs; where a call fails, nothing more may be appended.
  Status Append(std::span<const JournalRecord> records);

 private:
  Journal(std::unique_ptr<File> file, std::uint64_t end) : file_(std::move(file)), end_(end) {}

  std::unique_ptr<File> file_;
  std::uint64_t end_;  // where the next record goes
};

}  // namespace fuseo1
