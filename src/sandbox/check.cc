// Looks at every wall from inside, with a probe program (probe.py) run as any other program is.
#include <unistd.h>

#include <array>
#include <set>

#include "base/embed.h"
#include "base/text.h"
#include "sandbox/sandbox.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(ProbeText, FUSEO1_PROBE_PATH)

constexpr std::uint64_t kProbeCpuSeconds = 5;

std::string NamespaceOf(const char* name) {
  std::array<char, 128> target{};
  const ssize_t size =
      readlink((std::string("/proc/self/ns/") + name).c_str(), target.data(), target.size());
  return {target.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string ExpectedValues(const SandboxPolicy& policy) {
  std::string text;
  const auto add = [&text](std::string_view key, const std::string& value) {
    text.append(key).append("=").append(value).append("\n");
  };
  for (const char* name : {"net", "ipc", "uts", "cgroup"}) add(name, NamespaceOf(name));
  add("tmp_bytes", std::to_string(policy.tmp_bytes));
  add("tmp_inodes", std::to_string(policy.tmp_inodes));
  add("memory", std::to_string(policy.memory_limit_bytes));
  add("cpu", std::to_string(kProbeCpuSeconds));
  add("file_size", std::to_string(policy.file_size_bytes));
  add("open_files", std::to_string(policy.open_files));
  add("processes", std::to_string(policy.processes));
  add("timers", std::to_string(policy.timers));
  add("zero", "0");
  return text;
}

void TakeProbeLines(std::string_view text, std::vector<WallState>& walls) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find(' '), second = line.find(' ', first + 1);
    if (second == std::string_view::npos) continue;
    for (WallState& wall : walls) {
      if (wall.name != line.substr(0, first)) continue;
      wall.on = line.substr(first + 1, second - first - 1) == "on";
      wall.why = Printable(line.substr(second + 1), 200);
    }
  }
}

WallState* Find(std::vector<WallState>& walls, Wall wall) {
  for (WallState& state : walls) {
    if (state.name == WallName(wall)) return &state;
  }
  return nullptr;
}

// What the probe cannot see from inside: the launcher's own limits, tried, and the control groups.
void TryLauncherLimits(const SandboxPolicy& policy, std::vector<WallState>& walls) {
  const auto ends_with = [&policy](std::string_view program, const RunLimits& limits,
                                   RunEnd expected) {
    Result<Sandbox> sandbox = Sandbox::Start(policy);
    if (!sandbox.ok() || !sandbox->Load(program).ok()) return false;
    const Result<RunOutcome> run = sandbox->Run("", "", limits);
    return run.ok() && run->end == expected;
  };
  WallState& wall_clock = *Find(walls, Wall::kWallClock);
  wall_clock.on = policy.Has(Wall::kWallClock) &&
                  ends_with("import time\ntime.sleep(600)\n",
                            {.wall = std::chrono::milliseconds(100)}, RunEnd::kWallLimit);
  wall_clock.why =
      wall_clock.on ? "a sleeping program was ended" : "a sleeping program was not ended";
  WallState& output = *Find(walls, Wall::kOutputLimit);
  output.on =
      policy.Has(Wall::kOutputLimit) && ends_with("while True: print('x' * 4096)\n",
                                                  {.max_output_bytes = kMiB}, RunEnd::kOutputLimit);
  output.why = output.on ? "a flood was ended" : "a flood was not ended";
  for (const Wall wall : {Wall::kMemoryCgroup, Wall::kPidsCgroup}) {
    WallState& state = *Find(walls, wall);
    const Result<Cgroup> group =
        Cgroup::Create(wall == Wall::kMemoryCgroup, policy.memory_limit_bytes,
                       wall == Wall::kPidsCgroup, policy.processes);
    state.required = false;
    state.on = policy.Has(wall) && group.ok();
    state.why = group.ok() ? group->procs_files().front() : group.error().message();
  }
}

}  // namespace

std::vector<WallState> CheckSandbox(const SandboxPolicy& policy) {
  std::vector<WallState> walls;
  for (int i = 0; i < kWallCount; ++i) {
    const auto wall = static_cast<Wall>(i);
    walls.push_back({.name = std::string(WallName(wall)),
                     .purpose = std::string(WallPurpose(wall)),
                     .required = wall != Wall::kMemoryCgroup && wall != Wall::kPidsCgroup,
                     .why = "not seen"});
  }
  std::string failure;
  Result<Sandbox> sandbox = Sandbox::Start(policy);
  if (!sandbox.ok()) {
    failure = sandbox.error().message();
  } else {
    const Result<std::string> loaded = sandbox->Load(ProbeText());
    const Result<RunOutcome> run =
        sandbox->Run(ExpectedValues(policy), "", {.cpu_seconds = kProbeCpuSeconds});
    RunOutcome seen;
    if (run.ok()) {
      seen = *run;
    } else {
      seen.err_tail = run.error().message();
    }
    TakeProbeLines(seen.out, walls);
    if (!loaded.ok() || seen.end != RunEnd::kExited || seen.wait_status != 0) {
      failure = "the probe failed: " + Printable(Trim(seen.err_tail), 400);
    }
  }
  if (failure.empty()) {
    TryLauncherLimits(policy, walls);
  } else {
    for (WallState& wall : walls) {
      if (wall.on) continue;
      wall.why = failure;
    }
  }
  return walls;
}

Status RequireSandbox(const SandboxPolicy& policy) {
  if (policy.unsafe_no_sandbox) return {};
  std::string missing;
  for (const WallState& wall : CheckSandbox(policy)) {
    if (!wall.required || wall.on) continue;
    missing += (missing.empty() ? "" : "; ") + wall.name + ": " + wall.why;
    if (missing.size() > 400) break;
  }
  if (missing.empty()) return {};
  return SystemError(
      "the code sandbox is not whole, so no program is run (" + missing +
      "). 'fuseo1 sandbox check' shows each wall; --unsafe-no-sandbox runs programs without it");
}

}  // namespace fuseo1
