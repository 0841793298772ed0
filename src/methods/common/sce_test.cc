// SCE on tensors that are too long to keep: thresholds by sample and window, weights from the
// survey that settles the threshold.
#include "methods/common/sce.h"

#include <gtest/gtest.h>

#include <numeric>

#include "methods/testing.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kModels = 3;
constexpr double kTopk = 0.1;

// A base and three models. steps > 0: differences are multiples of 1 / steps, so that many are
// equal.
Arrays Inputs(std::size_t elems, int steps) {
  Arrays inputs(kModels + 1, std::vector<double>(elems));
  for (std::size_t i = 0; i < elems; ++i) {
    inputs[0][i] = static_cast<float>(UniformOf(3, 0, i));
    for (std::size_t j = 1; j <= kModels; ++j) {
      double change = UniformOf(3, static_cast<int>(j), i);
      change = steps > 0 ? std::round(change * steps) / steps : change * change * change;
      inputs[j][i] = steps > 0 ? change : static_cast<float>(inputs[0][i] + change);
    }
  }
  return inputs;
}

void RoundToBf16(std::vector<double>& numbers) {
  for (double& number : numbers) {
    number = RoundedTo(DType::kBF16, number);
  }
}

TestTask Task(const MethodDef& method, std::size_t elems) {
  TestTask test;
  test.shape = {elems};
  test.task.input_count = kModels + 1;
  test.task.base = 0;
  test.Defaults(method);
  test.params.Set("select_topk", kTopk);
  return test;
}

TestTask TaskOfBf16(const MethodDef& method, std::size_t elems) {
  TestTask test = Task(method, elems);
  test.task.dtype = DType::kBF16;
  test.task.significant_bits = SignificantBits(DType::kBF16);
  return test;
}

// The weights by the definition: the variances sorted.
std::vector<double> Weights(const Arrays& inputs) {
  const std::size_t elems = inputs[0].size();
  std::vector<float> variance(elems);
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < elems; ++i) {
    double sum = 0;
    double squares = 0;
    for (std::size_t j = 2; j <= kModels; ++j) {
      const double distance = inputs[j][i] - inputs[1][i];
      sum += distance;
      squares += distance * distance;
    }
    const double scaled = kModels * squares - sum * sum;
    variance[i] = static_cast<float>(scaled);
    nonzero += scaled != 0 ? 1 : 0;
  }
  std::vector<std::size_t> order(elems);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return variance[a] > variance[b]; });
  order.resize(static_cast<std::size_t>(static_cast<double>(nonzero) * kTopk));
  std::vector<double> weights(kModels);
  for (const std::size_t i : order) {
    for (std::size_t j = 0; j < kModels; ++j) {
      const double difference = inputs[j + 1][i] - inputs[0][i];
      weights[j] += difference * difference;
    }
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) {
    weight /= total;
  }
  return weights;
}

std::vector<double> Expected(const Arrays& inputs) {
  const std::vector<double> weights = Weights(inputs);
  std::vector<double> out(inputs[0].size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    double balance = 0;
    for (std::size_t j = 1; j <= kModels; ++j) {
      balance += inputs[j][i] - inputs[0][i];
    }
    double numerator = 0;
    double divisor = 0;
    for (std::size_t j = 1; j <= kModels; ++j) {
      const double difference = inputs[j][i] - inputs[0][i];
      if (balance >= 0 ? difference > 0 : difference < 0) {
        numerator += weights[j - 1] * difference;
        divisor += weights[j - 1];
      }
    }
    out[i] = inputs[0][i] + (divisor == 0 ? 0 : numerator / divisor);
  }
  return out;
}

TEST(Sce, LongTensorsAreWeighedByTheSelectedElements) {
  const MethodDef* method = FindMethod("sce");
  for (const std::size_t elems : {std::size_t{70001}, std::size_t{400001}}) {
    for (const int steps : {0, 3, 50}) {
      TestTask test = Task(*method, elems);
      const Arrays inputs = Inputs(elems, steps);
      const ExactRun run = RunExact(*method, test, inputs, 1);
      ASSERT_TRUE(run.status.ok());
      const std::vector<double> expected = Expected(inputs);
      for (std::size_t i = 0; i < elems; ++i) {
        ASSERT_NEAR(run.out[i], expected[i], 1e-12) << i << " of " << elems << ", " << steps;
      }
      for (const int workers : {2, 5}) {
        EXPECT_TRUE(RunExact(*method, test, inputs, workers).out == run.out) << workers;
      }
    }
  }
}

// A quarter of the elements lies around the threshold: more than are kept.
TEST(Sce, LooksAgainWhereTooManyAreOpen) {
  constexpr std::size_t kElems = 4'000'000;
  const MethodDef* method = FindMethod("sce");
  TestTask test = TaskOfBf16(*method, kElems);
  Arrays inputs = Inputs(kElems, 1);
  RoundToBf16(inputs[0]);
  const ExactRun run = RunExact(*method, test, inputs, 2, {}, HalvesOf(inputs));
  ASSERT_TRUE(run.status.ok());
  const std::vector<double> expected = Expected(inputs);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < kElems; ++i) {
    wrong += std::abs(run.out[i] - expected[i]) > 1e-12 ? 1 : 0;
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_TRUE(run.out_halves == HalvesOf({run.out}).front());
}

TEST(Sce, LongTensorsOfPairsGetTheSameBits) {
  const MethodDef* method = FindMethod("sce");
  for (const std::size_t elems : {std::size_t{70001}, std::size_t{400016}}) {
    for (const int steps : {0, 3, 50}) {
      for (const char* variant : {"fuseo1", "mergekit"}) {
        TestTask test = TaskOfBf16(*method, elems);
        test.params.SetText("variant", variant);
        Arrays inputs = Inputs(elems, steps);
        std::for_each(inputs.begin(), inputs.end(), RoundToBf16);
        const std::vector<std::uint16_t> expected =
            HalvesOf({RunExact(*method, test, inputs).out}).front();
        for (const int workers : {1, 5}) {
          const ExactRun run = RunExact(*method, test, inputs, workers, {}, HalvesOf(inputs));
          ASSERT_TRUE(run.status.ok());
          EXPECT_TRUE(run.out_halves == expected) << elems << " " << steps << " " << variant;
        }
      }
    }
  }
}

}  // namespace
}  // namespace fuseo1
