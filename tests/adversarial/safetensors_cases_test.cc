// Every hostile file ends in one clear line, in 10 ms and with 1 MiB at most.
#include "adversarial/safetensors_cases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "adversarial/counted_memory.h"
#include "base/limits.h"
#include "base/text.h"
#include "io/safetensors.h"
#include "io/testing.h"

namespace fuseo1 {
namespace {

using testing::FileCase;

// Processor time of this thread: other programs run beside the tests.
double Milliseconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Cost {
  bool is_ok = false;
  std::string message;
  ErrorCode code = ErrorCode::kBug;
  double ms = 0;
  std::uint64_t peak_bytes = 0;
};

Cost Read(const File& file) {
  Cost cost;
  testing::ResetPeak();
  const std::uint64_t before = testing::LiveBytes();
  const double start = Milliseconds();
  Interner interner;
  const auto header = ReadSafetensorsHeader(file, interner);
  cost.ms = Milliseconds() - start;
  cost.peak_bytes = testing::PeakBytes() - before;
  cost.is_ok = header.ok();
  if (!header.ok()) {
    cost.message = header.error().message();
    cost.code = header.error().code();
  }
  return cost;
}

// The fastest of a few tries: caches are shared.
Cost ReadQuickly(const File& file) {
  Cost best = Read(file);
  for (int i = 0; i < 4 && best.ms > 2; ++i) {
    best.ms = std::min(best.ms, Read(file).ms);
  }
  return best;
}

class Hostile : public ::testing::TestWithParam<FileCase> {};

TEST_P(Hostile, IsRefusedInOneClearLine) {
  const testing::MemoryFile file(GetParam().bytes, "dir/model.safetensors");
  const Cost cost = ReadQuickly(file);
  ASSERT_FALSE(cost.is_ok);
  EXPECT_EQ(cost.code, ErrorCode::kInput);
  EXPECT_TRUE(Contains(cost.message, GetParam().expects)) << cost.message;
  EXPECT_TRUE(StartsWith(cost.message, "dir/model.safetensors: ")) << cost.message;
  EXPECT_FALSE(HasControlCharacters(cost.message)) << cost.message;
  EXPECT_TRUE(IsValidUtf8(cost.message));
  EXPECT_LT(cost.message.size(), 1000u);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(cost.ms, 10);
  // A header that is itself larger than the bar is bounded by three times its size.
  EXPECT_LT(cost.peak_bytes, std::max<std::uint64_t>(kMiB, 3 * GetParam().bytes.size()));
#endif
}

INSTANTIATE_TEST_SUITE_P(Safetensors, Hostile, ::testing::ValuesIn(testing::AllHostileCases()),
                         [](const auto& test) { return test.param.name; });

class Legal : public ::testing::TestWithParam<FileCase> {};

TEST_P(Legal, IsRead) {
  const Cost cost = Read(testing::MemoryFile(GetParam().bytes));
  EXPECT_TRUE(cost.is_ok) << cost.message;
}

INSTANTIATE_TEST_SUITE_P(Safetensors, Legal, ::testing::ValuesIn(testing::LegalOddities()),
                         [](const auto& test) { return test.param.name; });

TEST(Safetensors, RefusesEveryFileCutShort) {
  const std::string file =
      testing::SafetensorsFile({{"a", DType::kF32, {2, 3}, ""}, {"b", DType::kBF16, {5}, ""}});
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    const Cost cost = Read(testing::MemoryFile(file.substr(0, bytes)));
    EXPECT_FALSE(cost.is_ok) << bytes;
    EXPECT_EQ(cost.code, ErrorCode::kInput) << bytes;
  }
}

// `tensors` entries in the manner of `entry(i)`, in a file with `data_bytes` bytes of data.
template <class EntryText>
std::string Many(int tensors, std::size_t data_bytes, EntryText entry) {
  std::string json = "{";
  for (int i = 0; i < tensors; ++i) {
    json += i == 0 ? "" : ",";
    json += entry(i);
  }
  return testing::RawSafetensors(json + "}", std::string(data_bytes, 'd'));
}

TEST(Safetensors, HoldsAtMostThreeTimesTheHeaderWhateverItSays) {
  struct Row {
    std::string name;
    std::string bytes;
  };
  const std::vector<Row> rows = {
      {"one range", Many(150'000, 16,
                         [](int i) {
                           return fmt::format(
                               R"("t{}":{{"dtype":"U8","shape":[16],"data_offsets":[0,16]}})", i);
                         })},
      {"one name",
       Many(150'000, 16,
            [](int) { return R"("t":{"dtype":"U8","shape":[16],"data_offsets":[0,16]})"; })},
      {"legal", Many(150'000, 300'000, [](int i) {
         return fmt::format(
             R"("model.layers.{}.weight":{{"dtype":"BF16","shape":[1],"data_offsets":[{},{}]}})", i,
             2 * i, 2 * i + 2);
       })}};
  for (const Row& row : rows) {
    const testing::MemoryFile file(row.bytes);
    const Cost cost = Read(file);
    EXPECT_LT(static_cast<double>(cost.peak_bytes), 3.0 * static_cast<double>(row.bytes.size()))
        << row.name;
    RecordProperty(row.name + " bytes per header byte",
                   std::to_string(static_cast<double>(cost.peak_bytes) /
                                  static_cast<double>(row.bytes.size())));
  }
}

TEST(Safetensors, TakesTimeInProportionToTheHeader) {
  const auto overlapping = [](int tensors) {
    return testing::MemoryFile(Many(tensors, 16, [](int i) {
      return fmt::format(R"("t{}":{{"dtype":"U8","shape":[16],"data_offsets":[0,16]}})", i);
    }));
  };
  const double small = ReadQuickly(overlapping(20'000)).ms;
  const double large = ReadQuickly(overlapping(160'000)).ms;
  EXPECT_LT(large, 8 * small * 2.5) << small << " ms and " << large << " ms";
}

}  // namespace
}  // namespace fuseo1
