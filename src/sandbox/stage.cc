// The two small steps around bubblewrap, one static program that holds nothing else. It is embedded
// in the library and run from memory.
//
//   stage outer UID TMP_BYTES TMP_INODES KEEP_FDS CLEAR_ENV TMP_QUOTA -- bwrap …
//       joins the cgroups (descriptors 8 and 9), leaves root, makes a /tmp with a quota in a mount
//       namespace of its own (bubblewrap can limit a tmpfs by size but not by inodes), starts
//       bubblewrap.
//   stage inner LANDLOCK KEEP_FDS AS FSIZE NOFILE NPROC CORE TIMERS -- interpreter …
//       inside bubblewrap's namespaces and under the system call filter: limits, Landlock, the
//       program.
// A limit of "-" is left alone. Any failure ends with a line on stderr and status 125: nothing runs
// unless every wall stands.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

[[noreturn]] void Die(const char* what) {
  dprintf(2, "%s: %s\n", what, strerror(errno));
  _exit(125);
}

void WriteFile(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) Die(path);
  close(fd);
}

[[noreturn]] void Exec(char** argv, char** environment) {
  execve(argv[0], argv, environment);
  Die(argv[0]);
}

constexpr int kDataFd = 7, kFirstCgroupFd = 8, kLastCgroupFd = 9;

void Outer(char** arg) {
  const long uid = strtol(arg[0], nullptr, 10);
  const bool keep_fds = arg[3][0] == '1', clear_env = arg[4][0] == '1',
             tmp_quota = arg[5][0] == '1';
  for (int fd = kFirstCgroupFd; fd <= kLastCgroupFd; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) continue;
    if (write(fd, "0", 1) < 0) Die("joining the cgroup");
    close(fd);
  }
  const int self = open("/proc/self/exe", O_RDONLY);
  if (self < 0 || dup2(self, kDataFd) < 0) Die("/proc/self/exe");
  if (self != kDataFd) close(self);
  if (!keep_fds && close_range(kFirstCgroupFd, ~0U, 0) != 0) Die("close_range");
  if (uid >= 0) {
    const auto id = static_cast<uid_t>(uid);
    if (setgroups(0, nullptr) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0)
      Die("leaving root");
    // A change of uid hides /proc/self from ourselves, and the maps below are written there.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  }
  if (tmp_quota) {
    char map[64], options[128];
    const uid_t user = getuid();
    const gid_t group = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) Die("user namespace");
    WriteFile("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", user);
    WriteFile("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", group);
    WriteFile("/proc/self/gid_map", map);
    snprintf(options, sizeof options, "mode=0755,size=%s,nr_inodes=%s", arg[1], arg[2]);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) Die("private mounts");
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
      Die("tmpfs with a quota");
  }
  char* empty[] = {nullptr};
  Exec(arg + 7, clear_env ? empty : environ);
}

void Limit(int resource, const char* text) {
  if (text[0] == '-') return;
  const rlim_t value = strtoull(text, nullptr, 10);
  const rlimit limit = {value, value};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) Die("setrlimit");
}

// Landlock's interface (linux/landlock.h); older headers lack the later names.
struct RulesetAttr {
  uint64_t fs, net, scoped;
};
struct __attribute__((packed)) PathAttr {
  uint64_t allowed;
  int32_t parent_fd;
};
constexpr uint64_t kExecute = 1, kWriteFile = 2, kReadFile = 4, kReadDir = 8, kRemove = 16 | 32,
                   kMakeDir = 128, kMakeReg = 256, kMakeSock = 512, kMakeFifo = 1024,
                   kMakeSym = 4096, kRefer = 8192, kTruncate = 16384, kIoctlDev = 32768;

void Allow(int ruleset, const char* path, uint64_t access, uint64_t handled) {
  const PathAttr rule = {access & handled, open(path, O_PATH | O_CLOEXEC)};
  if (rule.parent_fd < 0) Die(path);
  if (syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0) != 0) Die("landlock rule");
  close(rule.parent_fd);
}

void Landlock() {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, 1);
  if (abi < 1) Die("landlock");
  uint64_t handled = (1U << 13) - 1;
  if (abi >= 2) handled |= kRefer;
  if (abi >= 3) handled |= kTruncate;
  if (abi >= 5) handled |= kIoctlDev;
  const RulesetAttr attr = {handled, abi >= 4 ? 3U : 0U, abi >= 6 ? 3U : 0U};
  const size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attr, size, 0));
  if (ruleset < 0) Die("landlock ruleset");
  Allow(ruleset, "/", kReadDir, handled);
  Allow(ruleset, "/usr", kReadFile | kReadDir | kExecute, handled);
  Allow(ruleset, "/proc", kReadFile | kReadDir, handled);
  Allow(ruleset, "/dev", kReadFile | kReadDir | kWriteFile | kTruncate, handled);
  Allow(ruleset, "/tmp",
        kReadFile | kReadDir | kWriteFile | kRemove | kMakeDir | kMakeReg | kMakeSock | kMakeFifo |
            kMakeSym | kRefer | kTruncate,
        handled);
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) Die("landlock restriction");
  close(ruleset);
}

void Inner(char** arg) {
  if (arg[1][0] != '1' && close_range(4, ~0U, 0) != 0) Die("close_range");
  if (arg[0][0] == '1') Landlock();
  Limit(RLIMIT_FSIZE, arg[3]);
  Limit(RLIMIT_NOFILE, arg[4]);
  Limit(RLIMIT_NPROC, arg[5]);
  Limit(RLIMIT_CORE, arg[6]);
  Limit(RLIMIT_SIGPENDING, arg[7]);
  Limit(RLIMIT_MEMLOCK, "65536");
  Limit(RLIMIT_AS, arg[2]);
  // A thread's stack takes its size from this limit; the driver lifts it for the main thread later.
  const rlimit stack = {8 << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &stack);
  char* empty[] = {nullptr};
  Exec(arg + 10, arg[8][0] == 'e' ? environ : empty);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 9 && strcmp(argv[1], "outer") == 0) Outer(argv + 2);
  if (argc > 11 && strcmp(argv[1], "inner") == 0) Inner(argv + 2);
  return 125;
}
