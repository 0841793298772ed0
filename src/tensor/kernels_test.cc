#include "tensor/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "tensor/rounding.h"

namespace fuseo1 {
namespace {

std::vector<Isa> IsasHere() {
  std::vector<Isa> isas;
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (HasIsa(isa)) {
      isas.push_back(isa);
    }
  }
  return isas;
}

TEST(Rounding, EveryHalfSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((bits & 0x7FFF) > 0x7C00) {
      EXPECT_TRUE(std::isnan(FloatFromFp16(half)));
      EXPECT_TRUE(std::isnan(FloatFromFp16(Fp16FromFloat(FloatFromFp16(half)))));
    } else {
      EXPECT_EQ(Fp16FromFloat(FloatFromFp16(half)), half);
    }
    if ((bits & 0x7FFF) <= 0x7F80) {
      EXPECT_EQ(Bf16FromFloat(FloatFromBf16(half)), half);
    }
  }
}

// The nearest half of a double, by search among the neighbours: slow, and independent of the bit
// tricks.
std::uint16_t NearestHalf(double value, bool bf16) {
  const auto back = [&](std::uint16_t b) {
    return static_cast<double>(bf16 ? FloatFromBf16(b) : FloatFromFp16(b));
  };
  const std::uint16_t inf = bf16 ? 0x7F80 : 0x7C00;
  std::uint16_t low = 0;
  std::uint16_t high = inf;
  const double magnitude = std::fabs(value);
  while (high - low > 1) {
    const auto middle = static_cast<std::uint16_t>((low + high) / 2);
    (back(middle) <= magnitude ? low : high) = middle;
  }
  // The value that infinity's place would hold decides what rounds to it.
  const double above = high == inf ? (bf16 ? 0x1p128 : 65536.0) : back(high);
  const double half_way = (back(low) + above) / 2;
  std::uint16_t nearest = magnitude > half_way ? high : low;
  if (magnitude == half_way) {
    nearest = (low & 1) == 0 ? low : high;
  }
  return static_cast<std::uint16_t>(nearest | (std::signbit(value) ? 0x8000 : 0));
}

TEST(Rounding, DoublesRoundOnceToNearestEven) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300'000; ++i) {
    double value = 0;
    if (i % 3 == 0) {  // any exponent in reach
      value = std::ldexp(static_cast<double>(random()) - 0x1p63,
                         static_cast<int>(random() % 330) - 215);
    } else {  // a hair beside the middle between two neighbours, where rounding twice goes wrong
      const auto bits = static_cast<std::uint16_t>(random() % 0x7F00);
      const auto next = static_cast<std::uint16_t>(bits + 1);
      const bool bf16 = i % 3 == 1;
      const double a = bf16 ? FloatFromBf16(bits) : FloatFromFp16(bits % 0x7B00);
      const double b =
          bf16 ? FloatFromBf16(next) : FloatFromFp16(static_cast<std::uint16_t>(bits % 0x7B00 + 1));
      value = (a + b) / 2 * (1 + std::ldexp(static_cast<double>(random() % 3) - 1, -50));
    }
    ASSERT_EQ(Bf16FromDouble(value), NearestHalf(value, true)) << std::hexfloat << value;
    ASSERT_EQ(Fp16FromDouble(value), NearestHalf(value, false)) << std::hexfloat << value;
  }
}

TEST(Rounding, SpecialDoubles) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Bf16FromDouble(inf), 0x7F80);
  EXPECT_EQ(Bf16FromDouble(-1e300), 0xFF80);
  EXPECT_EQ(Fp16FromDouble(65519.999), 0x7BFF);
  EXPECT_EQ(Fp16FromDouble(65520.0), 0x7C00);
  EXPECT_EQ(Bf16FromDouble(-0.0), 0x8000);
  EXPECT_TRUE(std::isnan(FloatFromBf16(Bf16FromDouble(std::nan("")))));
  EXPECT_TRUE(std::isnan(FloatFromFp16(Fp16FromDouble(std::nan("")))));
}

