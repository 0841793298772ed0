// Runs untrusted Python programs. One Sandbox is one set of namespaces with one warm interpreter
// that forks for every run; ending it kills everything inside. Fails closed: Start() returns an
// error (kSystem) unless every wall of the policy stands.
//
// A Sandbox belongs to the thread that started it: the kernel ends it when that thread ends.
// Different sandboxes may run on different threads at once. Start() makes the process ignore
// SIGPIPE.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/cgroup.h"
#include "sandbox/channel.h"
#include "sandbox/descriptor.h"
#include "sandbox/policy.h"

namespace fuseo1 {

struct RunLimits {
  std::uint64_t cpu_seconds = 7;  // of each process; 0: none
  std::chrono::milliseconds wall{20'000};
  std::uint64_t max_output_bytes = kMaxProgramOutputBytes;  // stdout and the harness's result, each
};

// How a run ended. The first that applies.
enum class RunEnd {
  kExited,       // by itself or by a signal: wait_status
  kOutputLimit,  // wrote more than max_output_bytes
  kWallLimit,    // still ran after the wall time
  kOutOfMemory,  // the control group ran out of memory
  kLost,         // the program brought the sandbox down (killed the driver, for example)
};

struct RunOutcome {
  RunEnd end = RunEnd::kLost;
  int wait_status = 0;  // as waitpid gives it, for kExited
  std::uint64_t cpu_us = 0;
  std::uint64_t wall_us = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::string out;       // stdout, at most max_output_bytes
  std::string err_tail;  // the last 4 KiB of stderr
  std::string result;    // what the harness wrote on descriptor 4
};

class Sandbox {
 public:
  static Result<Sandbox> Start(const SandboxPolicy& policy);
  Sandbox(Sandbox&& other) noexcept = default;
  Sandbox& operator=(Sandbox&& other) noexcept;
  ~Sandbox();

  // Kills what is inside and does not wait for its end: this thread's next Start() does that, or
  // the end of the thread, or WaitForRetired().
  static void Retire(Sandbox sandbox);
  static void WaitForRetired();

  // Compiles `program`. The text returned is empty, or says why it does not compile. With `harness`
  // not empty, runs execute the harness, which finds the program's marshalled code as
  // `__program__`, reads Run()'s `data` from descriptor 3 and writes its result to 4; without one,
  // the program itself.
  Result<std::string> Load(std::string_view program, std::string_view harness = {});

  // One run of the loaded program with `input` as the file on its stdin. What a program can do to a
  // sandbox is an outcome; kSystem only where this process has no descriptors or memory. After
  // kWallLimit, kOutputLimit, kOutOfMemory, kLost, or a run that left files in /tmp, reusable() is
  // false and a new sandbox is needed.
  Result<RunOutcome> Run(std::string_view input, std::string_view data, const RunLimits& limits);

  bool reusable() const { return reusable_; }

 private:
  Sandbox() = default;
  void Signal();  // kills what is inside
  void Kill();    // and waits until nothing of it is left
  Result<std::string> Compiled(std::string_view text);

  std::optional<Cgroup> cgroup_;
  Channel channel_;
  Descriptor errors_, process_;  // bubblewrap's, or the interpreter's without a sandbox
  pid_t pid_ = -1;
  std::string interpreter_;
  std::uint64_t oom_kills_ = 0;
  std::int64_t owner_uid_ = -1;  // who owns the pipes, where it is not us
  bool untouched_ = true;        // no program has been here
  bool has_harness_ = false, reusable_ = false, bare_ = false, limit_wall_ = true,
       limit_output_ = true;
};

// One wall as found by trying: a probe program looks at it from inside.
struct WallState {
  std::string name, purpose;
  bool on = false;
  bool required = true;  // control groups are not: the resource limits stand without them
  std::string why;       // what was seen
};

// Starts a sandbox and looks at every wall from inside. With an unusable machine every wall is off
// and says why.
std::vector<WallState> CheckSandbox(const SandboxPolicy& policy);
// OK where every required wall stands.
Status RequireSandbox(const SandboxPolicy& policy);

}  // namespace fuseo1
