// torch's CPU generator: mt19937 seeded by init_genrand, at any position of its stream.
// merge-spec 4.9.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <random>

#include "methods/method.h"

namespace fuseo1 {

// Gives generators positioned at offsets of one stream. Offsets are mostly asked for in ascending
// order: the nearest earlier position is remembered, so that nothing is skipped twice. Thread-safe.
class TorchStream {
 public:
  explicit TorchStream(std::uint64_t seed) {
    positions_.emplace(0, std::mt19937(static_cast<std::uint32_t>(seed)));
  }

  // The generator after `draws` draws.
  std::mt19937 At(std::uint64_t draws) {
    const std::lock_guard lock(mutex_);
    auto it = std::prev(positions_.upper_bound(draws));
    std::mt19937 engine = it->second;
    engine.discard(draws - it->first);
    if (draws != it->first) {
      positions_.emplace(draws, engine);
      if (positions_.size() > kMaxPositions) {
        positions_.erase(std::next(positions_.begin()));  // the start stays
      }
    }
    return engine;
  }

 private:
  static constexpr std::size_t kMaxPositions = 64;
  std::mutex mutex_;
  std::map<std::uint64_t, std::mt19937> positions_;
};

class Mt19937Random : public TorchRandom {
 public:
  explicit Mt19937Random(std::mt19937 engine) : engine_(engine) {}
  std::uint32_t Next32() override { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

}  // namespace fuseo1