TEST(Kernels, EveryInstructionSetGivesTheSameBits) {
  std::mt19937_64 random(11);
  constexpr std::size_t kElems = 1037;
  for (const DType in : {DType::kBF16, DType::kF16, DType::kF32, DType::kF64}) {
    const std::size_t in_bytes = static_cast<std::size_t>(DTypeBits(in)) / 8;
    std::vector<std::vector<std::byte>> stored(5, std::vector<std::byte>(kElems * in_bytes));
    for (auto& bytes : stored) {
      for (std::byte& b : bytes) {
        b = static_cast<std::byte>(random());  // any bits: NaN, infinities, subnormals too
      }
    }
    for (const DType out : {DType::kBF16, DType::kF16, DType::kF32, DType::kF64}) {
      const std::size_t out_bytes = static_cast<std::size_t>(DTypeBits(out)) / 8;
      for (std::size_t count = 1; count <= stored.size(); ++count) {
        std::vector<const std::byte*> inputs;
        std::vector<double> coefficients;
        for (std::size_t k = 0; k < count; ++k) {
          inputs.push_back(stored[k].data());
          coefficients.push_back(0.1 + 0.3 * static_cast<double>(k));
        }
        // The long way: widen, multiply, add, narrow.
        const Kernels& plain = KernelsFor(Isa::kBaseline);
        std::vector<double> sum(kElems);
        std::vector<double> wide(kElems);
        for (std::size_t k = 0; k < count; ++k) {
          plain.widen(in, inputs[k], wide.data(), kElems);
          for (std::size_t i = 0; i < kElems; ++i) {
            sum[i] = k == 0 ? coefficients[k] * wide[i] : sum[i] + coefficients[k] * wide[i];
          }
        }
        std::vector<std::byte> expected(kElems * out_bytes);
        plain.narrow(out, sum.data(), expected.data(), kElems);
        for (const Isa isa : IsasHere()) {
          std::vector<std::byte> result(kElems * out_bytes);
          Nonfinite found;
          KernelsFor(isa).combine(in, out, inputs.data(), coefficients.data(), count, result.data(),
                                  kElems, &found);
          Nonfinite counted;
          for (std::size_t k = 0; k < count; ++k) {
            plain.count_nonfinite(in, inputs[k], kElems, &counted.nan_in, &counted.inf_in);
          }
          plain.count_nonfinite(out, expected.data(), kElems, &counted.nan_out, &counted.inf_out);
          EXPECT_EQ(found.nan_in, counted.nan_in);
          EXPECT_EQ(found.inf_in, counted.inf_in);
          EXPECT_EQ(found.nan_out, counted.nan_out);
          EXPECT_EQ(found.inf_out, counted.inf_out);
          // A NaN's payload may follow the order of operands; everything else is equal to the bit.
          std::vector<double> a(kElems);
          std::vector<double> b(kElems);
          plain.widen(out, expected.data(), a.data(), kElems);
          plain.widen(out, result.data(), b.data(), kElems);
          for (std::size_t i = 0; i < kElems; ++i) {
            if (std::isnan(a[i])) {
              ASSERT_TRUE(std::isnan(b[i]));
            } else {
              ASSERT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i]))
                  << IsaName(isa) << ' ' << DTypeName(in) << "->" << DTypeName(out) << " at " << i;
            }
          }
        }
      }
    }
  }
}

