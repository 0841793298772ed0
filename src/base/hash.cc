#include "base/hash.h"

#include <xxhash.h>
#ifdef __x86_64__
#include <xxh_x86dispatch.h>  // the widest instructions of this machine; it replaces the names below
#endif

#include <array>
#include <cstdio>

#include "base/check.h"

namespace fuseo1 {
namespace {

Hash128 From(XXH128_hash_t hash) { return {hash.high64, hash.low64}; }

// xxhash chooses its instructions in the first long hash, without a lock: that one is ours.
void ChooseInstructions() {
  static const Hash128 chosen = [] {
    const std::array<std::byte, 1024> zeros{};
    return From(XXH3_128bits(zeros.data(), zeros.size()));
  }();
  static_cast<void>(chosen);
}

struct Free {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

std::string Hash128::Hex() const {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text.data();
}

bool Hash128::FromHex(std::string_view hex, Hash128* out) {
  if (hex.size() != 32) {
    return false;
  }
  std::array<std::uint64_t, 2> words{};
  for (std::size_t i = 0; i < 32; ++i) {
    const char c = hex[i];
    int digit = -1;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    }
    if (digit < 0) {
      return false;
    }
    words[i / 16] = (words[i / 16] << 4) | static_cast<std::uint64_t>(digit);
  }
  *out = {words[0], words[1]};
  return true;
}

Hash128 HashBytes(std::span<const std::byte> bytes) {
  ChooseInstructions();
  return From(XXH3_128bits(bytes.data(), bytes.size()));
}

Hash128 HashText(std::string_view text) { return HashBytes(std::as_bytes(std::span(text))); }

struct StreamHash::State {
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

StreamHash::StreamHash() : state_(std::make_unique<State>()) {
  ChooseInstructions();
  FUSEO1_CHECK(state_->xxh != nullptr);
  XXH3_128bits_reset(state_->xxh.get());
}
StreamHash::~StreamHash() = default;
StreamHash::StreamHash(StreamHash&&) noexcept = default;
StreamHash& StreamHash::operator=(StreamHash&&) noexcept = default;

void StreamHash::Update(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

Hash128 StreamHash::Digest() const { return From(XXH3_128bits_digest(state_->xxh.get())); }

}  // namespace fuseo1
