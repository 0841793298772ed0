// Time per element of every merge method in exact numerics: three models and a base, bf16, widened
// block by block as the engine does it, on one thread, from memory. Processor time, so that other
// programs on the machine count less.
//
//   methods_bench [METHOD ...]        FUSEO1_BENCH_ELEMS=16777216
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "methods/testing.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kRow = 4096;

using Stored = std::vector<std::uint16_t>;

Stored MakeStored(std::uint64_t tensor, std::uint64_t elems) {
  Stored stored(elems);
  for (std::uint64_t i = 0; i < elems; ++i) {
    const float base = UniformOf(1, 0, i) * 0.0625F;
    const float u = UniformOf(1, tensor, i);
    const float rounded = FloatFromBf16(Bf16FromFloat(base));
    stored[i] = Bf16FromFloat(tensor == 0 ? base : rounded + u * u * u * 0.004F);
  }
  return stored;
}

// One pass over all blocks; body(block) sees numbers widened just before.
template <class Body>
void Pass(const TensorTask& task, std::uint64_t step, const std::vector<Stored>& stored,
          Body body) {
  std::vector<std::vector<double>> wide(stored.size(), std::vector<double>(step));
  std::vector<const double*> pointers;
  for (const auto& values : wide) {
    pointers.push_back(values.data());
  }
  for (std::uint64_t first = 0; first < task.elems; first += step) {
    const auto count = static_cast<std::size_t>(std::min(step, task.elems - first));
    for (std::size_t k = 0; k < stored.size(); ++k) {
      CurrentKernels().widen(DType::kBF16,
                             reinterpret_cast<const std::byte*>(stored[k].data() + first),
                             wide[k].data(), count);
    }
    body(Block{.first = first, .count = count, .inputs = pointers, .worker = 0});
  }
}

struct Measured {
  double survey_ns = 0;
  double emit_ns = 0;
  int surveys = 0;
};

double Since(std::clock_t start, std::uint64_t elems) {
  return static_cast<double>(std::clock() - start) * (1e9 / CLOCKS_PER_SEC) /
         static_cast<double>(elems);
}

Measured Measure(const MethodDef& method, TestTask& test, const std::vector<Stored>& stored,
                 Stored& result) {
  const TensorTask& task = test.Get();
  Measured measured;
  const auto merge = method.start(task);
  std::clock_t start = std::clock();
  while (merge->WantsSurvey()) {
    Pass(task, merge->BlockElems(), stored, [&](const Block& block) { merge->Survey(block); });
    if (!merge->FinishSurvey().ok()) {
      std::abort();
    }
    ++measured.surveys;
  }
  measured.survey_ns = Since(start, task.elems);
  start = std::clock();
  const auto store = [&](const Block& block, const double* out) {
    CurrentKernels().narrow(DType::kBF16, out,
                            reinterpret_cast<std::byte*>(result.data() + block.first), block.count);
  };
  if (const auto combination = merge->Combination(); !combination.empty()) {
    Nonfinite nonfinite;
    std::vector<const std::byte*> inputs(stored.size());
    for (std::uint64_t first = 0; first < task.elems; first += kBlockElems) {
      for (std::size_t k = 0; k < stored.size(); ++k) {
        inputs[k] = reinterpret_cast<const std::byte*>(stored[k].data() + first);
      }
      CurrentKernels().combine(DType::kBF16, DType::kBF16, inputs.data(), combination.data(),
                               inputs.size(), reinterpret_cast<std::byte*>(result.data() + first),
                               std::min<std::size_t>(kBlockElems, task.elems - first), &nonfinite);
    }
  } else {
    std::vector<double> out(merge->BlockElems());
    Pass(task, merge->BlockElems(), stored, [&](const Block& block) {
      merge->Emit(block, out.data());
      store(block, out.data());
    });
  }
  measured.emit_ns = Since(start, task.elems);
  return measured;
}

int Run(int argc, char** argv) {
  const char* const wanted = std::getenv("FUSEO1_BENCH_ELEMS");
  const std::uint64_t elems =
      (wanted == nullptr ? (1 << 24) : std::strtoull(wanted, nullptr, 10)) / kRow * kRow;
  std::vector<Stored> all;
  for (std::uint64_t tensor = 0; tensor < 4; ++tensor) {
    all.push_back(MakeStored(tensor, elems));
  }
  std::printf("%-18s %7s %12s %12s %12s\n", "method", "surveys", "survey ns", "emit ns",
              "total ns");
  for (const MethodDef* method : Methods()) {
    bool chosen = argc < 2;
    for (int a = 1; a < argc; ++a) {
      chosen = chosen || method->name == argv[a];
    }
    if (!chosen) {
      continue;
    }
    TestTask test;
    test.shape = {elems / kRow, kRow};
    test.task.input_count =
        method->max_inputs == 0 ? 4 : static_cast<std::size_t>(std::min(4, method->max_inputs));
    test.task.base = method->base == BaseRule::kRequired ? 0 : -1;
    test.Defaults(*method);
    for (const ParamDef& def : method->params) {
      if (def.name == "density") {
        test.params.SetPerInput("density", Params::Numbers(test.task.input_count, 0.5));
      } else if (def.name == "select_topk") {
        test.params.Set("select_topk", 0.1);
      } else if (def.name == "t") {
        test.params.Set("t", 0.4);
      }
    }
    const std::vector<Stored> stored(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(test.task.input_count));
    Measured best;
    double best_total = 1e9;
    Stored result(elems);
    for (int repeat = 0; repeat < 3; ++repeat) {
      const Measured measured = Measure(*method, test, stored, result);
      if (measured.survey_ns + measured.emit_ns < best_total) {
        best = measured;
        best_total = measured.survey_ns + measured.emit_ns;
      }
    }
    std::printf("%-18s %7d %12.2f %12.2f %12.2f\n", std::string(method->name).c_str(), best.surveys,
                best.survey_ns, best.emit_ns, best_total);
  }
  return 0;
}

}  // namespace
}  // namespace fuseo1

int main(int argc, char** argv) { return fuseo1::Run(argc, argv); }