// Numbers of a model, and coefficients that put results near, on and far from the halfway points,
// cancel almost everything, or reach the ends of the range.
TEST(Kernels, CombinationsThatFloatsDecideHaveTheBitsOfDoubles) {
  constexpr std::size_t kElems = 1 << 16;
  std::mt19937_64 random(12);
  std::normal_distribution<double> normal(0, 1);
  const Kernels& plain = KernelsFor(Isa::kBaseline);
  for (const DType dtype : {DType::kBF16, DType::kF16}) {
    for (const double magnitude : {0.02, 1e-7, 60000.0, 1e-38, 3e38}) {
      std::vector<std::vector<std::byte>> stored(5, std::vector<std::byte>(kElems * 2));
      std::vector<double> first(kElems);
      for (double& x : first) {
        x = normal(random) * magnitude;
      }
      for (auto& bytes : stored) {
        std::vector<double> x(kElems);
        for (std::size_t i = 0; i < kElems; ++i) {
          x[i] = first[i] + normal(random) * magnitude * (i % 3 == 0 ? 1.0 : 0.02);
        }
        plain.narrow(dtype, x.data(), bytes.data(), kElems);
      }
      const std::vector<std::vector<double>> sets = {
          {0.5, 0.5},       {1.0 / 3, 1.0 / 3, 1.0 / 3},
          {1, -1},          {1, -0.9999, 0.0001},
          {0.7, 0.2, 0.1},  {0.4, 0.3, 0.2, 0.1},
          {2.5, -1.5},      {0.1, 0.2, 0.3, 0.15, 0.25},
          {1e-9, 1e-9, -1}, {0.5, 0.25, 0.125, 0.0625, 0.5},
          {0, 1.0 / 7, 1},  {1e300, 1e-300}};
      for (const std::vector<double>& coefficients : sets) {
        std::vector<const std::byte*> inputs;
        std::vector<double> sum(kElems);
        std::vector<double> wide(kElems);
        for (std::size_t k = 0; k < coefficients.size(); ++k) {
          inputs.push_back(stored[k].data());
          plain.widen(dtype, inputs[k], wide.data(), kElems);
          for (std::size_t i = 0; i < kElems; ++i) {
            sum[i] = k == 0 ? coefficients[k] * wide[i] : sum[i] + coefficients[k] * wide[i];
          }
        }
        std::vector<std::byte> expected(kElems * 2);
        plain.narrow(dtype, sum.data(), expected.data(), kElems);
        for (const Isa isa : IsasHere()) {
          std::vector<std::byte> result(kElems * 2);
          Nonfinite found;
          KernelsFor(isa).combine(dtype, dtype, inputs.data(), coefficients.data(), inputs.size(),
                                  result.data(), kElems, &found);
          EXPECT_TRUE(result == expected || found.nan_out > 0)
              << IsaName(isa) << ' ' << DTypeName(dtype) << ' ' << magnitude << ' '
              << coefficients[0];
        }
      }
    }
  }
}

TEST(DType, NamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(DType::kF4); ++i) {
    const auto dtype = static_cast<DType>(i);
    EXPECT_EQ(DTypeFromName(DTypeName(dtype)), dtype);
  }
  EXPECT_EQ(DTypeFromTorchName("torch.bfloat16"), DType::kBF16);
  EXPECT_EQ(DTypeFromTorchName("bf16"), std::nullopt);
  EXPECT_EQ(PromoteFloat(DType::kBF16, DType::kF16), DType::kF32);
}

TEST(Kernels, TellWhetherAnythingStoredIsNotFinite) {
  constexpr std::size_t kElems = 37;
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const Isa isa : IsasHere()) {
    const Kernels& kernels = KernelsFor(isa);
    for (const DType dtype : {DType::kBF16, DType::kF16, DType::kF32, DType::kF64}) {
      std::vector<double> numbers(kElems, 60000);
      std::vector<float> floats(kElems, -60000);
      std::vector<std::byte> stored(kElems * 8);
      std::vector<double> wide(kElems);
      std::vector<float> wide_floats(kElems);
      for (std::size_t at = 0; at <= kElems; ++at) {  // the last time nothing
        for (const double odd : {kInf, -kInf, std::nan("")}) {
          if (at < kElems) {
            numbers[at] = odd;
            floats[at] = static_cast<float>(odd);
          }
          EXPECT_EQ(kernels.narrow_f32(dtype, floats.data(), stored.data(), kElems), at < kElems);
          EXPECT_EQ(kernels.narrow(dtype, numbers.data(), stored.data(), kElems), at < kElems);
          EXPECT_EQ(kernels.widen(dtype, stored.data(), wide.data(), kElems), at < kElems);
          EXPECT_EQ(kernels.widen_f32(dtype, stored.data(), wide_floats.data(), kElems),
                    at < kElems);
        }
        if (at < kElems) {
          numbers[at] = 1;
          floats[at] = 1;
        }
      }
    }
    std::byte half[2];
    EXPECT_TRUE(kernels.narrow(DType::kF16, std::vector<double>{65520}.data(), half, 1));
  }
}

}  // namespace
}  // namespace fuseo1
