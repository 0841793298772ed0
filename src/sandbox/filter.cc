#include "sandbox/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace fuseo1 {
namespace {

// By name, so that a call that an old libseccomp does not know is skipped instead of failing the
// build.
constexpr std::array kDenied = {
    // other processes' memory and descriptors
    "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "process_madvise", "kcmp",
    "process_mrelease",
    // mounts, roots and namespaces
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "unshare", "setns", "open_by_handle_at",
    "name_to_handle_at",
    // large kernel surface that honest programs do not need
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "fanotify_init", "fanotify_mark",
    "vmsplice", "lookup_dcookie",
    // memory that no limit counts
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "semget", "mq_open",
    // the machine itself
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot",
    "swapon", "swapoff", "acct", "syslog", "quotactl", "quotactl_fd", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm",
    "modify_ldt", "vhangup", "nfsservctl", "migrate_pages", "move_pages", "mbind", "set_mempolicy"};

constexpr unsigned kNamespaceFlags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// The 32-bit argument, whatever its upper half: the kernel looks at no more.
scmp_arg_cmp MaskedEqual(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

bool AddRules(scmp_filter_ctx filter) {
  const std::uint32_t deny = SCMP_ACT_ERRNO(EPERM);
  bool ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  for (const char* name : kDenied) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR) ok = ok && seccomp_rule_add(filter, deny, number, 0) == 0;
  }
  ok = ok && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
  for (unsigned bit = 1; bit != 0; bit <<= 1) {
    if ((kNamespaceFlags & bit) == 0) continue;
    const scmp_arg_cmp flag = MaskedEqual(0, bit, bit);
    ok = ok && seccomp_rule_add_array(filter, deny, SCMP_SYS(clone), 1, &flag) == 0;
  }
  // Only AF_UNIX (1): a family is denied when its low 32 bits are 0, or have any bit but the
  // lowest.
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
    const scmp_arg_cmp zero = MaskedEqual(0, 0xffffffffU, 0);
    ok = ok && seccomp_rule_add_array(filter, deny, call, 1, &zero) == 0;
    for (unsigned bit = 2; bit != 0; bit <<= 1) {
      const scmp_arg_cmp other = MaskedEqual(0, bit, bit);
      ok = ok && seccomp_rule_add_array(filter, deny, call, 1, &other) == 0;
    }
  }
  for (const scmp_datum_t request : {scmp_datum_t{TIOCSTI}, scmp_datum_t{0x541C} /* TIOCLINUX */}) {
    const scmp_arg_cmp same = MaskedEqual(1, 0xffffffffU, request);
    ok = ok && seccomp_rule_add_array(filter, deny, SCMP_SYS(ioctl), 1, &same) == 0;
  }
  return ok;
}

}  // namespace

Result<std::string> BuildSyscallFilter() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                seccomp_release);
  const int fd = memfd_create("filter", MFD_CLOEXEC);
  std::string program;
  if (filter && fd >= 0 && AddRules(filter.get()) && seccomp_export_bpf(filter.get(), fd) == 0) {
    const off_t size = lseek(fd, 0, SEEK_END);
    program.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    if (pread(fd, program.data(), program.size(), 0) != size) program.clear();
  }
  if (fd >= 0) close(fd);
  if (program.empty())
    return SystemError("libseccomp could not build the system call filter of the sandbox");
  return program;
}

}  // namespace fuseo1
