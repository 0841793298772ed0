// Floats that methods emit round to the same bits as the doubles: on every instruction set, with
// inputs that make ties, cancellation, zeros, tiny and huge numbers, NaN and infinity.
#include <gtest/gtest.h>

#include <limits>

#include "methods/testing.h"
#include "tensor/isa.h"

// Compiled once per instruction set and reached through the table of methods; this test takes a
// copy of its own.
#include "methods/common/vote_bounds.cc"
#include "methods/common/vote_floats.cc"
#include "methods/common/vote_pairs.cc"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kRow = 700;
constexpr std::uint64_t kRows = 60;

enum class Kind { kSmooth, kSteps, kPruned, kOpposite, kTiny, kHuge, kNonfinite };

Arrays Inputs(Kind kind, DType dtype, std::size_t models) {
  const int steps = kind == Kind::kSmooth ? 0 : 6;
  Arrays inputs;
  for (std::size_t k = 0; k <= models; ++k) {
    inputs.push_back(MakeInput({.dtype = dtype, .seed = 11, .steps = steps}, k, kRow * kRows));
  }
  for (std::size_t k = 0; k <= models; ++k) {
    for (std::uint64_t i = 0; i < kRow * kRows; ++i) {
      double& x = inputs[k][i];
      const float chance = UniformOf(12, k, i);
      if (kind == Kind::kPruned && chance < 0) {
        x = chance < -0.5F ? -0.0 : 0.0;
      } else if (kind == Kind::kOpposite && k > 1) {
        x = 2 * inputs[0][i] - inputs[k - 1][i];  // differences that cancel
      } else if (kind == Kind::kTiny) {
        x *= dtype == DType::kBF16 ? 0x1p-120 : 0x1p-12;
      } else if (kind == Kind::kHuge) {
        x *= dtype == DType::kBF16 ? 0x1p126 : 0x1p15;
        x *= 1 + (chance > 0.5F ? 6 : 0);
      } else if (kind == Kind::kNonfinite && chance > 0.99F) {
        x = chance > 0.995F ? std::numeric_limits<double>::quiet_NaN() : HUGE_VAL;
      }
      x = RoundedTo(dtype, x);
    }
  }
  return inputs;
}

// The element whose rounding differs; nullopt: none.
std::optional<std::size_t> Difference(const ExactRun& run, DType dtype) {
  for (std::size_t i = 0; i < run.out.size(); ++i) {
    const double expected = RoundedTo(dtype, run.out[i]);
    const double found = RoundedTo(dtype, static_cast<double>(run.out_floats[i]));
    const bool both_nan = expected != expected && found != found;
    if (!both_nan &&
        std::bit_cast<std::uint64_t>(expected) != std::bit_cast<std::uint64_t>(found)) {
      return i;
    }
  }
  return std::nullopt;
}
std::optional<std::size_t> DifferenceOfHalves(const ExactRun& run) {
  for (std::size_t i = 0; i < run.out.size(); ++i) {
    const std::uint16_t expected = Bf16FromDouble(run.out[i]);
    const bool both_nan = Bf16::IsNan(expected) && Bf16::IsNan(run.out_halves[i]);
    if (!both_nan && expected != run.out_halves[i]) {
      return i;
    }
  }
  return std::nullopt;
}

