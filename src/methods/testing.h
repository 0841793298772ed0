// For tests of methods: runs a TensorMerge over arrays the way the engine does, and
// makes inputs that the golden files can name by a seed. Not part of the program.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "methods/method.h"
#include "tensor/rounding.h"

namespace fuseo1 {

using Arrays = std::vector<std::vector<double>>;

// A task with everything it refers to.
struct TestTask {
  std::string name = "model.layers.0.mlp.up_proj.weight";
  std::vector<std::uint64_t> shape;
  Params params;
  TensorTask task;

  // Sets the parameters to the method's defaults; weights and other required ones to 1.
  void Defaults(const MethodDef& method) {
    for (const ParamDef& def : method.params) {
      const std::optional<double> value =
          def.unset_allowed ? std::nullopt : std::optional<double>(def.required ? 1.0 : def.number);
      if (def.type == ParamType::kText) {
        params.SetText(def.name, std::string(def.text));
      } else if (def.scope == ParamScope::kModel) {
        params.SetPerInput(def.name, Params::Numbers(task.input_count, value));
      } else {
        params.Set(def.name, value);
      }
    }
  }

  const TensorTask& Get() {
    task.name = name;
    task.shape = shape;
    task.elems = 1;
    for (const std::uint64_t dimension : shape) {
      task.elems *= dimension;
    }
    task.params = &params;
    return task;
  }
};

// The same numbers as float, and as stored bfloat16, where they are exact.
using FloatArrays = std::vector<std::vector<float>>;
using HalfArrays = std::vector<std::vector<std::uint16_t>>;

inline HalfArrays HalvesOf(const Arrays& inputs) {
  HalfArrays halves;
  for (const std::vector<double>& input : inputs) {
    halves.emplace_back();
    for (const double number : input) {
      halves.back().push_back(Bf16FromDouble(number));
    }
  }
  return halves;
}

enum class Pass { kSurvey, kEmit };

// One pass: whole segments (and the rows that start in them) are dealt to the workers. `floats` and
// `halves`: empty, or the inputs once more, which then are what the blocks bring: halves to methods
// that take pairs. Inputs at which a survey does not look are null.
template <class Body>
void ForBlocks(Pass pass, const TensorTask& task, const TensorMerge& merge, const Arrays& inputs,
               const FloatArrays& floats, const HalfArrays& halves, Body body) {
  const bool in_pairs = !halves.empty() && merge.TakesPairs();
  const auto read = [&](std::size_t k) { return pass == Pass::kEmit || merge.Surveys(k); };
  const std::uint64_t step = std::max<std::uint64_t>(1, merge.BlockElems());
  const std::uint64_t segments = (task.elems + kSegmentElems - 1) / kSegmentElems;
  const auto work = [&](int worker) {
    std::vector<const double*> doubles(floats.empty() ? inputs.size() : 0);
    std::vector<const float*> singles(floats.size());
    for (std::uint64_t s = 0; s < segments; ++s) {
      if (s * 7 % static_cast<std::uint64_t>(task.workers) != static_cast<std::uint64_t>(worker)) {
        continue;
      }
      const std::uint64_t from = (s * kSegmentElems + step - 1) / step * step;
      const std::uint64_t to = std::min(task.elems, (s + 1) * kSegmentElems);
      for (std::uint64_t first = from; first < to; first += step) {
        for (std::size_t k = 0; k < doubles.size(); ++k) {
          doubles[k] = read(k) ? inputs[k].data() + first : nullptr;
        }
        for (std::size_t k = 0; k < singles.size(); ++k) {
          singles[k] = read(k) ? floats[k].data() + first : nullptr;
        }
        const auto count = static_cast<std::size_t>(std::min(step, task.elems - first));
        if (in_pairs && count % kPairElems == 0) {
          std::vector<const std::byte*> pairs(halves.size());
          for (std::size_t k = 0; k < halves.size(); ++k) {
            pairs[k] =
                read(k) ? reinterpret_cast<const std::byte*>(halves[k].data() + first) : nullptr;
          }
          body(Block{.first = first, .count = count, .worker = worker, .pairs = pairs});
          continue;
        }
        body(Block{.first = first,
                   .count = count,
                   .worker = worker,
                   .inputs = doubles,
                   .floats = singles});
      }
    }
  };
  std::vector<std::thread> threads;
  for (int worker = 1; worker < task.workers; ++worker) {
    threads.emplace_back(work, worker);
  }
  work(0);
  for (std::thread& thread : threads) {
    thread.join();
  }
}

struct ExactRun {
  Status status;
  std::vector<double> out;
  std::vector<float> out_floats;  // where the method emits floats too
  // Where it takes pairs too: all elements, those of odd blocks from the doubles.
  std::vector<std::uint16_t> out_halves;
  std::vector<std::string> notes;
};

inline ExactRun RunExact(const MethodDef& method, TestTask& test, const Arrays& inputs,
                         int workers = 1, const FloatArrays& floats = {},
                         const HalfArrays& halves = {}) {
  test.task.workers = workers;
  const TensorTask& task = test.Get();
  ExactRun run;
  const std::unique_ptr<TensorMerge> merge = method.start(task);
  while (merge->WantsSurvey()) {
    ForBlocks(Pass::kSurvey, task, *merge, inputs, floats, halves,
              [&](const Block& block) { merge->Survey(block); });
    run.status = merge->FinishSurvey();
    if (!run.status.ok()) {
      return run;
    }
  }
  run.notes = merge->Notes();
  run.out.resize(task.elems);
  if (const auto combination = merge->Combination(); !combination.empty()) {
    for (std::size_t i = 0; i < run.out.size(); ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        sum += combination[k] * inputs[k][i];
      }
      run.out[i] = sum;
    }
    return run;
  }
  ForBlocks(Pass::kEmit, task, *merge, inputs, floats, {},
            [&](const Block& block) { merge->Emit(block, run.out.data() + block.first); });
  if (!floats.empty() && merge->EmitsFloats()) {
    run.out_floats.resize(task.elems);
    ForBlocks(Pass::kEmit, task, *merge, inputs, floats, {}, [&](const Block& block) {
      merge->EmitFloats(block, run.out_floats.data() + block.first);
    });
  }
  if (!halves.empty() && merge->TakesPairs()) {
    run.out_halves = HalvesOf({run.out}).front();
    ForBlocks(Pass::kEmit, task, *merge, inputs, floats, halves, [&](const Block& block) {
      if (!block.pairs.empty()) {
        merge->EmitPairs(block, reinterpret_cast<std::byte*>(run.out_halves.data() + block.first));
      }
    });
  }
  return run;
}

