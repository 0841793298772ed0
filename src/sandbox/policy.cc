#include "sandbox/policy.h"

#include <array>

namespace fuseo1 {
namespace {

struct WallText {
  Wall wall;
  std::string_view name, purpose;
};

constexpr std::array<WallText, kWallCount> kWalls = {{
    {Wall::kUnprivilegedUid, "unprivileged-uid",
     "runs as a user that owns nothing, also when started by root"},
    {Wall::kPidNamespace, "pid-namespace", "sees and signals no other process"},
    {Wall::kNetNamespace, "net-namespace", "has no network and no abstract sockets"},
    {Wall::kIpcNamespace, "ipc-namespace", "sees no System V objects"},
    {Wall::kUtsNamespace, "uts-namespace", "does not learn the host name"},
    {Wall::kCgroupNamespace, "cgroup-namespace", "does not learn cgroup paths"},
    {Wall::kOwnRoot, "own-root", "sees no file of the machine but /usr"},
    {Wall::kReadOnlyUsr, "read-only-usr", "cannot write /usr"},
    {Wall::kReadOnlyRoot, "read-only-root", "cannot write the root folder"},
    {Wall::kTmpQuota, "tmp-quota", "has a private /tmp with a size and an inode limit"},
    {Wall::kNoCapabilities, "no-capabilities", "holds no capability and can gain none"},
    {Wall::kSeccomp, "seccomp", "cannot call the kernel's riskier system calls"},
    {Wall::kLandlock, "landlock", "writes only in /tmp and runs nothing from there"},
    {Wall::kAddressSpaceLimit, "address-space-limit", "memory of one process is bounded"},
    {Wall::kCpuLimit, "cpu-limit", "processor time is bounded"},
    {Wall::kFileSizeLimit, "file-size-limit", "the size of a file is bounded"},
    {Wall::kOpenFilesLimit, "open-files-limit", "the number of descriptors is bounded"},
    {Wall::kProcessLimit, "process-limit", "the number of processes and threads is bounded"},
    {Wall::kTimerLimit, "timer-limit", "the number of timers and queued signals is bounded"},
    {Wall::kCoreLimit, "core-limit", "writes no core dump"},
    {Wall::kEmptyEnvironment, "empty-environment",
     "no process inside holds an environment variable"},
    {Wall::kClosedDescriptors, "closed-descriptors", "inherits no open file"},
    {Wall::kNewSession, "new-session", "has no controlling terminal"},
    {Wall::kHiddenDriver, "hidden-driver", "cannot read the judge's own process inside"},
    {Wall::kWallClock, "wall-clock", "is ended when it sleeps"},
    {Wall::kOutputLimit, "output-limit", "is ended when it floods its output"},
    {Wall::kMemoryCgroup, "memory-cgroup", "memory of all its processes together is bounded"},
    {Wall::kPidsCgroup, "pids-cgroup", "a second bound on the number of processes"},
}};

const WallText& TextOf(Wall wall) { return kWalls[static_cast<std::size_t>(wall)]; }

}  // namespace

std::string_view WallName(Wall wall) { return TextOf(wall).name; }
std::string_view WallPurpose(Wall wall) { return TextOf(wall).purpose; }

}  // namespace fuseo1
