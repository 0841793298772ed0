// Replays tests/golden/methods: torch numerics against what mergekit computed, exact numerics
// against a float64 oracle. tools/make_golden.py makes the files.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "methods/testing.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

struct GoldenFile {
  std::string bytes;
  std::size_t data = 0;
  Json header;
  Json cases;

  bool Has(const std::string& tensor) const { return header.contains(tensor); }

  std::vector<double> Read(const std::string& tensor) const {
    const Json& entry = header[tensor];
    const auto begin = entry["data_offsets"][0].get<std::size_t>();
    const auto end = entry["data_offsets"][1].get<std::size_t>();
    const DType dtype = *DTypeFromName(entry["dtype"].get<std::string>());
    std::vector<double> values((end - begin) * 8 / static_cast<std::size_t>(DTypeBits(dtype)));
    const std::string part = bytes.substr(data + begin, end - begin);
    CurrentKernels().widen(dtype, reinterpret_cast<const std::byte*>(part.data()), values.data(),
                           values.size());
    return values;
  }
};

std::optional<GoldenFile> Load(std::string_view method) {
  std::ifstream in(std::string(FUSEO1_SOURCE_DIR) + "/tests/golden/methods/" + std::string(method) +
                       ".safetensors",
                   std::ios::binary);
  if (!in) {
    return std::nullopt;
  }
  std::stringstream text;
  text << in.rdbuf();
  GoldenFile file;
  file.bytes = text.str();
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.bytes.data(), sizeof(header_bytes));
  file.data = sizeof(header_bytes) + header_bytes;
  file.header = Json::parse(file.bytes.substr(sizeof(header_bytes), header_bytes));
  file.cases = Json::parse(file.header["__metadata__"]["cases"].get<std::string>());
  return file;
}

std::optional<double> NumberOf(const Json& value) {
  if (value.is_null()) {
    return std::nullopt;
  }
  return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

struct GoldenCase {
  TestTask test;
  DType dtype = DType::kF32;
  Arrays inputs;
  std::uint64_t seed = 0;
};

GoldenCase Prepare(const MethodDef& method, const Json& json) {
  GoldenCase golden;
  TestTask& test = golden.test;
  test.name = json["tensor"].get<std::string>();
  test.shape = json["shape"].get<std::vector<std::uint64_t>>();
  test.task.input_count = json["inputs"].size();
  test.task.base = json["base"].get<int>();
  test.task.base_configured = test.task.base >= 0;
  golden.seed = test.task.seed = json["rng"].get<std::uint64_t>();
  test.Defaults(method);
  for (const auto& [name, value] : json["numbers"].items()) {
    const auto def = std::find_if(method.params.begin(), method.params.end(),
                                  [&](const ParamDef& d) { return d.name == name; });
    if (def == method.params.end()) {
      ADD_FAILURE() << method.name << " lacks " << name;
      continue;
    }
    if (def->scope == ParamScope::kTensor) {
      test.params.Set(name, NumberOf(value));
      continue;
    }
    // A list has one value per input, or one per model without the base.
    Params::Numbers numbers;
    std::size_t next = 0;
    const bool list = value.is_array();
    const bool skips_base = list && value.size() != test.task.input_count;
    for (std::size_t k = 0; k < test.task.input_count; ++k) {
      if (skips_base && static_cast<int>(k) == test.task.base) {
        numbers.push_back(std::nullopt);
      } else {
        numbers.push_back(NumberOf(list ? value[next++] : value));
      }
    }
    test.params.SetPerInput(name, numbers);
  }
  for (const auto& [name, value] : json["texts"].items()) {
    test.params.SetText(name, value.get<std::string>());
  }
  golden.dtype = *DTypeFromName(json["dtype"].get<std::string>());
  const InputRecipe recipe{.dtype = golden.dtype,
                           .seed = json["seed"].get<std::uint64_t>(),
                           .spread = json["spread"].get<double>(),
                           .steps = json["steps"].get<int>()};
  for (const Json& tensor : json["inputs"]) {
    golden.inputs.push_back(MakeInput(recipe, tensor.get<std::uint64_t>(), test.Get().elems));
  }
  return golden;
}

// The next number of the type, away from zero or toward it.
bool OneStepApart(DType dtype, double a, double b) {
  const double half = dtype == DType::kBF16 ? 0x1p-8 : dtype == DType::kF16 ? 0x1p-11 : 0x1p-24;
  const double step = dtype == DType::kF64 ? 0x1p-50 : 2 * half;
  const double floor = dtype == DType::kF16 ? 0x1p-24 : 0x1p-126;
  return std::abs(a - b) <= std::max(std::max(std::abs(a), std::abs(b)) * step, floor) * 1.0001;
}

bool SameBits(double a, double b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0 || (std::isnan(a) && std::isnan(b));
}

struct Differences {
  std::size_t any = 0;
  std::size_t large = 0;
  std::string first;
};

Differences Compare(DType dtype, const std::vector<double>& found,
                    const std::vector<double>& expected) {
  Differences result;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (SameBits(found[i], expected[i])) {
      continue;
    }
    ++result.any;
    result.large += OneStepApart(dtype, found[i], expected[i]) ? 0 : 1;
    if (result.first.empty()) {
      std::ostringstream text;
      text << std::hexfloat << "element " << i << ": " << found[i] << " instead of " << expected[i];
      result.first = text.str();
    }
  }
  return result;
}

