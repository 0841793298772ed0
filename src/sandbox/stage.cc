// The two small steps around bubblewrap. A static program of a few kilobytes without a C library:
// it is started twice for every sandbox, and copied into it. Embedded in the library and run from
// memory.
//
//   stage outer UID UID_MAP GID_MAP TMP_OPTIONS KEEP_FDS CLEAR_ENV -- bwrap …
//       joins the cgroups (descriptors 8 and 9), leaves root, makes in a mount namespace of its own
//       a /dev with a few devices and itself, and a /tmp with a quota (bubblewrap can limit a tmpfs
//       by size but not by inodes), starts bubblewrap.
//   stage inner LANDLOCK KEEP_FDS AS FSIZE NOFILE NPROC CORE TIMERS ENVIRONMENT -- interpreter …
//       inside bubblewrap's namespaces and under the system call filter: limits, Landlock, the
//       program.
// A limit of "-" is left alone. Any failure ends with a line "WHAT: errno NUMBER" on stderr and
// status 125: nothing runs unless every wall stands.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace {

// The kernel's answer: a negative one is an errno.
long RawCall(long number, long a, long b, long c, long d, long e) {
#if defined(__x86_64__)
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
#else
#error "the sandbox's stage knows x86-64 and aarch64"
#endif
}

long Argument(const void* pointer) { return reinterpret_cast<long>(pointer); }
long Argument(long number) { return number; }

template <typename A = long, typename B = long, typename C = long, typename D = long,
          typename E = long>
long Call(long number, A a = 0, B b = 0, C c = 0, D d = 0, E e = 0) {
  return RawCall(number, Argument(a), Argument(b), Argument(c), Argument(d), Argument(e));
}

long Length(const char* text) {
  long length = 0;
  while (text[length] != 0) ++length;
  return length;
}

void Say(const char* text) { Call(SYS_write, 2, text, Length(text)); }

[[noreturn]] void Die(const char* what, long error) {
  const long number = -error;
  const char digits[] = {static_cast<char>('0' + number / 100 % 10),
                         static_cast<char>('0' + number / 10 % 10),
                         static_cast<char>('0' + number % 10), '\n', 0};
  Say(what);
  Say(": errno ");
  Say(digits);
  for (;;) Call(SYS_exit_group, 125);
}

long Must(const char* what, long result) {
  if (result < 0) Die(what, result);
  return result;
}

uint64_t Number(const char* text) {
  uint64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text)
    value = 10 * value + static_cast<uint64_t>(*text - '0');
  return value;
}

long Open(const char* path, int flags, int mode = 0) {
  return Must(path, Call(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode));
}

void Close(long fd) { Call(SYS_close, fd); }

void WriteFile(const char* path, const char* text) {
  const long fd = Open(path, O_WRONLY);
  Must(path, Call(SYS_write, fd, text, Length(text)));
  Close(fd);
}

void Mount(const char* source, const char* target, const char* type, long flags,
           const char* options = nullptr) {
  Must(target, Call(SYS_mount, source, target, type, flags, options));
}

constexpr int kFirstCgroupFd = 8, kLastCgroupFd = 9;

struct Device {
  const char *path, *made;
};
constexpr Device kDevices[] = {{"/dev/null", "/tmp/null"},
                               {"/dev/zero", "/tmp/zero"},
                               {"/dev/full", "/tmp/full"},
                               {"/dev/random", "/tmp/random"},
                               {"/dev/urandom", "/tmp/urandom"}};
constexpr Device kLinks[] = {{"/proc/self/fd", "/tmp/fd"},
                             {"/proc/self/fd/0", "/tmp/stdin"},
                             {"/proc/self/fd/1", "/tmp/stdout"},
                             {"/proc/self/fd/2", "/tmp/stderr"},
                             {"/tmp", "/tmp/shm"}};

// Built at /tmp, where it hides nothing that is needed, and then moved to /dev.
void MakeDevices() {
  const long flags = MS_NOSUID | MS_NODEV;
  Mount("tmpfs", "/tmp", "tmpfs", flags, "mode=0755,size=64k,nr_inodes=32");
  for (const Device& device : kDevices) {
    Close(Open(device.made, O_WRONLY | O_CREAT, 0444));
    Mount(device.path, device.made, nullptr, MS_BIND);
  }
  for (const Device& link : kLinks)
    Must(link.made, Call(SYS_symlinkat, link.path, AT_FDCWD, link.made));
  const long self = Open("/proc/self/exe", O_RDONLY),
             copy = Open("/tmp/stage", O_WRONLY | O_CREAT, 0555);
  while (Must("copying the stage", Call(SYS_sendfile, copy, self, nullptr, 1 << 20)) > 0) {
  }
  Close(self);
  Close(copy);
  Mount("/tmp", "/dev", nullptr, MS_MOVE);
  Mount(nullptr, "/dev", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | flags);
}

