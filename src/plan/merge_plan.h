// What a merge will do, fully resolved before the first byte of data is read: which tensors, from
// where, how, and the place of every output byte. Immutable once built; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "methods/method.h"
#include "plan/merge_config.h"
#include "tensor/dtype.h"

namespace fuseo1 {

enum class Numerics : std::uint8_t { kExact, kTorch };

enum class TensorFate : std::uint8_t {
  kMerge,  // the method computes it
  kCopy,   // bytes of the first input; the others, where there are any, must be equal (integers,
           // BOOL)
};

struct JobInput {
  int model = 0;  // index of MergePlan::models
  int file = 0;   // index of that model's files
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  DType dtype = DType::kF32;  // as stored
};

// One output tensor.
struct TensorJob {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::uint64_t elems = 0;
  DType dtype = DType::kF32;  // of the output
  TensorFate fate = TensorFate::kMerge;
  std::vector<JobInput>
      inputs;     // config order, the base at its place among them (last where it is unlisted)
  int base = -1;  // index into inputs; -1: the base lacks this tensor, or there is none
  bool base_configured = false;
  std::shared_ptr<const Params> params;  // shared by tensors with equal values
  int shard = 0;
  std::uint64_t offset = 0;  // from the start of the shard's file
  std::uint64_t bytes = 0;   // of the output
  // Torch numerics: the working type, and the generator's draws taken by the tensors before this
  // one.
  DType torch_dtype = DType::kF32;
  std::uint64_t torch_draws_before = 0;
};

// What torch numerics holds at once for one tensor: inputs, result, and a method's temporaries, as
// F32 or F64.
inline std::uint64_t TorchMergeBytes(const TensorJob& job) {
  const std::uint64_t width = job.torch_dtype == DType::kF64 ? 8 : 4;
  return job.elems * width * (2 * job.inputs.size() + 4);
}

struct OutputShard {
  std::string name;    // "model.safetensors", "model-00001-of-00002.safetensors"
  std::string header;  // the first bytes of the file
  std::uint64_t bytes = 0;
};

// One input tensor that does not go into a merge of its own name, and why: nothing is dropped
// silently.
struct UnusedTensor {
  int model = 0;
  std::string name;
  std::string reason;  // "tied to model.embed_tokens.weight", "layer 31 is in no slice"
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

  std::vector<TensorJob> jobs;      // in output order
  std::vector<OutputShard> shards;  // one: no index is written
  std::vector<UnusedTensor> unused;
  std::vector<std::string> warnings;

  Json output_config;              // config.json of the output
  std::uint64_t output_bytes = 0;  // of all shards
  std::uint64_t read_bytes = 0;    // of one pass over all inputs
  int survey_passes = 0;           // beyond the emit pass, at most
  std::uint64_t minimum_memory_bytes =
      0;  // the smallest budget under which every job runs (torch needs whole tensors)

  // Everything that decides output bytes: config, parameters, inputs (size, mtime, inode, header
  // hash), layout, format version. A journal belongs to one fingerprint.
  Hash128 Fingerprint() const;
};

}  // namespace fuseo1