// Of numbers around 0.1 after a few hundred operations.
constexpr double kF64Error = 1e-14;

class MethodsGolden : public testing::TestWithParam<const MethodDef*> {};

TEST_P(MethodsGolden, TorchNumericsRepeatMergekit) {
  const MethodDef& method = *GetParam();
  const auto file = Load(method.name);
  for (std::size_t c = 0; file.has_value() && c < file->cases.size(); ++c) {
    const std::string tensor = std::to_string(c) + ".torch";
    if (!file->Has(tensor)) {
      continue;
    }
    const Json& json = file->cases[c];
    GoldenCase golden = Prepare(method, json);
    const std::vector<double> expected = file->Read(tensor);
    TestTorchRandom random(golden.seed);
    std::vector<double> out;
    const Status status =
        golden.dtype == DType::kF64
            ? RunTorch<double>(method, golden.test, golden.dtype, golden.inputs, random, out)
            : RunTorch<float>(method, golden.test, golden.dtype, golden.inputs, random, out);
    ASSERT_TRUE(status.ok()) << json.dump();
    ASSERT_EQ(out.size(), expected.size());
    const DType dtype =
        method.torch_gives_f32 ? PromoteFloat(golden.dtype, DType::kF32) : golden.dtype;
    for (double& value : out) {
      value = RoundedTo(dtype, value);  // as the writer does
    }
    const Differences differences = Compare(dtype, out, expected);
    const double share = json["torch_share"].get<double>();
    EXPECT_LE(static_cast<double>(differences.any), (1 - share) * static_cast<double>(out.size()))
        << "case " << c << " " << json.dump() << "\n"
        << differences.first;
    EXPECT_EQ(differences.large, 0U) << "case " << c << " " << json.dump();
    EXPECT_EQ(random.draws(),
              method.torch_draws == nullptr ? 0 : method.torch_draws(golden.test.Get()))
        << "case " << c;
  }
}

TEST_P(MethodsGolden, ExactNumericsRoundTheFormula) {
  const MethodDef& method = *GetParam();
  const auto file = Load(method.name);
  for (std::size_t c = 0; file.has_value() && c < file->cases.size(); ++c) {
    const std::string tensor = std::to_string(c) + ".exact";
    if (!file->Has(tensor)) {
      continue;
    }
    const Json& json = file->cases[c];
    GoldenCase golden = Prepare(method, json);
    const std::vector<double> expected = file->Read(tensor);
    const ExactRun run = RunExact(method, golden.test, golden.inputs, 2);
    ASSERT_TRUE(run.status.ok()) << json.dump();
    ASSERT_EQ(run.out.size(), expected.size());
    // Two orders of the same additions may fall on the two sides of a rounding boundary: what must
    // agree is the value before its rounding.
    std::size_t wrong = 0;
    std::size_t first_wrong = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double low = RoundedTo(golden.dtype, run.out[i] - kF64Error);
      const double high = RoundedTo(golden.dtype, run.out[i] + kF64Error);
      if (!(low <= expected[i] && expected[i] <= high)) {
        first_wrong = wrong == 0 ? i : first_wrong;
        ++wrong;
      }
    }
    EXPECT_EQ(wrong, 0U) << "case " << c << " " << json.dump() << "\nelement " << first_wrong
                         << ": " << run.out[first_wrong] << " instead of " << expected[first_wrong];
  }
}

INSTANTIATE_TEST_SUITE_P(All, MethodsGolden, testing::ValuesIn(Methods().begin(), Methods().end()),
                         [](const auto& made) { return std::string(made.param->name); });

}  // namespace
}  // namespace fuseo1
