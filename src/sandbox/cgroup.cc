#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::string_view kPrefix = "fuseo1-sandbox-";

std::string ReadSmallFile(const std::string& path) {
  std::array<char, 8192> buffer{};
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  close(fd);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool WriteSmallFile(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return ok;
}

// Our own group in the hierarchy of `controller` ("" is version 2), as a folder, or "".
std::string OwnFolder(std::string_view controller) {
  const std::string groups =
      ReadSmallFile("/proc/self/cgroup");  // lines "4:memory:/path", "0::/path"
  std::size_t begin = 0;
  while (begin < groups.size()) {
    const std::size_t end = std::min(groups.find('\n', begin), groups.size());
    const std::string_view line = std::string_view(groups).substr(begin, end - begin);
    begin = end + 1;
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string_view::npos ||
        line.substr(first + 1, second - first - 1) != controller)
      continue;
    const std::string path(line.substr(second + 1));
    if (!controller.empty()) return "/sys/fs/cgroup/" + std::string(controller) + path;
    struct stat info {};
    const bool hybrid = stat("/sys/fs/cgroup/unified", &info) == 0;
    return (hybrid ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup") + path;
  }
  return {};
}

std::string NewName() {
  static std::atomic<unsigned> counter{0};
  return std::string(kPrefix) + std::to_string(getpid()) + "-" +
         std::to_string(counter.fetch_add(1));
}

std::uint64_t NumberAfter(const std::string& text, std::string_view key) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
}

}  // namespace

Result<Cgroup> Cgroup::Create(bool memory, std::uint64_t memory_bytes, bool pids,
                              std::uint64_t max_pids) {
  Cgroup group;
  const std::string name = NewName(), bytes = std::to_string(memory_bytes),
                    number = std::to_string(max_pids);
  // A thread that moves itself by version 1's "tasks" spares the kernel a lock that costs 20 ms.
  const auto make = [&](const std::string& parent, const char* join) {
    std::string folder = parent + "/" + name;
    if (parent.empty() || mkdir(folder.c_str(), 0755) != 0) return std::string();
    group.folders_.push_back(folder);
    group.procs_files_.push_back(folder + "/" + join);
    return folder;
  };
  const std::string v2 = OwnFolder("");
  if (Contains(ReadSmallFile(v2 + "/cgroup.controllers"), "memory")) {
    WriteSmallFile(v2 + "/cgroup.subtree_control", "+memory +pids");
    const std::string folder = make(v2, "cgroup.procs");
    const bool ok = !folder.empty() && (!memory || WriteSmallFile(folder + "/memory.max", bytes)) &&
                    (!pids || WriteSmallFile(folder + "/pids.max", number));
    if (ok) {
      WriteSmallFile(folder + "/memory.swap.max", "0");
      group.oom_file_ = folder + "/memory.events";
      return group;
    }
    group.Remove();
  }
  if (memory) {
    const std::string folder = make(OwnFolder("memory"), "tasks");
    if (folder.empty() || !WriteSmallFile(folder + "/memory.limit_in_bytes", bytes)) {
      return SystemError("control groups cannot be written: neither version 2 (" + v2 +
                         ") nor version 1 (memory)");
    }
    WriteSmallFile(folder + "/memory.memsw.limit_in_bytes", bytes);
    group.oom_file_ = folder + "/memory.oom_control";
  }
  if (pids) {
    const std::string folder = make(OwnFolder("pids"), "tasks");
    if (folder.empty() || !WriteSmallFile(folder + "/pids.max", number)) {
      return SystemError("control groups cannot be written: neither version 2 (" + v2 +
                         ") nor version 1 (pids)");
    }
  }
  return group;
}

Cgroup::Cgroup(Cgroup&& other) noexcept { *this = std::move(other); }

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept {
  if (this != &other) {
    Remove();
    folders_ = std::exchange(other.folders_, {});
    procs_files_ = std::exchange(other.procs_files_, {});
    oom_file_ = std::exchange(other.oom_file_, {});
  }
  return *this;
}

Cgroup::~Cgroup() { Remove(); }

void Cgroup::Remove() {
  for (const std::string& folder : folders_) {
    // A process that was just killed leaves its group a moment after it is reaped.
    for (int tries = 0; rmdir(folder.c_str()) != 0 && errno == EBUSY && tries < 2000; ++tries)
      usleep(500);
  }
  folders_.clear();
  procs_files_.clear();
}

std::uint64_t Cgroup::OutOfMemoryKills() const {
  if (oom_file_.empty()) return 0;
  std::string text("\n");
  text += ReadSmallFile(oom_file_);
  return NumberAfter(text, "\noom_kill ");
}

void RemoveStaleCgroups() {
  for (const std::string& parent : {OwnFolder(""), OwnFolder("memory"), OwnFolder("pids")}) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(parent, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (!StartsWith(name, kPrefix)) continue;
      const auto pid = static_cast<pid_t>(std::strtol(name.c_str() + kPrefix.size(), nullptr, 10));
      if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) rmdir(at->path().c_str());
    }
  }
}

}  // namespace fuseo1
