// Random numbers without a generator: a number is a function of (seed, tensor, model, stream,
// element), so
// threads, chunks and order cannot change it. Pure; any thread.
//
// The key mixes everything but the element with the finaliser of SplitMix64; the element goes
// through a 32-bit hash of three multiplications (the constants of Wellons' "triple32"), which
// vectorises on every instruction set. Within one tensor and model, 2^32 elements get 2^32
// different numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fuseo1 {

inline std::uint64_t MixBits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

class ElementRandom {
 public:
  ElementRandom(std::uint64_t seed, std::string_view tensor, std::size_t model,
                std::uint64_t stream = 0)
      : key_(MixBits(seed)) {
    for (const char c : tensor) {
      key_ = MixBits(key_ ^ static_cast<unsigned char>(c));
    }
    key_ = MixBits(key_ ^ (tensor.size() << 8)) + MixBits(model + (stream << 32));
  }

  // out[i] = uniform in [0, 2^32) for element first + i. Elements [first, first + count) do not
  // cross a multiple of 2^32, or are always asked for in the same pieces.
  void Fill(std::uint64_t first, std::size_t count, std::uint32_t* __restrict out) const {
    const std::uint64_t key = MixBits(key_ ^ (first >> 32));
    const auto before = static_cast<std::uint32_t>(key);
    const auto after = static_cast<std::uint32_t>(key >> 32);
    const auto start = static_cast<std::uint32_t>(first);
    const auto end = static_cast<std::uint32_t>(count);
    for (std::uint32_t i = 0; i < end; ++i) {
      std::uint32_t x = (start + i) ^ before;
      x ^= x >> 17;
      x *= 0xED5AD4BBU;
      x ^= x >> 11;
      x = x * 0xAC4C1B51U + after;
      x ^= x >> 15;
      x *= 0x31848BABU;
      x ^= x >> 14;
      out[i] = x;
    }
  }

 private:
  std::uint64_t key_;
};

}  // namespace fuseo1
