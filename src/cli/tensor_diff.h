// How two checkpoints differ, tensor by tensor, streamed through small buffers on several threads.
// Sums are combined in order: the same numbers for any number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "checkpoint/checkpoint.h"

namespace fuseo1 {

// Sums over the finite elements of a and b (elements of equal place), and counts over all.
struct DiffSums {
  std::uint64_t elems = 0;
  std::uint64_t changed = 0;       // not the same number; NaN equals NaN
  std::uint64_t sign_differs = 0;  // both non-zero, of different sign
  std::uint64_t nonfinite = 0;     // a or b is NaN or infinite
  double dot = 0;                  // Σ a·b
  double norm_a = 0;               // Σ a²
  double norm_b = 0;               // Σ b²
  double norm_diff = 0;            // Σ (b − a)²
  double max_diff = 0;             // max |b − a|

  void Add(const DiffSums& other);
  // a·b / (|a| |b|); 1 where both are zero, 0 where one is.
  double Cosine() const;
  // |b − a| / |a|; 0 where both are equal, infinity where only a is zero.
  double RelativeChange() const;
  double ChangedShare() const;
  double SignShare() const;
};

struct TensorDiff {
  std::string name;
  DType dtype_a = DType::kF32;
  DType dtype_b = DType::kF32;
  bool numbers = true;  // false: integers, BOOL and the like: only `changed` and `elems` count
  DiffSums sums;
};

struct CheckpointDiff {
  std::vector<TensorDiff> tensors;  // in both, same shape; in order of name
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
  std::vector<std::string> other_shape;  // "name: [2, 3] and [3, 2]"
};

struct DiffHooks {
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t done_bytes, std::uint64_t total_bytes)>
      progress;  // one at a time
};

Result<CheckpointDiff> DiffCheckpoints(FileSystem& fs, const Checkpoint& a, const Checkpoint& b,
                                       int threads, const DiffHooks& hooks);

}  // namespace fuseo1
