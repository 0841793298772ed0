// xxh3-128: the fingerprint of headers, tensors and files. Not for secrets. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace fuseo1 {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // 32 hexadecimal digits, the canonical (big-endian) form of xxh128sum.
  std::string Hex() const;
  static bool FromHex(std::string_view hex, Hash128* out);
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

Hash128 HashBytes(std::span<const std::byte> bytes);
Hash128 HashText(std::string_view text);

// The same hash of bytes that arrive piece by piece, in order. One thread at a time.
class StreamHash {
 public:
  StreamHash();
  ~StreamHash();
  StreamHash(StreamHash&&) noexcept;
  StreamHash& operator=(StreamHash&&) noexcept;

  void Update(std::span<const std::byte> bytes);
  Hash128 Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fuseo1
