// The degenerate end of many methods: one input is the result, as it is.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "methods/method.h"

namespace fuseo1 {

class OneInput : public TensorMerge {
 public:
  OneInput(std::size_t input_count, std::size_t input) : coefficients_(input_count) {
    coefficients_[input] = 1;
  }

  std::span<const double> Combination() const override { return coefficients_; }

 private:
  std::vector<double> coefficients_;
};

inline std::unique_ptr<TensorMerge> ReturnInput(const TensorTask& task, std::size_t input) {
  return std::make_unique<OneInput>(task.input_count, input);
}

template <class T>
Status TorchReturnInput(const TorchTask<T>& in, std::size_t input, std::span<T> out) {
  std::copy(in.inputs[input].begin(), in.inputs[input].end(), out.begin());
  return {};
}

}  // namespace fuseo1