void ExpectSameRounding(const char* name, const std::vector<double>& weights, double lambda,
                        double normalize) {
  const std::size_t models = weights.size();
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!HasIsa(isa)) {
      continue;
    }
    for (const MethodDef* method : MethodsFor(isa)) {
      if (method->name != name) {
        continue;
      }
      for (const DType dtype : {DType::kBF16, DType::kF16}) {
        for (const Kind kind : {Kind::kSmooth, Kind::kSteps, Kind::kPruned, Kind::kOpposite,
                                Kind::kTiny, Kind::kHuge, Kind::kNonfinite}) {
          TestTask test;
          test.shape = {kRows, kRow};
          test.task.input_count = models + 1;
          test.task.base = 0;
          test.task.base_configured = true;
          test.task.dtype = dtype;
          test.task.significant_bits = SignificantBits(dtype);
          test.Defaults(*method);
          std::vector<std::optional<double>> given(models + 1, 0);
          std::copy(weights.begin(), weights.end(), given.begin() + 1);
          for (const ParamDef& def : method->params) {
            if (def.name == "weight") {
              test.params.SetPerInput("weight", given);
            } else if (def.name == "density") {
              test.params.SetPerInput("density", Params::Numbers(models + 1, 0.5));
            } else if (def.name == "lambda") {
              test.params.Set("lambda", lambda);
            } else if (def.name == "normalize") {
              test.params.Set("normalize", normalize);
            } else if (def.name == "select_topk") {
              test.params.Set("select_topk", lambda);
            }
          }
          const Arrays inputs = Inputs(kind, dtype, models);
          FloatArrays floats;
          for (const std::vector<double>& input : inputs) {
            floats.emplace_back(input.begin(), input.end());
          }
          const HalfArrays halves = dtype == DType::kBF16 ? HalvesOf(inputs) : HalfArrays();
          const ExactRun run = RunExact(*method, test, inputs, 1, floats, halves);
          ASSERT_TRUE(run.status.ok());
          if (!run.out_halves.empty()) {
            const std::optional<std::size_t> at = DifferenceOfHalves(run);
            EXPECT_FALSE(at.has_value())
                << name << " in pairs, kind " << static_cast<int>(kind) << " element " << *at
                << ": " << run.out[*at] << " and " << FloatFromBf16(run.out_halves[*at]);
          }
          if (kind == Kind::kSmooth) {
            ASSERT_FALSE(run.out_floats.empty()) << name << ": no floats emitted";
          }
          if (!run.out_floats.empty()) {
            const std::optional<std::size_t> at = Difference(run, dtype);
            EXPECT_FALSE(at.has_value())
                << name << " " << DTypeName(dtype) << " kind " << static_cast<int>(kind)
                << " element " << *at << ": " << run.out[*at] << " and " << run.out_floats[*at];
          }
        }
      }
    }
  }
}

TEST(VoteFloats, TiesRoundsAsDoublesDo) {
  for (const double lambda : {1.0, 0.5, 0.7}) {
    for (const double normalize : {0.0, 1.0}) {
      ExpectSameRounding("ties", {0.5, 0.5, 0.5}, lambda, normalize);
      ExpectSameRounding("ties", {0.3, 0.5}, lambda, normalize);
      ExpectSameRounding("ties", {1, 2, 1, 0.25}, lambda, normalize);
    }
  }
  ExpectSameRounding("ties", {0.7}, 1, 1);
}

TEST(VoteFloats, DellaRoundsAsDoublesDo) {
  ExpectSameRounding("della", {0.5, 0.5, 0.5}, 1, 1);
  ExpectSameRounding("della_linear", {0.4, -0.3, 0.9}, 0.8, 0);
}

TEST(VoteFloats, DareRoundsAsDoublesDo) {
  ExpectSameRounding("dare_ties", {0.5, 0.25}, 1, 0);
  ExpectSameRounding("dare_linear", {0.5, 0.5, 0.5}, 1, 0);
}

TEST(VoteFloats, BreadcrumbsRoundsAsDoublesDo) {
  ExpectSameRounding("breadcrumbs", {0.5, 0.5, 0.5}, 1, 0);
  ExpectSameRounding("breadcrumbs", {2, 2}, 0.5, 0);
  ExpectSameRounding("breadcrumbs", {0.75, 0.25, 1}, 1, 0);  // ties of the rounding everywhere
  ExpectSameRounding("breadcrumbs", {0.3, -0.5}, 0.7, 1);
  ExpectSameRounding("breadcrumbs_ties", {0.5, 0.5, 0.75}, 1, 1);
}

TEST(VoteFloats, SceRoundsAsDoublesDo) {
  ExpectSameRounding("sce", {1, 1, 1}, 1, 0);
  ExpectSameRounding("sce", {1, 1}, 0.1, 0);
}

TEST(VoteFloats, WantModerateNumbersAndFewVoters) {
  TestTask test;
  test.shape = {4};
  test.task.dtype = DType::kBF16;
  const auto possible = [&](std::vector<double> weights, VoteEnd end) {
    return FloatVotes(test.Get(), /*consensus=*/true, weights, weights, end).possible();
  };
  EXPECT_TRUE(possible({0.5, 0.5}, {}));
  EXPECT_TRUE(possible({0.5, 0}, {.divides = true}));
  EXPECT_FALSE(possible({0.5, -0.5}, {}));
  EXPECT_FALSE(possible({0.5, 1e-12}, {}));
  EXPECT_FALSE(possible({0.5, 1e6}, {}));
  EXPECT_FALSE(possible({0.5, 0.5}, {.lambda = 1e9}));
  EXPECT_FALSE(possible({1, 1, 1, 1, 1}, {}));
  test.task.dtype = DType::kF32;
  EXPECT_FALSE(possible({0.5, 0.5}, {}));
}

}  // namespace
}  // namespace fuseo1
