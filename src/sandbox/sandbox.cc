#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <mutex>

#include "base/embed.h"
#include "base/text.h"
#include "sandbox/compiled.h"
#include "sandbox/launch.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(DriverText, FUSEO1_DRIVER_PATH)

SteadyTime In(std::chrono::seconds time) { return std::chrono::steady_clock::now() + time; }
constexpr std::chrono::seconds kStartTime(20), kEndTime(5);

std::vector<pid_t> ChildrenOf(pid_t pid) {
  const std::string number = std::to_string(pid);
  std::FILE* file = std::fopen(("/proc/" + number + "/task/" + number + "/children").c_str(), "re");
  std::vector<pid_t> children;
  int child = 0;
  while (file != nullptr && std::fscanf(file, "%d", &child) == 1) children.push_back(child);
  if (file != nullptr) std::fclose(file);
  return children;
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

// Why the sandbox did not start: what its steps wrote. Our stage has no text for an errno.
std::string Reason(const Descriptor& errors) {
  std::array<char, 4096> said;
  fcntl(errors.get(), F_SETFL, O_NONBLOCK);
  const ssize_t size = read(errors.get(), said.data(), said.size());
  if (size <= 0) return "no answer from inside";
  std::string text =
      Printable(Trim(std::string_view(said.data(), static_cast<std::size_t>(size))), 600);
  const std::size_t at = text.rfind(": errno ");
  if (at != std::string::npos)
    text.append(" (").append(strerror(atoi(text.c_str() + at + 8))).append(")");
  return text;
}

thread_local std::vector<Sandbox> retired;

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
  if (LeavesRoot(policy)) sandbox.owner_uid_ = kSandboxUid;
  sandbox.bare_ = policy.unsafe_no_sandbox;
  sandbox.limit_wall_ = !policy.left_out.contains(Wall::kWallClock);
  sandbox.limit_output_ = !policy.left_out.contains(Wall::kOutputLimit);

  std::array<int, 2> pair{}, errors{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return SystemError(std::string("the sandbox needs a socket pair: ") + strerror(errno));
  }
  sandbox.channel_ = Channel(Descriptor(pair[0]));
  Descriptor inner_control(pair[1]);
  if (pipe2(errors.data(), O_CLOEXEC) != 0) {
    return SystemError(std::string("the sandbox needs a pipe: ") + strerror(errno));
  }
  sandbox.errors_ = Descriptor(errors[0]);
  Descriptor errors_write(errors[1]);
  sandbox.interpreter_ = policy.interpreter;
  std::string driver = CompiledText(policy.interpreter, DriverText());
  const bool compiled = !driver.empty();
  if (!compiled) driver = DriverText();
  FUSEO1_TRY(sandbox.pid_, LaunchSandbox(policy, Starter(driver.size(), compiled),
                                         sandbox.cgroup_ ? &*sandbox.cgroup_ : nullptr,
                                         inner_control, errors_write));
  sandbox.process_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, sandbox.pid_, 0)));
  inner_control.Close();
  errors_write.Close();
  WaitForRetired();

  std::string said;
  sandbox.channel_.SendBytes(driver);
  char kind = sandbox.channel_.Receive(said, In(kStartTime));
  if (!compiled && kind == 'C') {
    KeepCompiledText(policy.interpreter, DriverText(), said);
    kind = sandbox.channel_.Receive(said, In(kStartTime));
  }
  if (kind != 'R') {
    sandbox.Kill();
    return SystemError("the code sandbox cannot start, so no program is run: " +
                       Reason(sandbox.errors_) + ". 'fuseo1 sandbox check' shows each wall");
  }
  sandbox.reusable_ = true;
  return sandbox;
}

Sandbox& Sandbox::operator=(Sandbox&& other) noexcept {
  std::destroy_at(this);
  return *std::construct_at(this, std::move(other));
}

Sandbox::~Sandbox() { Kill(); }

void Sandbox::Retire(Sandbox sandbox) {
  sandbox.Signal();
  retired.push_back(std::move(sandbox));
}

void Sandbox::WaitForRetired() { retired.clear(); }

// The init of the PID namespace goes first, so that bubblewrap itself reaps it; nothing is left to
// the machine's init, which may be slow to reap or none. Where there is none (yet), the process
// group is all there is.
void Sandbox::Signal() {
  reusable_ = false;
  if (!process_.valid()) return;
  const std::vector<pid_t> children = ChildrenOf(pid_);
  for (const pid_t child : children) kill(child, SIGKILL);
  if (bare_ || children.empty()) kill(-pid_, SIGKILL);
}

void Sandbox::Kill() {
  Signal();
  if (!process_.valid()) return;
  pollfd ended{process_.get(), POLLIN, 0};
  if (poll(&ended, 1, 1000) <= 0) kill(pid_, SIGKILL);  // and with it (PR_SET_PDEATHSIG) the init
  waitpid(pid_, nullptr, 0);
  process_.Close();
  // The last process inside holds the other end of the socket: at the end of file nothing is left.
  channel_.WaitForEnd(In(kEndTime));
  cgroup_.reset();
}

Result<std::string> Sandbox::Compiled(std::string_view text) {
  std::string compiled = CompiledText(interpreter_, text);
  if (text.empty() || !compiled.empty()) return compiled;
  if (!channel_.Send('C', text) || channel_.Receive(compiled, In(kStartTime)) != 'C') {
    Kill();
    return SystemError("the code sandbox ended while it compiled the judge's part");
  }
  if (untouched_) KeepCompiledText(interpreter_, text, compiled);
  return compiled;
}

Result<std::string> Sandbox::Load(std::string_view program, std::string_view harness) {
  FUSEO1_TRY(const std::string compiled, Compiled(harness));
  std::string message = LittleEndian32(program.size()), answer;
  has_harness_ = !harness.empty();
  untouched_ = false;
  message.append(program).append(compiled);
  if (!channel_.Send('L', message) || channel_.Receive(answer, In(kStartTime)) != 'L') {
    Kill();
    return SystemError("the code sandbox ended while it loaded a program");
  }
  return answer;
}

}  // namespace fuseo1
