// Small merges whose bits were taken from mergekit and from FuseO1's fork: four bf16 tensors of 4 x
// 4, scalars that bf16 represents, no ties at a threshold.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "methods/testing.h"
#include "methods/testing_vectors.h"

namespace fuseo1 {
namespace {

constexpr Bits kTinyA = {0xbd29, 0x3ca2, 0x3d39, 0xbd8e, 0xbc08, 0x3c6c, 0xbd02, 0xbd37,
                         0x3d3e, 0xbcdb, 0xbd6f, 0xbcbc, 0x3d10, 0x3d4f, 0x3c3a, 0x3d5e};
constexpr Bits kTinyB = {0xbd28, 0x3ca2, 0x3d38, 0xbd8d, 0xbc04, 0x3c67, 0xbd04, 0xbd38,
                         0x3d3c, 0xbcd8, 0xbd6c, 0xbcbf, 0x3d11, 0x3d4f, 0x3c40, 0x3d5f};
constexpr Bits kTinyC = {0xbd28, 0x3ca1, 0x3d38, 0xbd8e, 0xbc20, 0x3c62, 0xbd04, 0xbd35,
                         0x3d41, 0xbcdb, 0xbd6e, 0xbcc4, 0x3d13, 0x3d4e, 0x3c3a, 0x3d60};

struct Vector {
  const char* method;
  std::map<std::string, double> numbers;
  const char* variant;
  bool tiny;
  Bits expected;
};

TEST(MethodVectors, TorchNumericsGiveMergekitsBits) {
  const std::vector<Vector> vectors = {
      {"task_arithmetic",
       {{"weight", 0.5}},
       nullptr,
       false,
       {0xbd57, 0x3c69, 0x3d65, 0xbd5d, 0xbd2d, 0xbb8c, 0xbd23, 0xbd26, 0x3d64, 0xbc73, 0xbd50,
        0xbd89, 0x3d22, 0x3d3c, 0x3b97, 0x3d7c}},
      {"task_arithmetic",
       {{"weight", 0.5}, {"lambda", 0.5}},
       nullptr,
       false,
       {0xbd40, 0x3c8b, 0x3d4e, 0xbd7c, 0xbcd0, 0x3ba4, 0xbd13, 0xbd2e, 0x3d51, 0xbcaa, 0xbd5f,
        0xbd38, 0x3d1a, 0x3d45, 0x3c04, 0x3d6e}},
      {"ties",
       {{"weight", 1}, {"density", 0.5}},
       nullptr,
       false,
       {0xbd69, 0x3ca2, 0x3d83, 0xbcc0, 0xbdc7, 0xbc06, 0xbd47, 0xbc88, 0x3dc3, 0xba40, 0xbcd0,
        0xbd86, 0x3d8f, 0x3d4f, 0xbae0, 0x3d9e}},
      {"dare_linear",
       {{"weight", 0.5}, {"density", 0.5}},
       nullptr,
       false,
       {0xbd28, 0x3ca2, 0x3d9a, 0xbd8e, 0x3c0d, 0x3b9c, 0xbce2, 0x3db2, 0x3cd7, 0xbc3d, 0xbd0e,
        0xbd1c, 0x3d11, 0xbbd8, 0x3c3d, 0x3d16}},
      {"dare_ties",
       {{"weight", 0.5}, {"density", 0.5}},
       nullptr,
       false,
       {0xbd28, 0x3ca2, 0x3d9e, 0xbd8e, 0x3c0d, 0x3b9c, 0xbc80, 0x3db2, 0x3cd7, 0xbc04, 0xbd0e,
        0xbd1c, 0x3d11, 0xbbd8, 0x3c3d, 0x3d06}},
      {"della",
       {{"weight", 0.5}, {"density", 0.5}, {"epsilon", 0.125}},
       nullptr,
       false,
       {0xbd28, 0x3ca2, 0x3da2, 0xbd8e, 0xbe88, 0xbb9c, 0x3b10, 0x3d17, 0x3bc8, 0x3c2e, 0xbc34,
        0xbd5b, 0x3d11, 0x3cf8, 0x3c3d, 0x3c18}},
      {"breadcrumbs",
       {{"weight", 0.5}, {"density", 0.5}, {"gamma", 0.125}},
       nullptr,
       false,
       {0xbd48, 0x3ca2, 0x3d38, 0xbd9a, 0x3aa0, 0xbb8c, 0xbd10, 0xbd26, 0x3d68, 0xbc61, 0xbd8a,
        0xbd0a, 0x3d58, 0x3d46, 0x3b97, 0x3d72}},
      {"breadcrumbs_ties",
       {{"weight", 0.5}, {"density", 0.5}, {"gamma", 0.125}},
       nullptr,
       false,
       {0xbd48, 0x3ca2, 0x3d38, 0xbd9a, 0x3aa0, 0xbc06, 0xbd25, 0xbcfb, 0x3d91, 0xbc61, 0xbd8a,
        0xbd0a, 0x3d58, 0x3d38, 0xb9e0, 0x3d87}},
      {"sce",
       {{"select_topk", 1}},
       "fuseo1",
       false,
       {0xbd3e, 0x3c4c, 0x3d56, 0xbcc0, 0xbdc7, 0xbc50, 0xbd30, 0xbc88, 0x3dc4, 0xba20, 0xbcd0,
        0xbd94, 0x3d8f, 0x3d27, 0x3a20, 0x3d95}},
      {"sce",
       {{"select_topk", 0.5}},
       "fuseo1",
       false,
       {0xbd3c, 0x3c48, 0x3d4f, 0xbcc2, 0xbdc7, 0xbc5a, 0xbd30, 0xbc88, 0x3dc2, 0xba40, 0xbcd0,
        0xbd9a, 0x3d8f, 0x3d26, 0x3a40, 0x3d96}},
      {"sce",
       {{"select_topk", 1}},
       "mergekit",
       false,
       {0xbd3e, 0x3c4c, 0x3d56, 0xbcc0, 0xbdc7, 0xbc50, 0xbd30, 0xbc88, 0x3dc4, 0xba20, 0xbcd0,
        0xbd94, 0x3d8f, 0x3d27, 0x3a20, 0x3d95}},
      {"sce",
       {{"select_topk", 0.5}},
       "mergekit",
       false,
       {0xbd28, 0x3ca2, 0x3d38, 0xbcc2, 0xbdc7, 0xbc5a, 0xbd03, 0xbc87, 0x3dc3, 0xbcdb, 0xbcd0,
        0xbd9a, 0x3d8f, 0x3d4f, 0x3c3d, 0x3d5f}},
      {"sce",
       {{"select_topk", 1}},
       "fuseo1",
       true,
       {0xbd29, 0x3ca1, 0x3d39, 0xbd8d, 0xbc20, 0x3c63, 0xbd04, 0xbd35, 0x3d41, 0xbcd8, 0xbd6c,
        0xbcc3, 0x3d13, 0x3d4e, 0x3c3a, 0x3d60}},
      {"sce",
       {{"select_topk", 1}},
       "mergekit",
       true,
       {0xbd29, 0x3ca1, 0x3d39, 0xbd8d, 0xbc20, 0x3c64, 0xbd04, 0xbd35, 0x3d41, 0xbcd8, 0xbd6c,
        0xbcc2, 0x3d13, 0x3d4e, 0x3c3a, 0x3d60}},
  };
  for (const Vector& vector : vectors) {
    const MethodDef* method = FindMethod(vector.method);
    ASSERT_NE(method, nullptr);
    TestTask test;
    test.shape = {4, 4};
    test.task.input_count = 4;
    test.task.base = 0;
    test.Defaults(*method);
    for (const ParamDef& def : method->params) {
      const auto given = vector.numbers.find(std::string(def.name));
      if (given == vector.numbers.end()) {
        continue;
      }
      if (def.scope == ParamScope::kModel) {
        test.params.SetPerInput(def.name, Params::Numbers(4, given->second));
      } else {
        test.params.Set(def.name, given->second);
      }
    }
    if (vector.variant != nullptr) {
      test.params.SetText("variant", vector.variant);
    }
    const Arrays inputs = {Numbers(kBase), Numbers(vector.tiny ? kTinyA : kA),
                           Numbers(vector.tiny ? kTinyB : kB), Numbers(vector.tiny ? kTinyC : kC)};
    TestTorchRandom random(42);
    std::vector<double> out;
    ASSERT_TRUE(RunTorch<float>(*method, test, DType::kBF16, inputs, random, out).ok());
    EXPECT_EQ(out, Numbers(vector.expected)) << vector.method;
  }
}

TEST(MethodVectors, OneModelGivesBasePlusItsRoundedDifference) {
  const MethodDef* method = FindMethod("sce");
  TestTask test;
  test.shape = {4, 4};
  test.task.input_count = 2;
  test.task.base = 1;
  test.Defaults(*method);
  const Arrays inputs = {Numbers(kA), Numbers(kBase)};
  TestTorchRandom random(42);
  std::vector<double> out;
  ASSERT_TRUE(RunTorch<float>(*method, test, DType::kBF16, inputs, random, out).ok());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double delta = RoundedTo(DType::kBF16, inputs[0][i] - inputs[1][i]);
    EXPECT_EQ(out[i], RoundedTo(DType::kBF16, inputs[1][i] + delta));
  }
  // Exactly there is nothing between the model and itself.
  EXPECT_EQ(RunExact(*method, test, inputs).out, inputs[0]);
}

TEST(MethodVectors, SceSaysHowItWeighed) {
  const MethodDef* method = FindMethod("sce");
  TestTask test;
  test.shape = {4, 4};
  test.task.input_count = 4;
  test.task.base = 0;
  test.Defaults(*method);
  const Arrays inputs = {Numbers(kBase), Numbers(kTinyA), Numbers(kTinyB), Numbers(kTinyC)};
  EXPECT_EQ(RunExact(*method, test, inputs).notes.front(), "weights by energy");
  test.params.SetText("variant", "mergekit");
  EXPECT_NE(RunExact(*method, test, inputs).notes.front().find("equal weights"), std::string::npos);
  test.params.SetText("variant", "fuse");
  EXPECT_FALSE(RunExact(*method, test, inputs).status.ok());
}

TEST(MethodVectors, DellaRanksDifferencesThatAreEqualAsFloats) {
  const MethodDef* method = FindMethod("della");
  TestTask test;
  test.shape = {1, 4};
  test.task.input_count = 2;
  test.task.base = 0;
  test.Defaults(*method);
  test.params.SetPerInput("density", {std::nullopt, 0.5});
  test.params.SetPerInput("epsilon", {std::nullopt, 0.45});
  const auto kept = [&](const Arrays& inputs, std::uint32_t seed) {
    TestTorchRandom random(seed);
    std::vector<double> out;
    EXPECT_TRUE(RunTorch<double>(*method, test, DType::kF64, inputs, random, out).ok());
    std::transform(out.begin(), out.end(), out.begin(), [](double x) { return x != 0 ? 1 : 0; });
    return out;
  };
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(kept({{0, 0, 0, 0}, {1 + 3e-12, 1 + 2e-12, 1 + 1e-12, 1}}, seed),
              kept({{0, 0, 0, 0}, {4, 3, 2, 1}}, seed));
  }
}

TEST(MethodVectors, DellaRefusesProbabilitiesOutsideTheUnitInterval) {
  const MethodDef* method = FindMethod("della");
  TestTask test;
  test.shape = {4, 4};
  test.task.input_count = 2;
  test.task.base = 0;
  test.Defaults(*method);
  test.params.SetPerInput("density", {std::nullopt, 0.9});
  const Arrays inputs = {Numbers(kBase), Numbers(kA)};
  const ExactRun run = RunExact(*method, test, inputs);
  ASSERT_FALSE(run.status.ok());
  EXPECT_NE(run.status.error().message().find("epsilon"), std::string::npos);
}

}  // namespace
}  // namespace fuseo1
