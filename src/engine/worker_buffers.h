// The buffers of one worker thread: a chunk of every input as stored, the output chunk, and one
// block of every input widened. Grown on demand, kept between tensors. Not thread-safe: one worker
// each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/uring_reader.h"

namespace fuseo1 {

class WorkerBuffers {
 public:
  WorkerBuffers(int worker, std::unique_ptr<BatchReader> reader)
      : worker_(worker), reader_(std::move(reader)) {}

  int worker() const { return worker_; }
  BatchReader& reader() { return *reader_; }

  // Makes room for `inputs` chunks of at most in_bytes each, an output chunk, and blocks of
  // block_elems.
  void Fit(std::size_t inputs, std::size_t in_bytes, std::size_t out_bytes,
           std::size_t block_elems) {
    in_stride_ = RoundUp(in_bytes);
    block_stride_ = RoundUp(block_elems * sizeof(double)) / sizeof(double);
    Grow(&stored_, inputs * in_stride_);
    Grow(&out_, RoundUp(out_bytes));
    Grow(&wide_, (inputs + 1) * block_stride_ * sizeof(double));
  }

  std::byte* stored(std::size_t input) { return stored_.data.get() + input * in_stride_; }
  std::byte* out() { return out_.data.get(); }
  double* wide(std::size_t input) {
    return reinterpret_cast<double*>(wide_.data.get()) + input * block_stride_;
  }
  float* wide_floats(std::size_t input) { return reinterpret_cast<float*>(wide(input)); }

  // What Fit with these numbers holds, for the budget.
  static std::uint64_t BytesFor(std::size_t inputs, std::size_t in_bytes, std::size_t out_bytes,
                                std::size_t block_elems) {
    return inputs * RoundUp(in_bytes) + RoundUp(out_bytes) +
           (inputs + 1) * RoundUp(block_elems * sizeof(double));
  }

 private:
  // Page-aligned, and odd in pages: chunks of several inputs do not fall on the same cache sets.
  static constexpr std::size_t kAlign = 4096;
  static std::size_t RoundUp(std::size_t bytes) {
    return ((bytes + kAlign - 1) / kAlign | 1U) * kAlign;
  }
  struct Free {
    void operator()(std::byte* data) const { ::operator delete[](data, std::align_val_t{kAlign}); }
  };
  struct Region {
    std::unique_ptr<std::byte[], Free> data;
    std::size_t bytes = 0;
  };
  static void Grow(Region* region, std::size_t bytes) {
    if (bytes > region->bytes) {
      region->data.reset();
      region->data.reset(new (std::align_val_t{kAlign}) std::byte[bytes]);
      region->bytes = bytes;
    }
  }

  int worker_;
  std::unique_ptr<BatchReader> reader_;
  std::size_t in_stride_ = 0;
  std::size_t block_stride_ = 0;
  Region stored_;
  Region out_;
  Region wide_;
};

}  // namespace fuseo1
