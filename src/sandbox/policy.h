// What an untrusted program may do and see: the limits, and the walls that hold it. Plain values;
// any thread.
//
// Every wall can be named and, for the tests that prove each one is real, left out. A policy with a
// wall left out is never what a run uses; SandboxPolicy::Complete() says whether it is whole.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace fuseo1 {

enum class Wall {
  kUnprivilegedUid,  // the launcher leaves uid 0 before anything else: limits per uid do not bind
                     // root
  kPidNamespace,     // no process outside can be seen or signalled; killing its init kills all
  kNetNamespace,     // no network, no abstract sockets of the machine
  kIpcNamespace,     // no System V objects of the machine
  kUtsNamespace,     // no host name
  kCgroupNamespace,  // no cgroup paths
  kOwnRoot,          // a tmpfs with /usr in it; the machine's files are not there
  kReadOnlyUsr,      // /usr is mounted read-only
  kReadOnlyRoot,     // and so is the root itself
  kTmpQuota,         // /tmp: 64 MiB and 4,096 inodes
  kNoCapabilities,   // no capability, not even inside the namespaces
  kSeccomp,          // the system call filter of filter.h
  kLandlock,  // a second wall around files: nothing written outside /tmp, nothing run from it
  kAddressSpaceLimit,  // memory of one process
  kCpuLimit,           // processor time of one process
  kFileSizeLimit,      // size of one file
  kOpenFilesLimit,     // descriptors of one process
  kProcessLimit,       // processes and threads
  kTimerLimit,         // queued signals and timers
  kCoreLimit,          // no core dumps
  kEmptyEnvironment,   // for every process inside, bubblewrap's own included
  kClosedDescriptors,  // only 0, 1, 2 and the control socket come in
  kNewSession,         // no controlling terminal
  kHiddenDriver,       // the driver's memory and descriptors cannot be read by the program
  kWallClock,          // the launcher ends a program that sleeps
  kOutputLimit,        // the launcher ends a program that floods a pipe
  kMemoryCgroup,       // memory of all processes together (where cgroups can be written)
  kPidsCgroup,         // and their number
};

inline constexpr int kWallCount = 28;

// "seccomp", "read-only-usr", …
std::string_view WallName(Wall wall);
// What the wall keeps out, in one line.
std::string_view WallPurpose(Wall wall);

struct SandboxPolicy {
  std::uint64_t memory_limit_bytes =
      4 * kGiB;  // RLIMIT_AS, and the cgroup's limit for all together
  std::uint64_t tmp_bytes = 64 * kMiB;
  std::uint64_t tmp_inodes = 4096;
  std::uint64_t file_size_bytes = 16 * kMiB;
  std::uint64_t open_files = 64;
  std::uint64_t processes = 64;  // processes and threads, bubblewrap's two and the driver included
  std::uint64_t timers = 1024;
  std::string interpreter = "/usr/bin/python3";  // below /usr
  std::string bubblewrap = "/usr/bin/bwrap";
  std::set<Wall> left_out = {};  // tests only

  // No sandbox at all: a plain child process with the resource limits. The user must ask for it by
  // name
  // (--unsafe-no-sandbox), and every result made with it says so.
  bool unsafe_no_sandbox = false;

  bool Has(Wall wall) const { return !unsafe_no_sandbox && !left_out.contains(wall); }
  bool Complete() const { return left_out.empty() && !unsafe_no_sandbox; }
};

}  // namespace fuseo1
