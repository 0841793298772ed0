#include "methods/common/packed_masks.h"

#include <gtest/gtest.h>

#include <vector>

#include "methods/common/random.h"

namespace fuseo1 {
namespace {

TEST(PackedMasks, ComeBack) {
  for (const std::size_t count : {1U, 16U, 250U, 256U, 257U, 511U, 512U}) {
    HalfMasks masks{};
    Masks random;
    ElementRandom(1, "w", count).Fill(0, count, random.data());
    for (std::size_t i = 0; i < count; ++i) {
      masks[i] = random[i] % 3 == 0 ? 0xFFFF : 0;
    }
    std::vector<std::uint16_t> bits(PackedHalves(count) + 1, 0xABCD);
    PackMasks(masks, count, bits.data());
    EXPECT_EQ(bits.back(), 0xABCD) << count;
    HalfMasks back;
    UnpackMasks(bits.data(), count, back);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(back[i], masks[i]) << i << " of " << count;
    }
  }
}

}  // namespace
}  // namespace fuseo1
