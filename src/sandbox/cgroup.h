// A control group for the processes of one sandbox: memory and number of all of them together.
// Version 2 where its controllers can be used, else version 1; where neither can be written there
// is none, and the resource limits of each process stand alone. Owned by one sandbox; not shared
// between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace fuseo1 {

class Cgroup {
 public:
  // Groups below the one we are in. An Error (kSystem) says why there are none.
  static Result<Cgroup> Create(bool memory, std::uint64_t memory_bytes, bool pids,
                               std::uint64_t max_pids);

  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&& other) noexcept;
  ~Cgroup();  // removes the folders; its processes must have ended

  // Files into which a process of one thread writes "0" to join, one for each hierarchy (one or
  // two).
  const std::vector<std::string>& procs_files() const { return procs_files_; }
  // How many processes the kernel ended in it for want of memory.
  std::uint64_t OutOfMemoryKills() const;

 private:
  Cgroup() = default;
  void Remove();

  std::vector<std::string> folders_, procs_files_;
  std::string oom_file_;
};

// Removes groups that a killed fuseo1 left behind. Cheap; called once before the first sandbox.
void RemoveStaleCgroups();

}  // namespace fuseo1
