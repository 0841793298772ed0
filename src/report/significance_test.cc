#include "report/significance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/published.h"

namespace fuseo1 {
namespace {

// Values of R: binom.test and pt; two-sided binomial here is twice the smaller tail.
TEST(Significance, BinomialIsTwiceTheSmallerTail) {
  EXPECT_NEAR(BinomialTwoSided(8, 10, 0.5), 2 * (45 + 10 + 1) / 1024.0, 1e-12);
  EXPECT_NEAR(BinomialTwoSided(0, 5, 0.3), 2 * std::pow(0.7, 5), 1e-12);
  EXPECT_EQ(BinomialTwoSided(5, 10, 0.5), 1);
  EXPECT_EQ(BinomialTwoSided(10, 10, 1), 1);
  EXPECT_EQ(BinomialTwoSided(9, 10, 1), 0);
  EXPECT_EQ(BinomialTwoSided(0, 0, 0.5), 1);
}

TEST(Significance, StudentMatchesTheTables) {
  EXPECT_NEAR(StudentTwoSided(2.045229642132703, 29), 0.05, 1e-9);
  EXPECT_NEAR(StudentTwoSided(12.706204736432095, 1), 0.05, 1e-9);
  EXPECT_NEAR(StudentTwoSided(1.959963984540054, 1e7), 0.05, 1e-6);
  EXPECT_NEAR(StudentTwoSided(0, 5), 1, 1e-12);
  EXPECT_NEAR(StudentTwoSided(-2.045229642132703, 29), 0.05, 1e-9);
}

TEST(Significance, ThePublishedRoundingIsGivenAway) {
  const std::vector<double> means = {0.25, 0.5, 0.75, 1};  // mean 0.625
  EXPECT_NEAR(TestAgainstPoint(means, false, 0.6254, 0.0005).p_value, 1, 1e-12);
  EXPECT_LT(TestAgainstPoint(means, false, 0.1, 0.0005).p_value, 0.05);
}

TEST(Significance, OneAnswerAnItemAndEqualItemsAreBinomial) {
  const std::vector<double> single = {1, 1, 0, 0};
  EXPECT_TRUE(TestAgainstPoint(single, true, 0.5, 0).is_exact_binomial);
  const std::vector<double> equal(30, 1.0);
  const PointTest test = TestAgainstPoint(equal, false, 0.5, 0);
  EXPECT_TRUE(test.is_exact_binomial);
  EXPECT_NEAR(test.p_value, 2 * std::pow(0.5, 30), 1e-15);
}

TEST(Significance, HolmStepsDown) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.5};
  const std::vector<double> adjusted = HolmAdjusted(p);
  EXPECT_NEAR(adjusted[0], 0.04, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.09, 1e-12);  // never below an earlier one
  EXPECT_NEAR(adjusted[2], 0.09, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.5, 1e-12);
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

TEST(Published, HoldsEveryCellThatIsNotADash) {
  std::size_t cells = 0;
  for (const PublishedModel& model : PublishedModels()) {
    cells += model.cells.size();
  }
  EXPECT_EQ(cells, 116U);
  EXPECT_EQ(PublishedModels().size(), 13U);
  EXPECT_EQ(PublishedModels().front().name, "OpenAI o1");
  for (const PublishedModel& model : PublishedModels()) {
    if (model.name == "FuseAI/FuseO1-DeepSeekR1-QwQ-SkyT1-32B-Preview") {
      EXPECT_EQ(model.Find("AIME24", "pass@1"), 74.0);
      EXPECT_EQ(model.Find("LiveCodeBench-Hard", "pass@1"), 25.5);
      EXPECT_EQ(model.Find("AIME24", "pass@2"), std::nullopt);
    }
  }
}

TEST(Published, ModelsAreTheSameByTheLastPartOfTheirName) {
  EXPECT_TRUE(IsSameModel("deepseek-ai/DeepSeek-R1", "models/deepseek-r1/"));
  EXPECT_TRUE(IsSameModel("DeepSeek R1", "deepseek-r1"));
  EXPECT_FALSE(IsSameModel("a/b", "a/c"));
  EXPECT_FALSE(IsSameModel("", ""));
}

}  // namespace
}  // namespace fuseo1
