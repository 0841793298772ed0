#include "sandbox/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>

#include <string>
#include <vector>

#include "base/embed.h"
#include "base/text.h"
#include "sandbox/filter.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(StageProgram, FUSEO1_STAGE_PATH)

// Descriptors of the spawned process; our own are kept above all of these.
constexpr int kControlFd = 3, kFilterFd = 5, kArgumentsFd = 6, kFirstCgroupFd = 8,
              kFirstFreeFd = 20;

Result<Descriptor> InMemory(const char* name, std::string_view bytes) {
  const Descriptor low = MemoryFile(name, bytes);
  Descriptor fd(low.valid() ? fcntl(low.get(), F_DUPFD_CLOEXEC, kFirstFreeFd) : -1);
  if (!fd.valid()) {
    return SystemError(std::string("the sandbox needs a memory file: ") + strerror(errno));
  }
  return fd;
}

// What bubblewrap is told: NUL after every argument, so that no process inside can read it in a
// command line.
std::string BubblewrapArguments(const SandboxPolicy& policy) {
  std::vector<std::string> args;
  const auto add = [&args](std::initializer_list<std::string> more) {
    args.insert(args.end(), more);
  };
  add({"--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000",
       "--die-with-parent"});
  if (policy.Has(Wall::kPidNamespace)) add({"--unshare-pid"});
  if (policy.Has(Wall::kNetNamespace)) add({"--unshare-net"});
  if (policy.Has(Wall::kIpcNamespace)) add({"--unshare-ipc"});
  if (policy.Has(Wall::kUtsNamespace)) add({"--unshare-uts", "--hostname", "sandbox"});
  if (policy.Has(Wall::kCgroupNamespace)) add({"--unshare-cgroup"});
  if (policy.Has(Wall::kNewSession)) add({"--new-session"});
  if (!policy.Has(Wall::kNoCapabilities)) add({"--cap-add", "ALL"});
  if (policy.Has(Wall::kOwnRoot)) {
    add({policy.Has(Wall::kReadOnlyUsr) ? "--ro-bind" : "--bind", "/usr", "/usr"});
    for (const char* folder : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
      const std::string target = std::string("/usr/") + folder;
      if (access(target.c_str(), F_OK) == 0)
        add({"--symlink", target.substr(1), std::string("/") + folder});
    }
  } else {
    add({"--ro-bind", "/", "/"});
  }
  if (policy.Has(Wall::kPidNamespace)) {
    add({"--proc", "/proc"});
  } else {
    add({"--ro-bind", "/proc", "/proc"});
  }
  add({"--dev-bind", "/dev", "/dev", "--bind", "/tmp", "/tmp"});  // both made by the outer stage
  if (policy.Has(Wall::kReadOnlyRoot)) add({"--remount-ro", "/"});
  if (policy.Has(Wall::kSeccomp)) add({"--seccomp", std::to_string(kFilterFd)});
  add({"--chdir", "/tmp"});
  std::string packed;
  for (const std::string& arg : args) packed.append(arg).push_back('\0');
  return packed;
}

// The whole command: the stages around bubblewrap, or the inner stage alone without a sandbox.
std::vector<std::string> Command(const SandboxPolicy& policy, const std::string& starter) {
  const auto limit = [&policy](Wall wall, std::uint64_t value) {
    return policy.unsafe_no_sandbox || policy.Has(wall) ? std::to_string(value) : std::string("-");
  };
  const auto flag = [](bool on) { return std::string(on ? "1" : "0"); };
  const std::string keep_fds =
      flag(!policy.Has(Wall::kClosedDescriptors) && !policy.unsafe_no_sandbox);
  std::vector<std::string> command = {"stage"};
  if (!policy.unsafe_no_sandbox) {
    const bool drop = LeavesRoot(policy);
    const std::string quota = ",size=" + std::to_string(policy.tmp_bytes) +
                              ",nr_inodes=" + std::to_string(policy.tmp_inodes);
    command.insert(command.end(),
                   {"outer", drop ? std::to_string(kSandboxUid) : "-",
                    "0 " + std::to_string(drop ? kSandboxUid : geteuid()) + " 1",
                    "0 " + std::to_string(drop ? kSandboxUid : getegid()) + " 1",
                    "mode=0755" + (policy.Has(Wall::kTmpQuota) ? quota : std::string()), keep_fds,
                    flag(policy.Has(Wall::kEmptyEnvironment)), "--", policy.bubblewrap, "--args",
                    std::to_string(kArgumentsFd), "--", "/dev/stage"});
  }
  // The number of a user's processes is only ours to limit inside a namespace.
  const std::string processes =
      policy.unsafe_no_sandbox ? "-" : limit(Wall::kProcessLimit, policy.processes);
  command.insert(command.end(),
                 {"inner",
                  flag(policy.Has(Wall::kLandlock)),
                  keep_fds,
                  limit(Wall::kAddressSpaceLimit, policy.memory_limit_bytes),
                  limit(Wall::kFileSizeLimit, policy.file_size_bytes),
                  limit(Wall::kOpenFilesLimit, policy.open_files),
                  processes,
                  limit(Wall::kCoreLimit, 0),
                  limit(Wall::kTimerLimit, policy.timers),
                  policy.Has(Wall::kEmptyEnvironment) || policy.unsafe_no_sandbox ? "-" : "e",
                  "--",
                  policy.interpreter,
                  "-I",
                  "-S",
                  "-B",
                  "-X",
                  "utf8",
                  "-c",
                  starter,
                  policy.Has(Wall::kHiddenDriver) ? "--hide" : "--shown",
                  policy.unsafe_no_sandbox ? "--bare" : "--confined",
                  policy.Has(Wall::kPidNamespace) ? "--own-pids" : "--shared-pids"});
  return command;
}

}  // namespace

