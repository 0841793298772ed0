// Messages between us and the driver of a sandbox (driver.py): a kind, four bytes of length (little
// endian), the payload. Owned by one sandbox; not shared between threads.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/descriptor.h"

namespace fuseo1 {

using SteadyTime = std::chrono::steady_clock::time_point;

// For poll(): never negative, at most an hour.
int MillisecondsUntil(SteadyTime deadline);
std::string LittleEndian32(std::size_t value);

class Channel {
 public:
  Channel() = default;
  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  bool Send(char kind, std::string_view payload, const std::vector<int>& descriptors = {});
  bool SendBytes(std::string_view bytes);
  // The next message's kind and payload; 0 when the other side is gone or the time is over.
  char Receive(std::string& payload, SteadyTime deadline);
  // Until no process holds the other end.
  void WaitForEnd(SteadyTime deadline);

 private:
  Descriptor socket_;
};

}  // namespace fuseo1
