#include "io/uring_reader.h"

#include <liburing.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

class PreadReader final : public BatchReader {
 public:
  Status Read(std::span<const ReadRequest> requests) override {
    for (const ReadRequest& request : requests) {
      FUSEO1_TRY_VOID(request.file->ReadAt(request.offset, request.out));
    }
    return {};
  }
  std::string_view Name() const override { return "pread"; }
};

// One submission and its answer a read. Whatever io_uring does not finish (a short read, an
// interrupted or refused one) is read again with ReadAt, whose errors are the ones to tell.
class UringReader final : public BatchReader {
 public:
  ~UringReader() override {
    if (is_open_) {
      io_uring_queue_exit(&ring_);
    }
  }

  bool Open(unsigned depth) {
    is_open_ = io_uring_queue_init(std::clamp(depth, 1u, 4096u), &ring_, 0) == 0;
    return is_open_ && CanRead();
  }

  Status Read(std::span<const ReadRequest> requests) override {
    done_.assign(requests.size(), 0);
    std::size_t next = 0;
    std::size_t in_flight = 0;
    while (next < requests.size() || in_flight > 0) {
      std::size_t queued = 0;
      for (; is_usable_ && next < requests.size(); ++next) {
        const ReadRequest& request = requests[next];
        const int descriptor = request.file->descriptor();
        if (descriptor < 0 || request.out.empty()) {
          continue;
        }
        io_uring_sqe* entry =
            in_flight + queued < ring_.sq.ring_entries ? io_uring_get_sqe(&ring_) : nullptr;
        if (entry == nullptr) {
          break;
        }
        const std::size_t bytes = std::min(request.out.size(), kMaxReadBytes);
        io_uring_prep_read(entry, descriptor, request.out.data(), static_cast<unsigned>(bytes),
                           request.offset);
        io_uring_sqe_set_data64(entry, next);
        ++queued;
      }
      in_flight += Submit(queued);
      if (!is_usable_) {
        next = requests.size();
      }
      in_flight -= Collect(in_flight);
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const ReadRequest& request = requests[i];
      if (done_[i] < request.out.size()) {
        FUSEO1_TRY_VOID(
            request.file->ReadAt(request.offset + done_[i], request.out.subspan(done_[i])));
      }
    }
    return {};
  }

  std::string_view Name() const override { return "io_uring"; }

 private:
  static constexpr std::size_t kMaxReadBytes = 0x40000000;

  // Old kernels have rings without this operation.
  bool CanRead() {
    io_uring_probe* probe = io_uring_get_probe_ring(&ring_);
    const bool can = probe != nullptr && io_uring_opcode_supported(probe, IORING_OP_READ) != 0;
    io_uring_free_probe(probe);
    return can;
  }

  // How many entries the kernel took. A ring that refuses is given up: pread does the rest.
  std::size_t Submit(std::size_t queued) {
    std::size_t submitted = 0;
    while (submitted < queued) {
      const int result = io_uring_submit(&ring_);
      if (result > 0) {
        submitted += static_cast<std::size_t>(result);
      } else if (result != -EINTR) {
        is_usable_ = false;
        break;
      }
    }
    return submitted;
  }

  // Waits for one answer at least and takes all that are there. Buffers belong to the kernel until
  // then, so nothing but the answer ends this.
  std::size_t Collect(std::size_t in_flight) {
    std::size_t collected = 0;
    while (collected < in_flight) {
      io_uring_cqe* answer = nullptr;
      const int result =
          collected == 0 ? io_uring_wait_cqe(&ring_, &answer) : io_uring_peek_cqe(&ring_, &answer);
      if (result == 0 && answer != nullptr) {
        if (answer->res > 0) {
          done_[static_cast<std::size_t>(io_uring_cqe_get_data64(answer))] =
              static_cast<std::size_t>(answer->res);
        }
        io_uring_cqe_seen(&ring_, answer);
        ++collected;
      } else if (collected > 0) {
        break;
      }
    }
    return collected;
  }

  io_uring ring_ = {};
  bool is_open_ = false;
  bool is_usable_ = true;
  std::vector<std::size_t> done_;  // bytes of each request
};

}  // namespace

std::unique_ptr<BatchReader> MakeBatchReader(bool use_io_uring, unsigned depth) {
  if (use_io_uring) {
    auto reader = std::make_unique<UringReader>();
    if (reader->Open(depth)) {
      return reader;
    }
  }
  return std::make_unique<PreadReader>();
}

}  // namespace fuseo1
