// Small merges whose bits were taken from mergekit 0.1.5: bf16 tensors of 4 x 4, scalars that bf16
// represents.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "methods/testing.h"
#include "methods/testing_vectors.h"

namespace fuseo1 {
namespace {

struct Vector {
  const char* method;
  std::vector<Bits> inputs;
  int base;
  std::vector<double> weights;  // one per input; empty: the method has none
  std::map<std::string, double> numbers;
  Bits expected;
};

TEST(GeometryVectors, TorchNumericsGiveMergekitsBits) {
  const std::vector<Vector> vectors = {
      {"linear",
       {kA, kB, kC},
       -1,
       {0.5, 0.25, 0.25},
       {},
       {0xbd50, 0x3c84, 0x3d62, 0xbd80, 0xbccb, 0x3be3, 0xbd08, 0xbd36, 0x3d4f, 0xbcaf, 0xbd71,
        0xbd3c, 0x3d05, 0x3d4c, 0x3b9c, 0x3d60}},
      {"linear",
       {kA, kB, kC},
       -1,
       {0.2, 0.2, 0.2},
       {},
       {0xbd47, 0x3c84, 0x3d56, 0xbd72, 0xbcfd, 0x3af3, 0xbd18, 0xbd2b, 0x3d57, 0xbc9a, 0xbd5a,
        0xbd56, 0x3d1d, 0x3d42, 0x3be3, 0x3d72}},
      {"model_stock",
       {kBase, kA, kB, kC},
       0,
       {},
       {},
       {0xbd02, 0x3cc9, 0x3d16, 0xbda9, 0x3c9a, 0x3cf2, 0xbcd4, 0xbd47, 0x3d20, 0xbd16, 0xbd83,
        0x3c44, 0x3d04, 0x3d60, 0x3c8e, 0x3d48}},
      {"model_stock",
       {kBase, kA, kB, kC},
       0,
       {},
       {{"filter_wise", 1}},
       {0xbd14, 0x3cb6, 0x3d26, 0xbd9b, 0x3e44, 0x3dfe, 0x3c60, 0xbd90, 0x3d2f, 0xbd02, 0xbd79,
        0xbba8, 0x3c40, 0x3d9c, 0x3d4c, 0x3c80}},
      {"nearswap",
       {kBase, kA},
       0,
       {},
       {{"t", 0x1p-8}},
       {0xbd38, 0x3c87, 0x3d49, 0xbd95, 0xbbd1, 0x3c95, 0xbce6, 0xbd47, 0x3d35, 0xbced, 0xbd7e,
        0xbcd8, 0x3d01, 0x3d5f, 0x3bfa, 0x3d4e}},
      {"slerp",
       {kA, kB},
       0,
       {},
       {{"t", 0.5}},
       {0xbd56, 0x3c9c, 0x3d71, 0xbd4e, 0x3b18, 0x3c47, 0xbd17, 0xbd6a, 0x3d06, 0xbc7f, 0xbd5a,
        0xbd17, 0x3cc1, 0x3d5d, 0x3c2b, 0x3d57}},
      {"nuslerp",
       {kA, kB},
       -1,
       {0.5, 0.5},
       {},
       {0xbd57, 0x3c9c, 0x3d72, 0xbd4f, 0x3b17, 0x3c47, 0xbd16, 0xbd6b, 0x3d06, 0xbc80, 0xbd5a,
        0xbd17, 0x3cc1, 0x3d5e, 0x3c2b, 0x3d58}},
      {"nuslerp",
       {kA, kB},
       -1,
       {0.5, 0.5},
       {{"nuslerp_flatten", 0}},
       {0xbd50, 0x3c97, 0x3d6a, 0xbd4a, 0x3b16, 0x3c43, 0xbd15, 0xbd67, 0x3d08, 0xbc82, 0xbd5d,
        0xbd1b, 0x3cbc, 0x3d58, 0x3c27, 0x3d52}},
      {"nuslerp",
       {kA, kB},
       -1,
       {0.5, 0.5},
       {{"nuslerp_flatten", 0}, {"nuslerp_row_wise", 1}},
       {0xbd54, 0x3c98, 0x3d75, 0xbd4d, 0x3b17, 0x3c43, 0xbd19, 0xbd69, 0x3d05, 0xbc7a, 0xbd5b,
        0xbd16, 0x3cbf, 0x3d59, 0x3c2d, 0x3d57}},
      {"nuslerp",
       {kBase, kA, kB},
       0,
       {0, 0.5, 0.5},
       {},
       {0xbd62, 0x3c8c, 0x3d81, 0xbd0f, 0x3c11, 0x3c22, 0xbd18, 0xbd78, 0x3cb4, 0xbbf4, 0xbd3e,
        0xbd30, 0x3c6c, 0x3d56, 0x3c13, 0x3d43}},
      {"multislerp",
       {kA, kB, kC},
       -1,
       {0.5, 0.25, 0.25},
       {},
       {0xbd67, 0x3c97, 0x3d7b, 0xbd86, 0xbca5, 0x3c15, 0xbd19, 0xbd55, 0x3d51, 0xbcb5, 0xbd82,
        0xbd45, 0x3d08, 0x3d65, 0x3bd8, 0x3d73}},
      {"multislerp",
       {kBase, kA, kB, kC},
       0,
       {0, 0.5, 0.25, 0.25},
       {},
       {0xbd92, 0x3c40, 0x3da4, 0xbd64, 0xbcae, 0x3c47, 0xbccc, 0xbd63, 0x3d2f, 0xbc90, 0xbd96,
        0xbd6e, 0x3bdc, 0x3d68, 0xbc1f, 0x3d23}},
      {"karcher",
       {kA, kB},
       -1,
       {},
       {},
       {0xbd55, 0x3c9f, 0x3d70, 0xbd45, 0x3b56, 0x3c36, 0xbd1e, 0xbd6d, 0x3d01, 0xbc68, 0xbd51,
        0xbd1c, 0x3cc9, 0x3d5c, 0x3c41, 0x3d5c}},
      {"ram",
       {kBase, kA, kB, kC},
       0,
       {},
       {{"epsilon", 0x1p-7}},
       {0xbd69, 0x3ca2, 0x3d83, 0xbd56, 0xbd31, 0xbc06, 0xbd18, 0xbd16, 0x3d68, 0xba40, 0xbd50,
        0xbd86, 0x3d2d, 0x3d20, 0x3be2, 0x3d72}},
  };
  for (const Vector& vector : vectors) {
    const MethodDef* method = FindMethod(vector.method);
    ASSERT_NE(method, nullptr) << vector.method;
    TestTask test;
    test.shape = {4, 4};
    test.task.input_count = vector.inputs.size();
    test.task.base = vector.base;
    test.Defaults(*method);
    if (!vector.weights.empty()) {
      test.params.SetPerInput("weight",
                              Params::Numbers(vector.weights.begin(), vector.weights.end()));
    }
    for (const auto& [name, value] : vector.numbers) {
      test.params.Set(name, value);
    }
    Arrays inputs;
    for (const Bits& bits : vector.inputs) {
      inputs.push_back(Numbers(bits));
    }
    TestTorchRandom random(42);
    std::vector<double> out;
    ASSERT_TRUE(RunTorch<float>(*method, test, DType::kBF16, inputs, random, out).ok());
    EXPECT_EQ(out, Numbers(vector.expected)) << vector.method;
  }
}

}  // namespace
}  // namespace fuseo1
