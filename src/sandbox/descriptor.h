// A file descriptor with an owner. Move-only; thread-compatible.
#pragma once

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>
#include <utility>

namespace fuseo1 {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// An unnamed file that holds `bytes`, at its beginning, and may be sealed. Not valid where the
// system gives none: errno says why.
inline Descriptor MemoryFile(const char* name, std::string_view bytes) {
  Descriptor file(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  while (file.valid() && !bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return {};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return file.valid() && lseek(file.get(), 0, SEEK_SET) == 0 ? std::move(file) : Descriptor();
}

}  // namespace fuseo1
