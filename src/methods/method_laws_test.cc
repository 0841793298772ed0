// Laws that every registered method meets, whatever it computes.
#include <gtest/gtest.h>

#include <cstring>

#include "methods/testing.h"
#include "tensor/isa.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kRow = 173;
constexpr std::uint64_t kRows = 521;  // three segments and a bit

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// Inputs that the method takes: 2 where it wants exactly two, else 3 or its limit.
std::size_t InputCount(const MethodDef& method) {
  const auto most = static_cast<std::size_t>(method.max_inputs == 0 ? 4 : method.max_inputs);
  return std::max<std::size_t>(std::min<std::size_t>(most, 4),
                               static_cast<std::size_t>(method.min_inputs));
}

TestTask MakeTask(const MethodDef& method, std::vector<std::uint64_t> shape) {
  TestTask test;
  test.shape = std::move(shape);
  test.task.input_count = InputCount(method);
  test.task.seed = 7;
  if (method.base == BaseRule::kRequired) {
    test.task.base = 1;
    test.task.base_configured = true;
    if (test.task.input_count == 1) {
      test.task.base = 0;
    }
  }
  test.Defaults(method);
  for (const ParamDef& def : method.params) {
    if (def.name == "density") {
      test.params.SetPerInput("density", Params::Numbers(test.task.input_count, 0.4));
    } else if (def.name == "select_topk") {
      test.params.Set("select_topk", 0.3);
    } else if (def.name == "t") {
      test.params.Set("t", 0.37);
    } else if (def.name == "rescale") {
      test.params.Set("rescale", 1.0);
    }
  }
  return test;
}

Arrays MakeInputs(const TestTask& test, std::uint64_t elems, InputRecipe recipe = {}) {
  Arrays inputs;
  for (std::size_t k = 0; k < test.task.input_count; ++k) {
    inputs.push_back(MakeInput(recipe, static_cast<int>(k) == test.task.base ? 0 : k + 1, elems));
  }
  return inputs;
}

class MethodLaws : public testing::TestWithParam<const MethodDef*> {};

TEST_P(MethodLaws, ThreadsDoNotChangeABit) {
  const MethodDef& method = *GetParam();
  TestTask test = MakeTask(method, {kRows, kRow});
  const Arrays inputs = MakeInputs(test, kRows * kRow);
  const ExactRun one = RunExact(method, test, inputs, 1);
  ASSERT_TRUE(one.status.ok());
  for (const int workers : {2, 3, 7}) {
    EXPECT_TRUE(SameBits(one.out, RunExact(method, test, inputs, workers).out)) << workers;
  }
}

TEST_P(MethodLaws, BlocksOfFloatsGiveTheSameBits) {
  const MethodDef& method = *GetParam();
  TestTask test = MakeTask(method, {kRows, kRow});
  if (!method.start(test.Get())->TakesFloats()) {
    GTEST_SKIP() << "takes doubles only";
  }
  const Arrays inputs = MakeInputs(test, kRows * kRow);
  FloatArrays floats;
  for (const std::vector<double>& input : inputs) {
    floats.emplace_back(input.begin(), input.end());
    ASSERT_TRUE(std::equal(input.begin(), input.end(), floats.back().begin()));
  }
  const ExactRun expected = RunExact(method, test, inputs);
  ASSERT_TRUE(expected.status.ok());
  EXPECT_TRUE(SameBits(expected.out, RunExact(method, test, inputs, 2, floats).out));
}

TEST_P(MethodLaws, BlocksOfPairsGiveTheSameBits) {
  const MethodDef& method = *GetParam();
  for (const std::uint64_t row : {kRow, std::uint64_t{176}}) {
    TestTask test = MakeTask(method, {kRows, row});
    test.task.dtype = DType::kBF16;
    test.task.significant_bits = SignificantBits(DType::kBF16);
    const Arrays inputs = MakeInputs(test, kRows * row);
    const ExactRun expected = RunExact(method, test, inputs);
    ASSERT_TRUE(expected.status.ok());
    const ExactRun run = RunExact(method, test, inputs, 2, {}, HalvesOf(inputs));
    EXPECT_TRUE(SameBits(expected.out, run.out));  // after surveys of pairs
    if (!run.out_halves.empty()) {
      EXPECT_TRUE(run.out_halves == HalvesOf({expected.out}).front());
    }
  }
}

