#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <mutex>

#include "base/embed.h"
#include "base/text.h"
#include "sandbox/launch.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(DriverText, FUSEO1_DRIVER_PATH)

using Clock = std::chrono::steady_clock;
constexpr std::size_t kErrTailBytes = 4096;
constexpr std::uint64_t kMaxMessageBytes = 64 * kKiB;  // what a driver may answer
constexpr auto kStartTime = std::chrono::seconds(20);

int MillisecondsLeft(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

std::vector<pid_t> ChildrenOf(pid_t pid) {
  const std::string number = std::to_string(pid);
  std::FILE* file = std::fopen(("/proc/" + number + "/task/" + number + "/children").c_str(), "re");
  std::vector<pid_t> children;
  int child = 0;
  while (file != nullptr && std::fscanf(file, "%d", &child) == 1) children.push_back(child);
  if (file != nullptr) std::fclose(file);
  return children;
}

// Our own Python texts as an interpreter has compiled them, because that takes as long as a small
// program. Only what a sandbox answered before any program was in it is kept. Any thread.
class CompiledTexts {
 public:
  std::string Find(const std::string& interpreter, std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find({interpreter, std::string(text)});
    return found == texts_.end() ? std::string() : found->second;
  }
  void Keep(const std::string& interpreter, std::string_view text, const std::string& compiled) {
    const std::lock_guard lock(mutex_);
    texts_[{interpreter, std::string(text)}] = compiled;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> texts_;
};

CompiledTexts& Texts() {
  static CompiledTexts texts;
  return texts;
}

// What the interpreter runs: the driver, which comes through descriptor 3 (256: all of it),
// compiled; the first time as a text, and goes back compiled.
std::string Starter(std::size_t size, bool compiled) {
  const std::string receive = "ctl.recv(" + std::to_string(size) + ", 256)";
  return "import _socket, marshal\nctl = _socket.socket(fileno=3)\n" +
         (compiled ? "driver = " + receive + "\n"
                   : "driver = marshal.dumps(compile(" + receive +
                         ", '<driver>', 'exec'))\n"
                         "ctl.sendall(b'C' + len(driver).to_bytes(4, 'little') + driver)\n") +
         "exec(marshal.loads(driver))\n";
}

struct Pipe {
  Descriptor read_end, write_end;
};

// `inner` is the end that the program gets. It can open it again by name (/dev/stdin), so it must
// own it.
bool MakePipe(Pipe& made, bool inner_reads, std::int64_t owner) {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return false;
  made.read_end = Descriptor(fds[0]);
  made.write_end = Descriptor(fds[1]);
  const int inner = inner_reads ? fds[0] : fds[1], outer = inner_reads ? fds[1] : fds[0];
  if (owner >= 0 && fchown(inner, static_cast<uid_t>(owner), static_cast<gid_t>(owner)) != 0)
    return false;
  fcntl(inner, F_SETPIPE_SZ, 1 << 18);  // fewer wake-ups; the default does too
  return fcntl(outer, F_SETFL, O_NONBLOCK) == 0;
}

// The program's stdin: a file, as judges give it, so that a program may ask for its size. Sealed:
// nobody can change it.
Descriptor InputFile(std::string_view input) {
  Descriptor file = MemoryFile("stdin", input);
  const bool ready =
      file.valid() &&
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
  return ready ? std::move(file) : Descriptor();
}

// Moves what is there from `fd` into `text`, of which at most `keep` bytes stay; false at the end
// of file.
bool Drain(int fd, std::string& text, std::uint64_t keep, bool keep_tail, bool& overflow) {
  std::array<char, 65536> buffer;
  for (int rounds = 0; rounds < 16; ++rounds) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() <= keep) continue;
    if (keep_tail) {
      text.erase(0, text.size() - static_cast<std::size_t>(keep));
    } else {
      text.resize(static_cast<std::size_t>(keep));
      overflow = true;
      return true;
    }
  }
  return true;
}

