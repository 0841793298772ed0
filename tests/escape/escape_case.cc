#include "escape_case.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "eval/judge/judge.h"

namespace fuseo1 {
namespace {

const std::string kCases = FUSEO1_SOURCE_DIR "/tests/escape/cases/";

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Alternatives(std::string_view text) {
  std::vector<std::string> parts;
  constexpr std::string_view kOr = " or ";
  for (std::size_t at; (at = text.find(kOr)) != std::string_view::npos;
       text.remove_prefix(at + kOr.size())) {
    parts.emplace_back(Trim(text.substr(0, at)));
  }
  parts.emplace_back(Trim(text));
  return parts;
}

void AddCases(const std::string& group, std::vector<EscapeCase>& cases) {
  std::ifstream file(kCases + group + ".txt");
  bool head = false;
  for (std::string line; std::getline(file, line);) {
    if (StartsWith(line, "=== ")) {
      cases.push_back({.group = group,
                       .name = line.substr(4),
                       .expected = {},
                       .program = {},
                       .mode = {},
                       .needs = {}});
      head = true;
      continue;
    }
    EscapeCase& last = cases.back();
    const std::size_t colon = line.find(": ");
    const std::string key = head && colon != line.npos ? line.substr(0, colon) : "",
                      value = key.empty() ? "" : line.substr(colon + 2);
    if (key == "expect") {
      last.expected = Alternatives(value);
      head = false;
    } else if (key == "memory") {
      last.memory_mib = std::strtoull(value.c_str(), nullptr, 10);
    } else if (key == "wall") {
      last.wall_ms = std::strtoull(value.c_str(), nullptr, 10);
    } else if (key == "mode") {
      last.mode = value;
    } else if (key == "needs") {
      last.needs = value;
    } else if (head && StartsWith(line, "expect:")) {
      last.expected = Alternatives(line.substr(7));
      head = false;
    } else {
      last.program += line + "\n";
    }
  }
}

void Replace(std::string& text, const std::string& slot, const std::string& value) {
  for (std::size_t at; (at = text.find(slot)) != std::string::npos;)
    text.replace(at, slot.size(), value);
}

std::string OneLine(std::string_view out) {
  std::string text(Trim(out.substr(0, 300)));
  Replace(text, "\n", " / ");
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string GraderOutcome(const EscapeCase& escape, const SandboxPolicy& policy) {
  JudgeProblem problem{.id = escape.name,
                       .mode = JudgeMode::kAsserts,
                       .test_code = "assert f(1) == 42\nassert f(2) == 43\n"};
  if (escape.mode == "functional") {
    problem = {.id = escape.name,
               .mode = JudgeMode::kFunctional,
               .tests = {{"1", "42"}},
               .func_name = "f"};
  }
  const JudgeOptions options{.time_limit_s = 1, .policy = policy};
  return std::string(VerdictName(JudgeSample(problem, escape.program, options).verdict));
}

}  // namespace

const std::vector<EscapeCase>& EscapeCases() {
  static const std::vector<EscapeCase> cases = [] {
    std::vector<EscapeCase> all;
    for (const char* group :
         {"files", "network", "processes", "limits", "output", "kernel", "grader", "walls"})
      AddCases(group, all);
    return all;
  }();
  return cases;
}

const EscapeCase& FindEscapeCase(std::string_view name) {
  for (const EscapeCase& escape : EscapeCases()) {
    if (escape.name == name) return escape;
  }
  ADD_FAILURE() << "no case " << name;
  return EscapeCases().front();
}

const Bait& TheBait() {
  static const Bait bait = [] {
    // Orphans come to us, so that a test can see that there are none.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    Bait made;
    char folder[] = "/var/tmp/fuseo1-escape-XXXXXX";
    made.token_path = std::string(mkdtemp(folder)) + "/token";
    chmod(folder, 0755);
    std::ofstream(made.token_path) << "secret";
    setenv("FUSEO1_ESCAPE_TOKEN", "secret", 1);
    static const std::string remove = folder;
    std::atexit([] { std::filesystem::remove_all(remove); });
    // An inherited descriptor, on purpose without close-on-exec.
    dup2(fileno(std::fopen(made.token_path.c_str(), "r")), 100);
    made.abstract_name = "fuseo1-escape-" + std::to_string(getpid());
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, made.abstract_name.data(), made.abstract_name.size());
    bind(listener, reinterpret_cast<sockaddr*>(&address),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + made.abstract_name.size()));
    listen(listener, 10);
    const int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in internet{};
    internet.sin_family = AF_INET;
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof internet;
    bind(tcp, reinterpret_cast<sockaddr*>(&internet), size);
    listen(tcp, 10);
    getsockname(tcp, reinterpret_cast<sockaddr*>(&internet), &size);
    made.port = ntohs(internet.sin_port);
    static const int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    std::atexit([] { shmctl(segment, IPC_RMID, nullptr); });
    return made;
  }();
  return bait;
}

