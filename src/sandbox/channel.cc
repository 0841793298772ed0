#include "sandbox/channel.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxMessageBytes = 64 * kKiB;  // what a driver may answer

bool Readable(int fd, SteadyTime deadline) {
  pollfd waiting{fd, POLLIN, 0};
  return fd >= 0 && poll(&waiting, 1, MillisecondsUntil(deadline)) > 0;
}

}  // namespace

int MillisecondsUntil(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())
          .count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

std::string LittleEndian32(std::size_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<char>((value >> shift) & 0xff));
  return bytes;
}

bool Channel::Send(char kind, std::string_view payload, const std::vector<int>& descriptors) {
  const std::string head = kind + LittleEndian32(payload.size());
  iovec part{const_cast<char*>(head.data()), head.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> space{};
  if (!descriptors.empty()) {
    message.msg_control = space.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  return sendmsg(fd(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(head.size()) &&
         SendBytes(payload);
}

bool Channel::SendBytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

char Channel::Receive(std::string& payload, SteadyTime deadline) {
  std::string bytes;
  std::size_t wanted = 5;
  while (bytes.size() < wanted) {
    if (!Readable(fd(), deadline)) return 0;
    std::array<char, 4096> buffer;
    const ssize_t got =
        recv(fd(), buffer.data(), std::min(buffer.size(), wanted - bytes.size()), 0);
    if (got <= 0) return 0;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() == 5) {
      std::uint64_t size = 0;
      for (std::size_t i = 4; i >= 1; --i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
      if (size > kMaxMessageBytes) return 0;
      wanted = 5 + static_cast<std::size_t>(size);
    }
  }
  payload = bytes.substr(5);
  return bytes[0];
}

void Channel::WaitForEnd(SteadyTime deadline) {
  std::array<char, 256> rest;
  while (Readable(fd(), deadline) && recv(fd(), rest.data(), rest.size(), 0) > 0) {
  }
}

}  // namespace fuseo1
