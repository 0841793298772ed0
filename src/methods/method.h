// What a merge method is: parameters, and arithmetic over blocks of elements. A method sees numbers
// and parameters; no files, threads, YAML or models. docs/adding-a-method.md walks through one.
//
// Two numerics. Exact: a TensorMerge, streamed through in survey passes and one emit pass,
// everything in f64, rounded once by the engine. Torch: one function over whole tensors that
// repeats the roundings and orders of mergekit's tensor operations.
//
// A method file is compiled once per instruction set and everything in it is private to that copy,
// so it may use the standard library freely. -ffp-contract=off: a*b+c is two roundings; write
// std::fma for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "methods/params.h"
#include "tensor/dtype.h"
#include "tensor/isa.h"

namespace fuseo1 {

// Elements of one block where a method accepts any cut: all inputs of a block stay in the L1 cache.
inline constexpr std::size_t kBlockElems = 512;
// Blocks of pairs have a multiple of this many.
inline constexpr std::size_t kPairElems = 32;
// Elements over which a partial sum runs; partial sums are combined in order. Fixed: it decides
// bits. The engine's chunks are whole segments, so neither threads nor chunk sizes nor budgets
// change a sum.
inline constexpr std::size_t kSegmentElems = 32768;

// One output tensor to compute. Referenced memory outlives the merge.
struct TensorTask {
  std::string_view name;                 // output name: keys the random numbers
  std::span<const std::uint64_t> shape;  // row-major, last dimension contiguous; empty: a scalar
  std::uint64_t elems = 0;
  std::size_t input_count = 0;   // tensors in config order, the base included where it is present
  int base = -1;                 // index of the base among the inputs; -1: none here
  bool base_configured = false;  // base_model is set, though it may lack this tensor
  const Params* params = nullptr;
  std::uint64_t seed = 0;
  int workers = 1;                      // Block::worker is in [0, workers)
  DType dtype = DType::kF32;            // of the result
  int significant_bits = 53;            // no input has more
  std::uint64_t kept_bytes = 32 << 20;  // that it may keep from one pass to the next

  std::uint64_t RowElems() const { return shape.empty() ? 1 : shape.back(); }
};

// Consecutive elements [first, first + count) of a tensor.
struct ElemRun {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// A run of elements of every input, widened to f64, or for methods that ask for it to float, or
// bfloat16 as stored (methods/common/pairs.h). One of the three lists is not empty: [input_count]
// pointers to count elements.
struct Block {
  std::uint64_t first = 0;
  std::size_t count = 0;
  int worker = 0;
  std::span<const double* const> inputs = {};
  std::span<const float* const> floats = {};
  std::span<const std::byte* const> pairs = {};

  std::uint64_t segment() const { return first / kSegmentElems; }
  // Input k as the type that it came in; std::byte: pairs.
  template <class T>
  const T* Of(std::size_t k) const {
    if constexpr (std::is_same_v<T, float>) {
      return floats[k];
    } else if constexpr (std::is_same_v<T, std::byte>) {
      return pairs[k];
    } else {
      return inputs[k];
    }
  }
  // Calls use.operator()<T>() with that type.
  template <class Use>
  void WithType(Use use) const {
    floats.empty() ? use.template operator()<double>() : use.template operator()<float>();
  }
};

// The exact merge of one tensor. The engine calls, in this order:
//   while (WantsSurvey()) { Survey(every block); FinishSurvey(); }   then Emit(every block).
// Survey and Emit run on several threads at once, each block once a pass: in any order across
// segments, in order within one. The other calls run on one thread, with everything before them
// visible. To be independent of threads, Survey adds into memory that belongs to block.segment()
// (or to its row), or into integers kept per block.worker; FinishSurvey combines sums in segment
// order.
class TensorMerge {
 public:
  virtual ~TensorMerge() = default;

  // Elements of a block: kBlockElems (any cut), or a row's length: then every block is one whole
  // row.
  virtual std::uint64_t BlockElems() const { return kBlockElems; }

