// What a merge will do, fully resolved before the first byte of data is read: which tensors, from
// where, how, and the place of every output byte. Immutable once built; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "methods/method.h"
#include "plan/merge_config.h"
#include "tensor/dtype.h"
#include "tensor/interner.h"

namespace fuseo1 {

enum class Numerics : std::uint8_t { kExact, kTorch };

enum class TensorFate : std::uint8_t {
  kMerge,  // the method computes it
  kCopy,   // bytes of the first input; the others, where there are any, must be equal (integers,
           // BOOL)
  kCast,   // the only input's numbers, in another type: what passthrough computes
};

struct JobInput {
  std::uint64_t offset = 0;   // from the start of the file
  std::uint32_t file = 0;     // index of that model's files
  std::uint16_t model = 0;    // index of MergePlan::models
  DType dtype = DType::kF32;  // as stored
};

// One output tensor. There may be a million: what it refers to belongs to the plan.
struct TensorJob {
  Name name;
  Shape shape;
  // Config order, the base at its place among them (last where it is unlisted).
  std::span<const JobInput> inputs;
  const Params* params = nullptr;        // shared by tensors with equal values
  std::uint64_t offset = 0;              // from the start of the shard's file
  std::uint64_t torch_draws_before = 0;  // of the generator, taken by the tensors before this one
  std::int32_t shard = 0;
  std::int32_t base = -1;     // index into inputs; -1: the base lacks this tensor, or there is none
  DType dtype = DType::kF32;  // of the output
  DType torch_dtype = DType::kF32;  // the working type of torch numerics
  TensorFate fate = TensorFate::kMerge;
  bool base_configured = false;
  bool outside_table = false;  // the architecture's table has no such tensor; mergekit drops it

  std::uint64_t Elems() const { return shape.Elems(); }
  std::uint64_t Bytes() const { return BytesOf(dtype, Elems()); }  // of the output
  std::uint64_t InputBytes(const JobInput& input) const { return BytesOf(input.dtype, Elems()); }
};

// What torch numerics holds at once for one tensor: inputs, result, and a method's temporaries, as
// F32 or F64.
inline std::uint64_t TorchMergeBytes(const TensorJob& job) {
  const std::uint64_t width = job.torch_dtype == DType::kF64 ? 8 : 4;
  return job.Elems() * width * (2 * job.inputs.size() + 4);
}

struct OutputShard {
  std::string name;  // "model.safetensors", "model-00001-of-00002.safetensors"
  std::uint64_t header_bytes = 0;
  Hash128 header_hash;
  std::uint64_t bytes = 0;
};

// One input tensor that does not go into a merge of its own name, and why: nothing is dropped
// silently.
struct UnusedTensor {
  int model = 0;
  Name name;
  Name reason;  // "tied to model.embed_tokens.weight", "layer 31 is in no slice"
};

struct MergePlan {
  MergeConfig config;
  std::string config_text;  // of the file, LF line ends
  std::vector<Checkpoint>
      models;           // every referenced model, config order; the base may be any of them
  int base_model = -1;  // index of models, -1: none
  const MethodDef* method = nullptr;
  Numerics numerics = Numerics::kExact;
  std::string variant;  // of sce; empty for other methods
  std::uint64_t seed = 0;

  std::shared_ptr<Interner> interner;                 // of the names and shapes of models and jobs
  std::vector<std::shared_ptr<const Params>> params;  // what the jobs point to

  std::vector<TensorJob> jobs;      // in output order
  std::vector<OutputShard> shards;  // one: no index is written
  std::vector<UnusedTensor> unused;
  std::vector<std::string> warnings;

  Json output_config;              // config.json of the output
  std::uint64_t output_bytes = 0;  // of all shards
  std::uint64_t read_bytes = 0;    // of one pass over all inputs
  int survey_passes = 0;           // beyond the emit pass, at most

  // Everything that decides output bytes: config, parameters, inputs (size, mtime, inode, header
  // hash), layout, format version. A journal belongs to one fingerprint.
  Hash128 Fingerprint() const;
};

// The method that computes a job which is no copy.
inline const MethodDef& MethodOf(const MergePlan& plan, const TensorJob& job) {
  return job.fate == TensorFate::kCast ? *FindMethod("passthrough") : *plan.method;
}

// The part of a job that methods see, for one worker; of inputs of any width.
inline TensorTask TaskOf(const MergePlan& plan, const TensorJob& job) {
  return {.name = job.name,
          .shape = job.shape.span(),
          .elems = job.Elems(),
          .input_count = job.inputs.size(),
          .base = job.base,
          .base_configured = job.base_configured,
          .params = job.params,
          .seed = plan.seed,
          .dtype = job.dtype};
}

}  // namespace fuseo1
