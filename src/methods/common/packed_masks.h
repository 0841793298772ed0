// Masks at one bit an element, in groups of 16 vectors of halves: bit q of a group's half l is that
// of vector q. So a vector is packed, and unpacked, without moving anything across it. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "methods/common/bit_masks.h"
#include "tensor/lanes.h"

namespace fuseo1 {

inline constexpr std::size_t kGroupHalves = kLaneBytes / sizeof(std::uint16_t);
inline constexpr std::size_t kPackedGroup = 16 * kGroupHalves;  // elements
static_assert(kBlockElems % kPackedGroup == 0);

// What `elems` masks take.
inline std::uint64_t PackedHalves(std::uint64_t elems) {
  return (elems + kPackedGroup - 1) / kPackedGroup * kGroupHalves;
}

// Of the first `count` masks; the rest of the last group is not defined.
inline void PackMasks(const HalfMasks& masks, std::size_t count, std::uint16_t* bits) {
  const auto* from = reinterpret_cast<const std::byte*>(masks.data());
  auto* to = reinterpret_cast<std::byte*>(bits);
  for (std::size_t at = 0; at < count; at += kPackedGroup) {
    HalfLanes packed{};
    HalfLanes bit = AllLanes<HalfLanes>(std::uint16_t{1});
    for (int q = 0; q < 16; ++q, from += kLaneBytes) {
      packed |= LoadLanes<HalfLanes>(from) & bit;
      bit += bit;
    }
    StoreLanes(to, packed);
    to += kLaneBytes;
  }
}

inline void UnpackMasks(const std::uint16_t* bits, std::size_t count, HalfMasks& masks) {
  const auto* from = reinterpret_cast<const std::byte*>(bits);
  auto* to = reinterpret_cast<std::byte*>(masks.data());
  for (std::size_t at = 0; at < count; at += kPackedGroup) {
    const auto packed = LoadLanes<HalfLanes>(from);
    for (int q = 0; q < 16; ++q, to += kLaneBytes) {
      StoreLanes(to, LanesAs<ShortLanes>(packed << (15 - q)) >> 15);
    }
    from += kLaneBytes;
  }
}

}  // namespace fuseo1