TEST_P(MethodLaws, InstructionSetsDoNotChangeABit) {
  const MethodDef& method = *GetParam();
  TestTask test = MakeTask(method, {kRows, kRow});
  const Arrays inputs = MakeInputs(test, kRows * kRow);
  const ExactRun expected = RunExact(method, test, inputs, 1);
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!HasIsa(isa)) {
      continue;
    }
    for (const MethodDef* other : MethodsFor(isa)) {
      if (other->name == method.name) {
        EXPECT_TRUE(SameBits(expected.out, RunExact(*other, test, inputs, 1).out)) << IsaName(isa);
      }
    }
  }
}

TEST_P(MethodLaws, EqualInputsGiveThatInput) {
  const MethodDef& method = *GetParam();
  if (!method.equal_inputs_give_input) {
    GTEST_SKIP();
  }
  TestTask test = MakeTask(method, {61, 43});
  const Arrays inputs(test.task.input_count, MakeInput({}, 1, 61 * 43));
  const ExactRun run = RunExact(method, test, inputs);
  ASSERT_TRUE(run.status.ok());
  for (std::size_t i = 0; i < run.out.size(); ++i) {
    ASSERT_EQ(RoundedTo(DType::kF32, run.out[i]), inputs[0][i]) << i;
  }
}

TEST_P(MethodLaws, FiniteInputsGiveFiniteResults) {
  const MethodDef& method = *GetParam();
  for (const double spread : {0.0, 1e-30, 1e-3, 1e6}) {
    TestTask test = MakeTask(method, {67, 41});
    const Arrays inputs =
        MakeInputs(test, 67 * 41, {.dtype = DType::kBF16, .seed = 3, .spread = spread});
    const ExactRun run = RunExact(method, test, inputs);
    ASSERT_TRUE(run.status.ok());
    for (std::size_t i = 0; i < run.out.size(); ++i) {
      ASSERT_TRUE(std::isfinite(run.out[i])) << spread << " " << i;
    }
  }
}

TEST_P(MethodLaws, ScalarsAndSingleElementsMerge) {
  const MethodDef& method = *GetParam();
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{}, {1}, {1, 1}, {5, 1}, {1, 7}, {2, 3, 4}}) {
    TestTask test = MakeTask(method, shape);
    const Arrays inputs = MakeInputs(test, test.Get().elems);
    const ExactRun run = RunExact(method, test, inputs);
    ASSERT_TRUE(run.status.ok());
    for (const double value : run.out) {
      EXPECT_TRUE(std::isfinite(value));
    }
    TestTorchRandom random(1);
    std::vector<double> out;
    ASSERT_TRUE(RunTorch<float>(method, test, DType::kBF16, inputs, random, out).ok());
    for (const double value : out) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST_P(MethodLaws, TheShapeMattersOnlyWhereClaimed) {
  const MethodDef& method = *GetParam();
  if (!method.shape_free) {
    GTEST_SKIP();
  }
  TestTask matrix = MakeTask(method, {kRows, kRow});
  TestTask vector = MakeTask(method, {kRows * kRow});
  const Arrays inputs = MakeInputs(matrix, kRows * kRow);
  EXPECT_TRUE(SameBits(RunExact(method, matrix, inputs).out, RunExact(method, vector, inputs).out));
}

TEST_P(MethodLaws, OnlyTheBaseGivesTheBase) {
  const MethodDef& method = *GetParam();
  if (method.base != BaseRule::kRequired || method.min_inputs > 1) {
    GTEST_SKIP();
  }
  TestTask test = MakeTask(method, {61, 43});
  test.task.input_count = 1;
  test.task.base = 0;
  const Arrays inputs = {MakeInput({}, 0, 61 * 43)};
  EXPECT_TRUE(SameBits(RunExact(method, test, inputs).out, inputs[0]));
}

INSTANTIATE_TEST_SUITE_P(All, MethodLaws, testing::ValuesIn(Methods().begin(), Methods().end()),
                         [](const auto& made) { return std::string(made.param->name); });

}  // namespace
}  // namespace fuseo1