// Writes what fits; false when everything is written or nobody reads.
bool Feed(int fd, std::string_view& left) {
  while (!left.empty()) {
    const ssize_t wrote = write(fd, left.data(), left.size());
    if (wrote < 0) return errno == EAGAIN || errno == EINTR;
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return false;
}

// Why the sandbox did not start; our stage has no text for an errno.
std::string Reason(std::string_view said) {
  std::string text = said.empty() ? "no answer from inside" : Printable(Trim(said), 600);
  const std::size_t at = text.rfind(": errno ");
  if (at != std::string::npos)
    text.append(" (").append(strerror(atoi(text.c_str() + at + 8))).append(")");
  return text;
}

std::string LittleEndian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<char>((value >> shift) & 0xff));
  return bytes;
}

}  // namespace

Result<Sandbox> Sandbox::Start(const SandboxPolicy& policy) {
  static std::once_flag once;
  std::call_once(once, [] {
    signal(SIGPIPE, SIG_IGN);  // NOLINT: a program that does not read its input must not end us
    RemoveStaleCgroups();
  });
  Sandbox sandbox;
  const bool memory = policy.Has(Wall::kMemoryCgroup), pids = policy.Has(Wall::kPidsCgroup);
  if (memory || pids) {
    // Room beside the program's own limit: the driver, bubblewrap and a full /tmp.
    Result<Cgroup> group =
        Cgroup::Create(memory, policy.memory_limit_bytes + policy.tmp_bytes + 64 * kMiB, pids,
                       2 * policy.processes);
    if (group.ok()) sandbox.cgroup_ = std::move(group).value();
  }
  if (!policy.unsafe_no_sandbox && geteuid() == 0 && policy.Has(Wall::kUnprivilegedUid))
    sandbox.owner_uid_ = kSandboxUid;
  sandbox.bare_ = policy.unsafe_no_sandbox;
  sandbox.limit_wall_ = !policy.left_out.contains(Wall::kWallClock);
  sandbox.limit_output_ = !policy.left_out.contains(Wall::kOutputLimit);

  std::array<int, 2> pair{}, errors{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return SystemError(std::string("the sandbox needs a socket pair: ") + strerror(errno));
  }
  sandbox.control_ = Descriptor(pair[0]);
  Descriptor inner_control(pair[1]);
  if (pipe2(errors.data(), O_CLOEXEC) != 0) {
    return SystemError(std::string("the sandbox needs a pipe: ") + strerror(errno));
  }
  Descriptor errors_read(errors[0]);
  Descriptor errors_write(errors[1]);
  sandbox.interpreter_ = policy.interpreter;
  std::string driver = Texts().Find(policy.interpreter, DriverText());
  const bool compiled = !driver.empty();
  if (!compiled) driver = DriverText();
  FUSEO1_TRY(sandbox.pid_, LaunchSandbox(policy, Starter(driver.size(), compiled),
                                         sandbox.cgroup_ ? &*sandbox.cgroup_ : nullptr,
                                         inner_control, errors_write));
  inner_control.Close();
  errors_write.Close();
  WaitForRetired();

  std::string payload;
  char kind = sandbox.SendAll(driver) ? sandbox.Receive(payload, Clock::now() + kStartTime) : '\0';
  if (!compiled && kind == 'C') {
    Texts().Keep(policy.interpreter, DriverText(), payload);
    kind = sandbox.Receive(payload, Clock::now() + kStartTime);
  }
  if (kind != 'R') {
    sandbox.Kill();
    std::string said;
    bool overflow = false;
    fcntl(errors_read.get(), F_SETFL, O_NONBLOCK);
    Drain(errors_read.get(), said, kErrTailBytes, true, overflow);
    return SystemError("the code sandbox cannot start, so no program is run: " + Reason(said) +
                       ". 'fuseo1 sandbox check' shows each wall");
  }
  sandbox.errors_ = std::move(errors_read);
  sandbox.reusable_ = true;
  return sandbox;
}

Sandbox& Sandbox::operator=(Sandbox&& other) noexcept {
  if (this != &other) {
    Kill();
    cgroup_ = std::move(other.cgroup_);
    control_ = std::move(other.control_);
    errors_ = std::move(other.errors_);
    pid_ = std::exchange(other.pid_, -1);
    interpreter_ = std::move(other.interpreter_);
    oom_kills_ = other.oom_kills_;
    owner_uid_ = other.owner_uid_;
    untouched_ = other.untouched_;
    has_harness_ = other.has_harness_;
    reusable_ = std::exchange(other.reusable_, false);
    bare_ = other.bare_;
    limit_wall_ = other.limit_wall_;
    limit_output_ = other.limit_output_;
  }
  return *this;
}