// torch's generator is a plain mt19937.
class TestTorchRandom : public TorchRandom {
 public:
  explicit TestTorchRandom(std::uint64_t seed) : random_(static_cast<std::uint32_t>(seed)) {}
  std::uint32_t Next32() override {
    ++draws_;
    return static_cast<std::uint32_t>(random_());
  }
  std::uint64_t draws() const { return draws_; }

 private:
  std::mt19937 random_;
  std::uint64_t draws_ = 0;
};

template <class T>
Status RunTorch(const MethodDef& method, TestTask& test, DType dtype, const Arrays& inputs,
                TestTorchRandom& random, std::vector<double>& out) {
  const TensorTask& task = test.Get();
  std::vector<std::vector<T>> typed;
  TorchTask<T> in{.task = &task, .dtype = dtype, .inputs = {}, .random = &random};
  for (const std::vector<double>& input : inputs) {
    typed.emplace_back(input.begin(), input.end());
  }
  in.inputs.assign(typed.begin(), typed.end());
  std::vector<T> result(task.elems);
  Status status;
  if constexpr (sizeof(T) == sizeof(float)) {
    status = method.torch(in, result);
  } else {
    status = method.torch_f64(in, result);
  }
  out.assign(result.begin(), result.end());
  return status;
}

inline double RoundedTo(DType dtype, double value) {
  switch (dtype) {
    case DType::kBF16:
      return FloatFromBf16(Bf16FromDouble(value));
    case DType::kF16:
      return FloatFromFp16(Fp16FromDouble(value));
    case DType::kF32:
      return static_cast<float>(value);
    default:
      return value;
  }
}

// Inputs that tools/make_golden.py makes the same way: tensor 0 is the base, the others are the
// base plus differences whose sizes vary over many binades; `steps` > 0 makes differences tie.
struct InputRecipe {
  DType dtype = DType::kBF16;
  std::uint64_t seed = 1;
  double spread = 0.03125;
  int steps = 0;
};

inline float UniformOf(std::uint64_t seed, std::uint64_t tensor, std::uint64_t element) {
  std::uint64_t x = element + seed * 0x9E3779B97F4A7C15ULL + (tensor + 1) * 0xD1B54A32D192ED03ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  x ^= x >> 31;
  return static_cast<float>(x >> 40) * 0x1p-23F - 1.0F;
}

// Tensor `tensor` of the recipe; every value is representable in the dtype.
inline std::vector<double> MakeInput(const InputRecipe& recipe, std::uint64_t tensor,
                                     std::uint64_t elems) {
  std::vector<double> values(elems);
  for (std::uint64_t i = 0; i < elems; ++i) {
    const double base = RoundedTo(recipe.dtype, UniformOf(recipe.seed, 0, i) * 0.0625F);
    if (tensor == 0) {
      values[i] = base;
      continue;
    }
    float u = UniformOf(recipe.seed, tensor, i);
    if (recipe.steps > 0) {
      u = std::floor(u * static_cast<float>(recipe.steps)) / static_cast<float>(recipe.steps);
    }
    const float delta = u * u * u * static_cast<float>(recipe.spread);
    values[i] = RoundedTo(recipe.dtype, static_cast<float>(base) + delta);
  }
  return values;
}

}  // namespace fuseo1
