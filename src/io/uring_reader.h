// Several positional reads at once: with io_uring they are all in flight together from one thread,
// with pread one after the other. One thread at a time per reader; make one for each thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"

namespace fuseo1 {

struct ReadRequest {
  const File* file = nullptr;
  std::uint64_t offset = 0;
  MutableBytes out;
};

class BatchReader {
 public:
  virtual ~BatchReader() = default;

  // Fills every request or returns the error of the first that fails, in the order of the requests;
  // nothing is in flight any more when it returns. Errors: as File::ReadAt.
  virtual Status Read(std::span<const ReadRequest> requests) = 0;
  // "pread" or "io_uring".
  virtual std::string_view Name() const = 0;
};

// With io_uring where it is wanted and the kernel lets us (containers often do not), else pread.
// `depth`: reads in flight at most.
std::unique_ptr<BatchReader> MakeBatchReader(bool use_io_uring, unsigned depth = 32);

}  // namespace fuseo1