Sandbox::Sandbox(Sandbox&& other) noexcept { *this = std::move(other); }

Sandbox::~Sandbox() { Kill(); }

namespace {
thread_local std::vector<Sandbox> retired;
}  // namespace

void Sandbox::Retire(Sandbox sandbox) {
  sandbox.Signal();
  retired.push_back(std::move(sandbox));
}

void Sandbox::WaitForRetired() { retired.clear(); }

void Sandbox::Kill() {
  Signal();
  Wait();
}

void Sandbox::Signal() {
  reusable_ = false;
  if (pid_ < 0) return;
  // The init of the PID namespace goes first, so that bubblewrap itself reaps it; nothing is left
  // to the machine's init, which may be slow to reap or none.
  for (const pid_t child : ChildrenOf(pid_)) kill(child, SIGKILL);
  if (bare_) kill(-pid_, SIGKILL);
}

void Sandbox::Wait() {
  if (pid_ < 0) return;
  const bool at_once = bare_ || ChildrenOf(pid_).empty();
  for (int tries = 0; waitpid(pid_, nullptr, WNOHANG) == 0; ++tries) {
    if (at_once || tries == 1000) {
      kill(-pid_, SIGKILL);  // its process group: all there is without namespaces
      kill(pid_, SIGKILL);   // bubblewrap dies, and with it (PR_SET_PDEATHSIG) the init
    }
    usleep(tries < 40 ? 50 : 1000);
  }
  pid_ = -1;
  // The last process inside holds the other end of the socket: at the end of file nothing is left.
  std::array<char, 256> rest;
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(5);
  pollfd waiting{control_.get(), POLLIN, 0};
  while (control_.valid() && poll(&waiting, 1, MillisecondsLeft(deadline)) > 0) {
    const ssize_t got = recv(control_.get(), rest.data(), rest.size(), 0);
    if (got <= 0) break;
  }
  control_.Close();
  cgroup_.reset();
}