  // True: where float holds every input exactly, blocks bring floats instead of doubles.
  virtual bool TakesFloats() const { return false; }
  // True: where all inputs and the result are bfloat16, blocks of the pass that begins bring pairs,
  // but for those of another number of elements than kPairElems divides.
  virtual bool TakesPairs() const { return false; }

  // Bytes that it keeps from one pass to the next, at most: of what grows with the tensor.
  virtual std::uint64_t KeptBytes() const { return 0; }

  virtual bool WantsSurvey() const { return false; }
  // What the next survey needs to see, ascending and apart: whole rows where blocks are rows, else
  // cells of kBlockElems elements (the tensor's last may be shorter). Empty: every element.
  virtual std::vector<ElemRun> SurveyRuns() const { return {}; }
  // Whether it looks at this input; what the block holds of others is not defined.
  virtual bool Surveys(std::size_t /*input*/) const { return true; }
  virtual void Survey(const Block& /*block*/) {}
  virtual Status FinishSurvey() { return {}; }

  // Non-empty once surveyed: the result is Σ_k Combination()[k] · input_k, and Emit is never
  // called.
  virtual std::span<const double> Combination() const { return {}; }
  // out: [block.count]
  virtual void Emit(const Block& /*block*/, double* /*out*/) const {}

  // True, once surveyed: where blocks bring floats, EmitFloats may be called instead. Its numbers
  // round to TensorTask::dtype as those of Emit do.
  virtual bool EmitsFloats() const { return false; }
  virtual void EmitFloats(const Block& /*block*/, float* /*out*/) const {}
  // Instead of Emit where the block brings pairs: the bits of its numbers, rounded. True where a
  // number is not finite, on either side.
  virtual bool EmitPairs(const Block& /*block*/, std::byte* /*out*/) const { return false; }

  // After the last survey: what a person should know of this tensor ("uniform weights: no energy").
  virtual std::vector<std::string> Notes() const { return {}; }
};

// Draws of torch's CPU generator (mt19937), in order. One thread.
class TorchRandom {
 public:
  virtual ~TorchRandom() = default;
  virtual std::uint32_t Next32() = 0;
};

// Whole tensors for torch numerics. T is float (every value is representable in dtype), or double
// for F64.
template <class T>
struct TorchTask {
  const TensorTask* task = nullptr;
  DType dtype = DType::kF32;               // the working type D
  std::vector<std::span<const T>> inputs;  // [input_count], each task->elems
  TorchRandom* random = nullptr;
};

template <class T>
using TorchMerge = Status (*)(const TorchTask<T>& in, std::span<T> out);

// How a method treats base_model.
enum class BaseRule : std::uint8_t {
  kUnused,    // must be absent or one of the models; it counts like any other
  kOptional,  // the reference point where it is given
  kRequired,
};

struct MethodDef {
  std::string_view name;       // mergekit's spelling, also the file's name
  std::string_view summary;    // one line
  std::string_view title;      // for the model card: "TIES"
  std::string_view reference;  // URL of the paper or source; may be empty
  BaseRule base = BaseRule::kUnused;
  int min_inputs = 1;  // tensors that a config must give, the base included
  int max_inputs = 0;  // 0: any number
  std::span<const ParamDef> params;

  std::unique_ptr<TensorMerge> (*start)(const TensorTask& task) = nullptr;

  TorchMerge<float> torch = nullptr;
  TorchMerge<double> torch_f64 = nullptr;
  bool torch_gives_f32 = false;  // torch numerics only: the result is F32 whatever the inputs are
  // Draws that the torch merge of this tensor takes from the generator; null: none.
  std::uint64_t (*torch_draws)(const TensorTask& task) = nullptr;

  // Laws that every registered method is tested for.
  bool equal_inputs_give_input = true;  // all inputs equal: the result is that input
  bool shape_free = true;               // the result depends on the elements, not on the shape
};

// The methods as compiled for one instruction set, in order of name. The records live for ever.
std::span<const MethodDef* const> MethodsFor(Isa isa);
inline std::span<const MethodDef* const> Methods() { return MethodsFor(CurrentIsa()); }

// nullptr: no such method.
const MethodDef* FindMethod(std::string_view name);

}  // namespace fuseo1
