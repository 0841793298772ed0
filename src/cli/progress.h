// How far a long command is, on standard error: a bar on a terminal, a line now and then elsewhere.
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace fuseo1 {

struct ProgressState {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
  double bytes_per_second = 0;     // of done_bytes; 0: not known yet
  double io_bytes_per_second = 0;  // what a person sees; 0: bytes_per_second
};

// "[=====>     ]  45%  450 MB of 988 MB  2.1 GB/s  12 s left", at most `columns` wide.
std::string ProgressBarText(const ProgressState& state, int columns);
// "45%: 450 MB of 988 MB, 2.1 GB/s, 12 s left"
std::string ProgressLineText(const ProgressState& state);

class Progress {
 public:
  // `verb` opens the lines: "merged", "compared".
  Progress(std::string verb, bool quiet);
  ~Progress();  // removes the bar
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // io_bytes: read and written so far; 0 where only done_bytes counts.
  void Update(std::uint64_t done_bytes, std::uint64_t total_bytes, std::uint64_t io_bytes = 0);

 private:
  using Clock = std::chrono::steady_clock;

  std::string verb_;
  bool silent_;
  bool terminal_;
  bool bar_shown_ = false;
  bool started_ = false;
  Clock::time_point last_shown_;
  Clock::time_point last_rate_;
  std::uint64_t first_bytes_ = 0;
  Clock::time_point first_time_;
  std::uint64_t rate_io_bytes_ = 0;
  double io_rate_ = 0;
};

}  // namespace fuseo1