bool Sandbox::Send(char kind, std::string_view payload, const std::vector<int>& descriptors) {
  const std::string head = kind + LittleEndian(payload.size());
  iovec part{const_cast<char*>(head.data()), head.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> space{};
  if (!descriptors.empty()) {
    message.msg_control = space.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  if (sendmsg(control_.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(head.size()))
    return false;
  return SendAll(payload);
}

bool Sandbox::SendAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(control_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

char Sandbox::Receive(std::string& payload, Clock::time_point deadline) {
  std::string bytes;
  std::size_t wanted = 5;
  while (bytes.size() < wanted) {
    pollfd waiting{control_.get(), POLLIN, 0};
    if (poll(&waiting, 1, MillisecondsLeft(deadline)) <= 0) return 0;
    std::array<char, 4096> buffer;
    const ssize_t got =
        recv(control_.get(), buffer.data(), std::min(buffer.size(), wanted - bytes.size()), 0);
    if (got <= 0) return 0;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() == 5) {
      std::uint64_t size = 0;
      for (std::size_t i = 4; i >= 1; --i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
      if (size > kMaxMessageBytes) return 0;
      wanted = 5 + static_cast<std::size_t>(size);
    }
  }
  payload = bytes.substr(5);
  return bytes[0];
}

Result<std::string> Sandbox::Compiled(std::string_view text) {
  std::string compiled = Texts().Find(interpreter_, text);
  if (text.empty() || !compiled.empty()) return compiled;
  if (!Send('C', text, {}) || Receive(compiled, Clock::now() + kStartTime) != 'C') {
    Kill();
    return SystemError("the code sandbox ended while it compiled the judge's part");
  }
  if (untouched_) Texts().Keep(interpreter_, text, compiled);
  return compiled;
}

Result<std::string> Sandbox::Load(std::string_view program, std::string_view harness) {
  FUSEO1_TRY(const std::string compiled, Compiled(harness));
  std::string message = LittleEndian(program.size()), answer;
  has_harness_ = !harness.empty();
  untouched_ = false;
  message.append(program).append(compiled);
  if (!Send('L', message, {}) || Receive(answer, Clock::now() + kStartTime) != 'L') {
    Kill();
    return SystemError("the code sandbox ended while it loaded a program");
  }
  return answer;
}

Result<RunOutcome> Sandbox::Run(std::string_view input, std::string_view data,
                                const RunLimits& limits) {
  RunOutcome outcome;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point deadline =
      limit_wall_ ? begin + limits.wall : begin + std::chrono::hours(1);
  const std::uint64_t most = limit_output_ ? limits.max_output_bytes : ~std::uint64_t{0};
  Pipe out, err, data_in, result;
  Descriptor in = InputFile(input);
  if (!in.valid() || !MakePipe(out, false, owner_uid_) || !MakePipe(err, false, owner_uid_) ||
      (has_harness_ &&
       (!MakePipe(data_in, true, owner_uid_) || !MakePipe(result, false, owner_uid_)))) {
    return SystemError(std::string("the sandbox cannot hand over a test: ") + strerror(errno));
  }
  std::vector<int> handed = {in.get(), out.write_end.get(), err.write_end.get()};
  if (has_harness_) handed.insert(handed.end(), {data_in.read_end.get(), result.write_end.get()});
  const bool ready = reusable_ && Send('T', std::to_string(limits.cpu_seconds), handed);
  in.Close();
  data_in.read_end.Close();
  for (Pipe* pipe : {&out, &err, &result}) pipe->write_end.Close();

  bool ended = false, overflow = false, lost = !ready;
  while (!lost && !overflow) {
    std::array<pollfd, 5> files = {{{data_in.write_end.get(), POLLOUT, 0},
                                    {out.read_end.get(), POLLIN, 0},
                                    {err.read_end.get(), POLLIN, 0},
                                    {result.read_end.get(), POLLIN, 0},
                                    {ended ? -1 : control_.get(), POLLIN, 0}}};
    // Everything inside has been killed when the driver reports the end, so the pipes end at once.
    if (ended && !out.read_end.valid() && !err.read_end.valid() && !result.read_end.valid()) break;
    const int left = MillisecondsLeft(deadline);
    const int count = poll(files.data(), files.size(), ended ? 1000 : left);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 && ended) break;
    if (files[0].revents != 0 && !Feed(data_in.write_end.get(), data)) data_in.write_end.Close();
    if (files[1].revents != 0 && !Drain(out.read_end.get(), outcome.out, most, false, overflow))
      out.read_end.Close();
    if (files[2].revents != 0 &&
        !Drain(err.read_end.get(), outcome.err_tail, kErrTailBytes, true, overflow))
      err.read_end.Close();
    if (files[3].revents != 0 &&
        !Drain(result.read_end.get(), outcome.result, most, false, overflow))
      result.read_end.Close();
    if (!ended && files[4].revents != 0) {
      std::string report;
      unsigned long long cpu = 0, peak = 0;
      int dirty = 0;
      ended =
          Receive(report, Clock::now() + std::chrono::seconds(5)) == 'E' &&
          sscanf(report.c_str(), "%d %llu %llu %d", &outcome.wait_status, &cpu, &peak, &dirty) == 4;
      outcome.cpu_us = cpu;
      outcome.peak_memory_bytes = peak * kKiB;
      if (!ended) lost = true;
      if (dirty != 0) reusable_ = false;
    }
    // After the messages: one that came while we ourselves were stopped is in time.
    if (left == 0 && !ended && !lost) {
      outcome.end = RunEnd::kWallLimit;
      break;
    }
  }
  outcome.wall_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count());
  if (ended) outcome.end = RunEnd::kExited;
  if (overflow) outcome.end = RunEnd::kOutputLimit;
  if (cgroup_) {
    const std::uint64_t kills = cgroup_->OutOfMemoryKills();
    if (kills > std::exchange(oom_kills_, kills)) outcome.end = RunEnd::kOutOfMemory;
  }
  if (outcome.end != RunEnd::kExited) Kill();
  return outcome;
}

}  // namespace fuseo1
