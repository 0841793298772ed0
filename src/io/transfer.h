// One loop for every positional read and write: interrupted calls are repeated, short ones go on
// where they stopped. The system call is a parameter, so that tests can make it misbehave.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace fuseo1 {

struct TransferResult {
  std::size_t bytes = 0;  // moved; less than asked: the end of the file, or the error
  int error_number = 0;
};

// Linux moves at most 0x7ffff000 bytes a call.
inline constexpr std::size_t kMaxTransferBytes = 0x40000000;

// call(done, bytes): moves up to `bytes` from position `done` of the request; pread's result.
template <class Call>
TransferResult TransferFully(std::size_t bytes, Call call) {
  TransferResult result;
  while (result.bytes < bytes) {
    const ssize_t moved = call(result.bytes, std::min(bytes - result.bytes, kMaxTransferBytes));
    if (moved > 0) {
      result.bytes += static_cast<std::size_t>(moved);
    } else if (moved == 0) {
      break;
    } else if (errno != EINTR) {
      result.error_number = errno;
      break;
    }
  }
  return result;
}

}  // namespace fuseo1