void Outer(char** arg, char** environment) {
  for (int fd = kFirstCgroupFd; fd <= kLastCgroupFd; ++fd) {
    if (Call(SYS_fcntl, fd, F_GETFD) < 0) continue;
    Must("joining the cgroup", Call(SYS_write, fd, "0", 1));
    Close(fd);
  }
  if (arg[4][0] != '1') Must("close_range", Call(SYS_close_range, kFirstCgroupFd, ~0U));
  if (arg[0][0] != '-') {
    const long id = static_cast<long>(Number(arg[0]));
    Must("leaving root", Call(SYS_setgroups, 0, nullptr));
    Must("leaving root", Call(SYS_setresgid, id, id, id));
    Must("leaving root", Call(SYS_setresuid, id, id, id));
    // A change of uid hides /proc/self from ourselves, and the maps below are written there.
    Call(SYS_prctl, PR_SET_DUMPABLE, 1);
  }
  Must("user namespace", Call(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
  WriteFile("/proc/self/setgroups", "deny");
  WriteFile("/proc/self/uid_map", arg[1]);
  WriteFile("/proc/self/gid_map", arg[2]);
  Mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE);
  MakeDevices();
  Mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, arg[3]);
  char* empty[] = {nullptr};
  Must(arg[7], Call(SYS_execve, arg[7], arg + 7, arg[5][0] == '1' ? empty : environment));
}

void Limit(int resource, const char* text) {
  if (text[0] == '-') return;
  const uint64_t limit[] = {Number(text), Number(text)};
  Must("setrlimit", Call(SYS_prlimit64, 0, resource, limit));
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

void Allow(long ruleset, const char* path, uint64_t access) {
  const PathAttr rule = {access, static_cast<int32_t>(Open(path, O_PATH))};
  Must("landlock rule", Call(SYS_landlock_add_rule, ruleset, 1, &rule));
  Close(rule.parent_fd);
}

void Landlock() {
  const long abi = Call(SYS_landlock_create_ruleset, nullptr, 0, 1);
  if (abi < 1) Die("landlock", abi < 0 ? abi : -ENOSYS);
  uint64_t handled = (1U << 13) - 1;
  if (abi >= 2) handled |= kRefer;
  if (abi >= 3) handled |= kTruncate;
  if (abi >= 5) handled |= kIoctlDev;
  const RulesetAttr attr = {handled, abi >= 4 ? 3U : 0U, abi >= 6 ? 3U : 0U};
  const long size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const long ruleset = Must("landlock ruleset", Call(SYS_landlock_create_ruleset, &attr, size));
  const uint64_t change = kWriteFile | (kTruncate & handled);
  Allow(ruleset, "/", kReadDir);
  Allow(ruleset, "/usr", kReadFile | kReadDir | kExecute);
  Allow(ruleset, "/proc", kReadFile | kReadDir);
  Allow(ruleset, "/dev", kReadFile | kReadDir | change);
  Allow(ruleset, "/tmp",
        kReadFile | kReadDir | change | kRemove | kMakeDir | kMakeReg | kMakeSock | kMakeFifo |
            kMakeSym | (kRefer & handled));
  Must("landlock restriction", Call(SYS_landlock_restrict_self, ruleset));
  Close(ruleset);
}

void Inner(char** arg, char** environment) {
  if (arg[1][0] != '1') Must("close_range", Call(SYS_close_range, 4, ~0U));
  if (arg[0][0] == '1') Landlock();
  Limit(RLIMIT_FSIZE, arg[3]);
  Limit(RLIMIT_NOFILE, arg[4]);
  Limit(RLIMIT_NPROC, arg[5]);
  Limit(RLIMIT_CORE, arg[6]);
  Limit(RLIMIT_SIGPENDING, arg[7]);
  Limit(RLIMIT_MEMLOCK, "65536");
  Limit(RLIMIT_AS, arg[2]);
  // A thread's stack takes its size from this limit; the driver lifts it for the main thread later.
  const uint64_t stack[] = {8 << 20, ~uint64_t{0}};
  Call(SYS_prlimit64, 0, RLIMIT_STACK, stack);
  char* empty[] = {nullptr};
  Must(arg[10], Call(SYS_execve, arg[10], arg + 10, arg[8][0] == 'e' ? environment : empty));
}

}  // namespace

// The kernel leaves the number of arguments, the arguments and the environment on the stack.
extern "C" [[noreturn]] void StageMain(long* stack) {
  const long count = stack[0];
  char** arg = reinterpret_cast<char**>(stack + 1);
  char** environment = arg + count + 1;
  if (count > 9 && arg[1][0] == 'o') Outer(arg + 2, environment);
  if (count > 12 && arg[1][0] == 'i') Inner(arg + 2, environment);
  Die("the stage's arguments", -EINVAL);
}

#if defined(__x86_64__)
__asm__(
    ".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call "
    "StageMain\n");
#else
__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x30, #0\n  mov x0, sp\n  b StageMain\n");
#endif
