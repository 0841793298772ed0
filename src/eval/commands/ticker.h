// "aime24: 1200 answers graded", now and then, while a pass runs. One thread at a time.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "eval/commands/command_io.h"

namespace fuseo1 {

class Ticker {
 public:
  // `what` is said before the count, `done` after it.
  Ticker(const CommandIo& io, std::string what, std::string done)
      : io_(io), what_(std::move(what)), done_(std::move(done)) {}

  void Tick() {
    ++count_;
    const auto now = std::chrono::steady_clock::now();
    if (io_.progress && now - last_ >= kEvery) {
      last_ = now;
      io_.progress(fmt::format("{}: {} {}", what_, count_, done_));
    }
  }

 private:
  static constexpr std::chrono::seconds kEvery{3};

  const CommandIo& io_;
  std::string what_;
  std::string done_;
  long long count_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace fuseo1
