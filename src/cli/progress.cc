#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/console.h"

namespace fuseo1 {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr Seconds kBarEvery{0.1};
constexpr Seconds kLineEvery{10};
constexpr Seconds kRateEvery{0.5};
constexpr int kMinBarCells = 8;
constexpr int kMaxBarCells = 40;
constexpr double kMaxShownSeconds = 100.0 * 3600;

std::string TimeText(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  }
  return fmt::format("{}:{:02} h", whole / 3600, whole % 3600 / 60);
}

double Share(const ProgressState& state) {
  if (state.total_bytes == 0) {
    return 1;
  }
  return std::min(1.0,
                  static_cast<double>(state.done_bytes) / static_cast<double>(state.total_bytes));
}

std::string RateText(const ProgressState& state, std::string_view separator) {
  const double shown =
      state.io_bytes_per_second > 0 ? state.io_bytes_per_second : state.bytes_per_second;
  std::string text;
  if (shown > 0) {
    text += fmt::format("{}{}/s", separator, HumanBytes(static_cast<std::uint64_t>(shown)));
  }
  if (state.bytes_per_second > 0 && state.done_bytes < state.total_bytes) {
    const double left =
        static_cast<double>(state.total_bytes - state.done_bytes) / state.bytes_per_second;
    if (left < kMaxShownSeconds) {
      text += fmt::format("{}{} left", separator, TimeText(left));
    }
  }
  return text;
}

}  // namespace

std::string ProgressBarText(const ProgressState& state, int columns) {
  const double share = Share(state);
  std::string facts = fmt::format(" {:3.0f}%", std::floor(share * 100));
  const std::string more = fmt::format("  {} of {}{}", HumanBytes(state.done_bytes),
                                       HumanBytes(state.total_bytes), RateText(state, "  "));
  const int room = columns - 3;  // brackets, and a free last column: no wrapping
  if (static_cast<int>(facts.size() + more.size()) + kMinBarCells <= room) {
    facts += more;
  }
  const int cells = std::clamp(room - static_cast<int>(facts.size()), 0, kMaxBarCells);
  if (cells < kMinBarCells) {
    return facts;
  }
  const int filled = static_cast<int>(share * cells);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < cells) {
    bar += '>';
  }
  bar.resize(static_cast<std::size_t>(cells), ' ');
  return "[" + bar + "]" + facts;
}

std::string ProgressLineText(const ProgressState& state) {
  return fmt::format("{:.0f}%: {} of {}{}", std::floor(Share(state) * 100),
                     HumanBytes(state.done_bytes), HumanBytes(state.total_bytes),
                     RateText(state, ", "));
}

Progress::Progress(std::string verb, bool quiet)
    : verb_(std::move(verb)), silent_(quiet), terminal_(!quiet && StderrIsTerminal()) {}

Progress::~Progress() {
  if (bar_shown_) {
    WriteErr("\r\x1b[K");
  }
}

void Progress::Update(std::uint64_t done_bytes, std::uint64_t total_bytes, std::uint64_t io_bytes) {
  if (silent_) {
    return;
  }
  const Clock::time_point now = Clock::now();
  if (!started_) {  // what a resumed run takes over does not count as speed
    started_ = true;
    first_time_ = last_rate_ = last_shown_ = now;
    first_bytes_ = done_bytes;
    rate_io_bytes_ = io_bytes;
  }
  if (const Seconds since = now - last_rate_; since >= kRateEvery && io_bytes >= rate_io_bytes_) {
    const double rate = static_cast<double>(io_bytes - rate_io_bytes_) / since.count();
    io_rate_ = io_rate_ == 0 ? rate : 0.7 * io_rate_ + 0.3 * rate;
    last_rate_ = now;
    rate_io_bytes_ = io_bytes;
  }
  if (now - last_shown_ < (terminal_ ? kBarEvery : kLineEvery)) {
    return;
  }
  last_shown_ = now;
  const double elapsed = Seconds(now - first_time_).count();
  ProgressState state{.done_bytes = done_bytes, .total_bytes = total_bytes};
  if (elapsed > 0 && done_bytes > first_bytes_) {
    state.bytes_per_second = static_cast<double>(done_bytes - first_bytes_) / elapsed;
  }
  state.io_bytes_per_second = io_rate_;
  if (terminal_) {
    WriteErr("\r" + ProgressBarText(state, TerminalColumns()) + "\x1b[K");
    bar_shown_ = true;
  } else {
    WriteErr(verb_ + " " + ProgressLineText(state) + "\n");
  }
}

}  // namespace fuseo1
