// A descriptor as a File, and system calls repeated when a signal interrupts them. Any thread.
#pragma once

#include <cerrno>
#include <memory>
#include <string>

#include "io/file_system.h"

namespace fuseo1 {

// Owns a descriptor; -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Calls until the call ends otherwise than with EINTR.
template <class Call>
auto Uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

std::unique_ptr<File> MakePosixFile(Descriptor descriptor, std::string path);

struct FileStatus {
  int error_number = 0;
  FileInfo info;
};
// fstat of a descriptor, or stat of a path (links followed).
FileStatus StatusOf(int descriptor);
FileStatus StatusOf(const std::string& path);

}  // namespace fuseo1