bool LeavesRoot(const SandboxPolicy& policy) {
  return !policy.unsafe_no_sandbox && policy.Has(Wall::kUnprivilegedUid) && geteuid() == 0;
}

Result<pid_t> LaunchSandbox(const SandboxPolicy& policy, const std::string& starter,
                            const Cgroup* cgroup, const Descriptor& control,
                            const Descriptor& errors) {
  if (!StartsWith(policy.interpreter, "/usr/") || access(policy.interpreter.c_str(), X_OK) != 0) {
    return SystemError("the sandbox needs a Python interpreter below /usr, " +
                       Quoted(policy.interpreter) + " is not one: install python3");
  }
  if (!policy.unsafe_no_sandbox && access(policy.bubblewrap.c_str(), X_OK) != 0) {
    return SystemError("the sandbox needs " + Quoted(policy.bubblewrap) + ": install bubblewrap");
  }
  static const Result<std::string> filter = BuildSyscallFilter();
  if (!filter.ok()) return filter.error();
  FUSEO1_TRY(const Descriptor stage_fd, InMemory("stage", StageProgram()));
  FUSEO1_TRY(const Descriptor filter_fd, InMemory("filter", *filter));
  FUSEO1_TRY(const Descriptor args_fd, InMemory("arguments", BubblewrapArguments(policy)));
  const Descriptor null(fcntl(Descriptor(open("/dev/null", O_RDWR | O_CLOEXEC)).get(),
                              F_DUPFD_CLOEXEC, kFirstFreeFd));
  const Descriptor control_fd(fcntl(control.get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
  const Descriptor errors_fd(fcntl(errors.get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
  std::vector<Descriptor> joins;
  if (cgroup != nullptr) {
    for (const std::string& file : cgroup->procs_files()) {
      const Descriptor low(open(file.c_str(), O_WRONLY | O_CLOEXEC));
      joins.emplace_back(low.valid() ? fcntl(low.get(), F_DUPFD_CLOEXEC, kFirstFreeFd) : -1);
      if (!joins.back().valid()) return SystemError(file + ": " + strerror(errno));
    }
  }
  const std::vector<std::string> command = Command(policy, starter);
  std::vector<char*> argv;
  for (const std::string& arg : command) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto place = [&actions](const Descriptor& from, int to) {
    posix_spawn_file_actions_adddup2(&actions, from.get(), to);
  };
  place(null, 0);
  place(null, 1);
  place(errors_fd, 2);
  place(control_fd, kControlFd);
  place(filter_fd, kFilterFd);
  place(args_fd, kArgumentsFd);
  for (std::size_t i = 0; i < joins.size(); ++i)
    place(joins[i], kFirstCgroupFd + static_cast<int>(i));
  // A process group of its own: the terminal's Ctrl-C is for us, and must not look like a program's
  // end.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const std::string path = "/proc/self/fd/" + std::to_string(stage_fd.get());
  pid_t pid = -1;
  char* empty[] = {nullptr};
  const int error =
      posix_spawn(&pid, path.c_str(), &actions, &attributes, argv.data(),
                  policy.left_out.contains(Wall::kEmptyEnvironment) ? environ : empty);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return SystemError(std::string("the sandbox cannot start: ") + strerror(error));
  return pid;
}

}  // namespace fuseo1