std::string OutcomeOf(const EscapeCase& escape, SandboxPolicy policy) {
  const Bait& bait = TheBait();
  if (escape.memory_mib > 0) policy.memory_limit_bytes = escape.memory_mib * kMiB;
  if (escape.group == "grader") return GraderOutcome(escape, policy);
  std::string program = ReadWhole(kCases + "prelude.py") + escape.program;
  Replace(program, "{TOKEN}", bait.token_path);
  Replace(program, "{ANSWERS}", FUSEO1_SOURCE_DIR "/tests/golden/eval-vectors/code_judge.jsonl");
  Replace(program, "{ABSTRACT}", bait.abstract_name);
  Replace(program, "{PORT}", std::to_string(bait.port));
  Replace(program, "{LAUNCHER}", std::to_string(getpid()));
  Result<Sandbox> sandbox = Sandbox::Start(policy);
  if (!sandbox.ok()) return "no start: " + sandbox.error().message();
  const Result<std::string> loaded = sandbox->Load(program);
  if (!loaded.ok() || !loaded->empty())
    return "no load: " + (loaded.ok() ? *loaded : loaded.error().message());
  RunLimits limits{.cpu_seconds = policy.left_out.contains(Wall::kCpuLimit) ? 0U : 1U,
                   .wall = std::chrono::milliseconds(8000),
                   .max_output_bytes = kMiB};
  if (escape.wall_ms > 0) limits.wall = std::chrono::milliseconds(escape.wall_ms);
  const Result<RunOutcome> ran = sandbox->Run("", "", limits);
  if (!ran.ok()) return "no run: " + ran.error().message();
  const RunOutcome& run = *ran;
  const std::string said = OneLine(run.out);
  switch (run.end) {
    case RunEnd::kOutputLimit:
      return "output:";
    case RunEnd::kWallLimit:
      return "wall:";
    case RunEnd::kOutOfMemory:
      return "oom:";
    case RunEnd::kLost:
      return "lost:";
    case RunEnd::kExited:
      break;
  }
  std::string end = "exit " + std::to_string(WEXITSTATUS(run.wait_status)) + ":";
  if (WIFSIGNALED(run.wait_status)) {
    const int number = WTERMSIG(run.wait_status);
    const bool limit = (number == SIGKILL || number == SIGXCPU) && run.cpu_us > 500'000;
    end = (limit ? "cpu 9:" : "signal " + std::to_string(number) + ":");
  }
  return said.empty() ? end : end + " " + said;
}

bool Held(const EscapeCase& escape, const std::string& outcome) {
  for (const std::string& expected : escape.expected) {
    if (outcome == expected) return true;
  }
  return false;
}

std::string Leftovers() {
  std::string left;
  int status = 0;
  if (const pid_t pid = waitpid(-1, &status, WNOHANG); pid >= 0)
    left += "a process (" + std::to_string(pid) + "); ";
  const std::string own = "fuseo1-sandbox-" + std::to_string(getpid()) + "-";
  for (const char* hierarchy : {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup"}) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(hierarchy, error), end; !error && at != end;
         at.increment(error)) {
      if (StartsWith(at->path().filename().string(), own)) left += at->path().string() + "; ";
    }
  }
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    if (Contains(line, "nr_inodes=4096")) left += "a mount; ";
  }
  return left;
}

}  // namespace fuseo1
