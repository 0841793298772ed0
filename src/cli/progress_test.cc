#include "cli/progress.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

constexpr ProgressState kHalf{.done_bytes = 500'000'000,
                              .total_bytes = 1'000'000'000,
                              .bytes_per_second = 50'000'000,
                              .io_bytes_per_second = 200'000'000};

TEST(Progress, BarSaysShareRateAndTimeLeft) {
  const std::string bar = ProgressBarText(kHalf, 100);
  EXPECT_NE(bar.find(" 50%"), std::string::npos) << bar;
  EXPECT_NE(bar.find("200 MB/s"), std::string::npos) << bar;
  EXPECT_NE(bar.find("10 s left"), std::string::npos) << bar;
}

TEST(Progress, BarNeverWraps) {
  for (int columns = 9; columns < 300; ++columns) {
    EXPECT_LT(static_cast<int>(ProgressBarText(kHalf, columns).size()), columns);
  }
}

TEST(Progress, LineNamesWhatIsDone) {
  EXPECT_EQ(ProgressLineText(kHalf), "50%: 500 MB of 1.00 GB, 200 MB/s, 10 s left");
}

TEST(Progress, NothingToDoIsDone) { EXPECT_EQ(ProgressLineText({}), "100%: 0 B of 0 B"); }

}  // namespace
}  // namespace fuseo1
