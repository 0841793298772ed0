// One run of a loaded program: its files, pipes and limits.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include <array>
#include <cstdio>

#include "sandbox/sandbox.h"

namespace fuseo1 {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kErrTailBytes = 4096;

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

}  // namespace

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
  const bool ready = reusable_ && channel_.Send('T', std::to_string(limits.cpu_seconds), handed);
  in.Close();
  data_in.read_end.Close();
  for (Pipe* pipe : {&out, &err, &result}) pipe->write_end.Close();

  bool ended = false, overflow = false, lost = !ready;
  while (!lost && !overflow) {
    std::array<pollfd, 5> files = {{{data_in.write_end.get(), POLLOUT, 0},
                                    {out.read_end.get(), POLLIN, 0},
                                    {err.read_end.get(), POLLIN, 0},
                                    {result.read_end.get(), POLLIN, 0},
                                    {ended ? -1 : channel_.fd(), POLLIN, 0}}};
    // Everything inside has been killed when the driver reports the end, so the pipes end at once.
    if (ended && !out.read_end.valid() && !err.read_end.valid() && !result.read_end.valid()) break;
    const int left = MillisecondsUntil(deadline);
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
          channel_.Receive(report, Clock::now() + std::chrono::seconds(5)) == 'E' &&
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
