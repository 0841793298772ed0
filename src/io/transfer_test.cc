#include "io/transfer.h"

#include <gtest/gtest.h>

#include <vector>

namespace fuseo1 {
namespace {

// Plays a script: each call answers with the next step; a negative one is an errno.
struct Script {
  std::vector<long> steps;
  std::size_t calls = 0;

  ssize_t operator()(std::size_t /*done*/, std::size_t bytes) {
    const long step = calls < steps.size() ? steps[calls] : static_cast<long>(bytes);
    ++calls;
    if (step < 0) {
      errno = static_cast<int>(-step);
      return -1;
    }
    return step;
  }
};

TEST(Transfer, GoesOnAfterShortCalls) {
  Script script{{3, 1, 4}};
  const TransferResult result = TransferFully(10, std::ref(script));
  EXPECT_EQ(result.bytes, 10u);
  EXPECT_EQ(result.error_number, 0);
  EXPECT_EQ(script.calls, 4u);
}

TEST(Transfer, RepeatsInterruptedCalls) {
  Script script{{-EINTR, -EINTR, 5, -EINTR}};
  const TransferResult result = TransferFully(10, std::ref(script));
  EXPECT_EQ(result.bytes, 10u);
  EXPECT_EQ(script.calls, 5u);
}

TEST(Transfer, StopsAtTheEndOfTheFile) {
  Script script{{4, 0}};
  const TransferResult result = TransferFully(10, std::ref(script));
  EXPECT_EQ(result.bytes, 4u);
  EXPECT_EQ(result.error_number, 0);
}

TEST(Transfer, StopsAtTheFirstErrorAndSaysHowFarItCame) {
  Script script{{4, -ENOSPC, 6}};
  const TransferResult result = TransferFully(10, std::ref(script));
  EXPECT_EQ(result.bytes, 4u);
  EXPECT_EQ(result.error_number, ENOSPC);
  EXPECT_EQ(script.calls, 2u);
}

TEST(Transfer, AsksForNoMoreThanTheKernelMoves) {
  std::vector<std::size_t> asked;
  const auto call = [&](std::size_t, std::size_t bytes) {
    asked.push_back(bytes);
    return static_cast<ssize_t>(bytes);
  };
  EXPECT_EQ(TransferFully(3 * kMaxTransferBytes - 1, call).bytes, 3 * kMaxTransferBytes - 1);
  EXPECT_EQ(asked, (std::vector<std::size_t>{kMaxTransferBytes, kMaxTransferBytes,
                                             kMaxTransferBytes - 1}));
}

}  // namespace
}  // namespace fuseo1
