#include "eval/metrics/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/metrics/paired.h"

namespace fuseo1 {
namespace {

// One item from a text of grades: '1' right, '0' wrong, 'u' unparsed; every grade its own answer
// class given by the letter in `classes`.
GradedItem Item(const std::string& grades, const std::string& classes = "") {
  GradedItem item;
  for (std::size_t i = 0; i < grades.size(); ++i) {
    GradedSample sample;
    sample.correct = grades[i] == '1';
    sample.unparsed = grades[i] == 'u';
    sample.answer_class = sample.unparsed ? -1 : i < classes.size() ? classes[i] - 'a' : 0;
    sample.text_class =
        sample.unparsed ? "" : std::string(1, i < classes.size() ? classes[i] : 'x');
    item.samples.push_back(sample);
  }
  return item;
}

TEST(Metrics, PassAtOneIsTheMeanOverItemsOfTheMeanOverSamples) {
  const std::vector<GradedItem> items = {Item("1100"), Item("1"), Item("00")};
  const MetricSet m = ComputeMetrics(items);
  EXPECT_DOUBLE_EQ(m.pass_at_1.value, 0.5);
  EXPECT_EQ(m.samples, 7);
  // item means 0.5, 1, 0 around 0.5: sqrt(0.5 / 6)
  EXPECT_DOUBLE_EQ(m.pass_at_1.standard_error, std::sqrt(0.5 / 6));
  EXPECT_TRUE(m.pass_at_k.empty());
}

TEST(Metrics, ItemsWithoutASampleDoNotCount) {
  const MetricSet m = ComputeMetrics(std::vector<GradedItem>{Item("1"), Item("")});
  EXPECT_EQ(m.items, 1);
  EXPECT_DOUBLE_EQ(m.pass_at_1.value, 1);
  EXPECT_DOUBLE_EQ(m.pass_at_1.standard_error, 0);
}

TEST(Metrics, PassAtKIsUnbiased) {
  EXPECT_DOUBLE_EQ(PassAtK(4, 2, 2), 1 - 1.0 / 6);
  EXPECT_DOUBLE_EQ(PassAtK(4, 0, 4), 0);
  EXPECT_DOUBLE_EQ(PassAtK(4, 1, 4), 1);
  EXPECT_NEAR(PassAtK(100'000, 1, 50'000), 0.5, 1e-12);
  const MetricSet m = ComputeMetrics(std::vector<GradedItem>{Item("1100"), Item("0000")});
  EXPECT_DOUBLE_EQ(m.pass_at_k.at(2).value, (1 - 1.0 / 6) / 2);
  EXPECT_EQ(m.pass_at_k.count(5), 0U);
}

TEST(Metrics, ConsensusDropsUnparsedAndGivesTiesToTheFirstClass) {
  // a twice (wrong), b twice (right): tie, a was first. Two unparsed have no vote.
  const MetricSet m = ComputeMetrics(std::vector<GradedItem>{Item("u0101u", "xababx")});
  ASSERT_TRUE(m.consensus.has_value());
  EXPECT_EQ(m.consensus->samples_per_item, 6);
  EXPECT_DOUBLE_EQ(m.consensus->score.value, 0);
  EXPECT_DOUBLE_EQ(m.consensus->tie_expected, 0.5);
  EXPECT_EQ(m.consensus->tied_items, 1);
  // The published rule lets the empty answer vote, and it came first.
  EXPECT_DOUBLE_EQ(m.published_consensus->score.value, 0);
  EXPECT_EQ(m.published_consensus->tied_items, 1);
}

TEST(Metrics, ConsensusOfAnItemWithoutAnAnswerIsZero) {
  const MetricSet m = ComputeMetrics(std::vector<GradedItem>{Item("uu"), Item("11", "aa")});
  EXPECT_DOUBLE_EQ(m.consensus->score.value, 0.5);
  EXPECT_EQ(m.consensus->tied_items, 0);
}

TEST(Metrics, SplitsByDifficultyAndSubject) {
  std::vector<GradedItem> items = {Item("1"), Item("0"), Item("1")};
  items[0].difficulty = items[1].difficulty = "easy";
  items[2].difficulty = "hard";
  items[1].subject = "Geometry";
  const MetricSet m = ComputeMetrics(items);
  EXPECT_DOUBLE_EQ(m.by_difficulty.at("easy").pass_at_1.value, 0.5);
  EXPECT_DOUBLE_EQ(m.by_difficulty.at("hard").pass_at_1.value, 1);
  EXPECT_EQ(m.by_subject.size(), 1U);
}

TEST(Metrics, RatesAreSharesOfSamples) {
  std::vector<GradedItem> items = {Item("1u"), Item("00")};
  items[0].samples[1].truncated = true;
  items[1].samples[0].timeout = true;
  items[1].samples[0].completion_tokens = 100;
  items[1].samples[1].completion_tokens = 300;
  const MetricSet m = ComputeMetrics(items);
  EXPECT_DOUBLE_EQ(m.unparsed_rate, 0.25);
  EXPECT_DOUBLE_EQ(m.truncation_rate, 0.25);
  EXPECT_DOUBLE_EQ(m.timeout_rate, 0.25);
  EXPECT_DOUBLE_EQ(*m.mean_completion_tokens, 200);
}

TEST(Metrics, RoundsAsThePublishedTablesDo) {
  EXPECT_DOUBLE_EQ(PublishedPercent(108.0 / 198, PublishedRounding::kFourDecimalsFirst), 54.6);
  EXPECT_DOUBLE_EQ(PublishedPercent(108.0 / 198, PublishedRounding::kOnce), 54.5);
  EXPECT_DOUBLE_EQ(PublishedPercent(710.0 / 960, PublishedRounding::kOnce), 74.0);
  EXPECT_DOUBLE_EQ(PublishedPercent(474.0 / 500, PublishedRounding::kOnce), 94.8);
}

TEST(PairedTests, SignFlipCountsEveryPattern) {
  const std::vector<double> a = {0, 0, 0, 1};
  const std::vector<double> b = {1, 1, 1, 1};
  const PairedResult r = SignFlipTest(a, b);
  EXPECT_EQ(r.changed_items, 3);
  EXPECT_DOUBLE_EQ(r.p_value, 2.0 / 8);
  EXPECT_DOUBLE_EQ(r.difference, 0.75);
  EXPECT_TRUE(r.is_exact);
  EXPECT_DOUBLE_EQ(SignFlipTest(a, a).p_value, 1);
}

TEST(PairedTests, SignFlipAndMcNemarAgreeOnBinaryItems) {
  std::vector<double> a(100, 0);
  std::vector<double> b(100, 0);
  for (std::size_t i = 0; i < 40; ++i) {
    (i < 28 ? b : a)[i] = 1;
  }
  EXPECT_NEAR(SignFlipTest(a, b).p_value, McNemarExact(28, 12), 1e-12);
  EXPECT_NEAR(McNemarExact(28, 12), 0.01658, 5e-5);
  EXPECT_DOUBLE_EQ(McNemarExact(0, 0), 1);
  EXPECT_DOUBLE_EQ(McNemarExact(3, 3), 1);
}

TEST(PairedTests, SignFlipDrawsWhereItCannotCount) {
  std::vector<double> a(30, 0);
  std::vector<double> b;
  for (int i = 0; i < 30; ++i) {
    b.push_back(std::sqrt(static_cast<double>(i) + 2.0) / 7 * (i % 3 == 0 ? -1 : 1));
  }
  const PairedResult r = SignFlipTest(a, b);
  EXPECT_FALSE(r.is_exact);
  EXPECT_GT(r.p_value, 0);
  EXPECT_LT(r.p_value, 1);
  EXPECT_EQ(r.p_value, SignFlipTest(a, b).p_value);
}

}  // namespace
}  // namespace fuseo1
