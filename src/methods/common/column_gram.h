// Inner products of two vectors down every column of a tensor: element i belongs to column
// i mod columns. Any thread adds in any order and the result is the same, because the sums are
// exact: every product is split into three parts, multiples of three quanta chosen from the
// largest product, and additions of such multiples do not round (Demmel and Nguyen, 2013).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "methods/method.h"

namespace fuseo1 {

class ColumnGram {
 public:
  // `vectors`: indices of the two inputs; `base`: the input that is subtracted, or -1.
  ColumnGram(const TensorTask& task, std::array<std::size_t, 2> vectors, std::uint64_t columns);

  // Survey 1: the largest magnitudes. Survey 2: the sums.
  void AddMagnitudes(const Block& block);
  void FinishMagnitudes();
  void AddProducts(const Block& block);
  void FinishProducts();

  // v_0·v_0, v_0·v_1 and v_1·v_1 of one column; after FinishProducts.
  std::array<double, 3> Products(std::size_t column) const;

 private:
  static constexpr std::size_t kPairs = 3;
  static constexpr std::size_t kParts = 3;
  static constexpr std::size_t kSums = kPairs * kParts;

  struct Worker {
    std::array<double, 2> magnitude{};
    std::vector<double> sums;  // [kSums][columns]
  };

  // Both vectors over part of a block, less the base.
  void Load(const Block& block, std::size_t offset, std::size_t count, double* first,
            double* second) const;

  const std::array<std::size_t, 2> vectors_;
  const int base_;
  const std::size_t columns_;
  const std::uint64_t rows_;
  std::vector<Worker> workers_;
  std::array<std::array<double, kParts>, kPairs> shifts_{};  // 1.5 · 2^52 · quantum
};

}  // namespace fuseo1
