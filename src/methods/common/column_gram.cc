#include "methods/common/column_gram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace fuseo1 {

ColumnGram::ColumnGram(const TensorTask& task, std::array<std::size_t, 2> vectors,
                       std::uint64_t columns)
    : vectors_(vectors),
      base_(task.base),
      columns_(static_cast<std::size_t>(columns)),
      rows_(columns == 0 ? 0 : task.elems / columns),
      workers_(static_cast<std::size_t>(task.workers)) {}

void ColumnGram::Load(const Block& block, std::size_t offset, std::size_t count, double* first,
                      double* second) const {
  double* const out[2] = {first, second};
  for (std::size_t k = 0; k < 2; ++k) {
    const double* __restrict x = block.inputs[vectors_[k]] + offset;
    double* __restrict v = out[k];
    if (base_ < 0) {
      std::copy(x, x + count, v);
      continue;
    }
    const double* __restrict b = block.inputs[static_cast<std::size_t>(base_)] + offset;
    for (std::size_t i = 0; i < count; ++i) {
      v[i] = x[i] - b[i];
    }
  }
}

void ColumnGram::AddMagnitudes(const Block& block) {
  Worker& worker = workers_[static_cast<std::size_t>(block.worker)];
  double v[2][kBlockElems];
  for (std::size_t offset = 0; offset < block.count; offset += kBlockElems) {
    const std::size_t count = std::min(kBlockElems, block.count - offset);
    Load(block, offset, count, v[0], v[1]);
    for (std::size_t k = 0; k < 2; ++k) {
      double largest = worker.magnitude[k];
      for (std::size_t i = 0; i < count; ++i) {
        const double magnitude = std::fabs(v[k][i]);
        // NaN and infinity leave the quanta alone and reach their columns by themselves.
        const double finite = magnitude <= std::numeric_limits<double>::max() ? magnitude : 0;
        largest = finite > largest ? finite : largest;
      }
      worker.magnitude[k] = largest;
    }
  }
}

void ColumnGram::FinishMagnitudes() {
  std::array<double, 2> largest{};
  for (const Worker& worker : workers_) {
    for (std::size_t k = 0; k < 2; ++k) {
      largest[k] = std::max(largest[k], worker.magnitude[k]);
    }
  }
  const int row_bits = static_cast<int>(std::bit_width(rows_));
  const std::array<double, kPairs> bound = {largest[0] * largest[0], largest[0] * largest[1],
                                            largest[1] * largest[1]};
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    // Products stay below 2^exponent; a column of them below 2^(exponent + row_bits), which 51
    // bits of multiples of the quantum must hold.
    int exponent = std::clamp(bound[pair] > 0 ? std::ilogb(bound[pair]) + 1 : -700, -700, 900);
    for (std::size_t part = 0; part < kParts; ++part) {
      shifts_[pair][part] = std::ldexp(1.5, exponent + row_bits + 1);
      exponent += row_bits - 51;  // the rest is at most half a quantum
    }
  }
}

void ColumnGram::AddProducts(const Block& block) {
  Worker& worker = workers_[static_cast<std::size_t>(block.worker)];
  if (worker.sums.empty()) {
    worker.sums.resize(kSums * columns_);
  }
  double v[2][kBlockElems];
  for (std::size_t offset = 0; offset < block.count;) {
    const auto column = static_cast<std::size_t>((block.first + offset) % columns_);
    const std::size_t count = std::min({kBlockElems, block.count - offset, columns_ - column});
    Load(block, offset, count, v[0], v[1]);
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const double* __restrict a = v[pair == 2 ? 1 : 0];
      const double* __restrict b = v[pair == 0 ? 0 : 1];
      double* __restrict high = worker.sums.data() + (pair * kParts) * columns_ + column;
      double* __restrict mid = high + columns_;
      double* __restrict low = mid + columns_;
      const auto [shift_high, shift_mid, shift_low] = shifts_[pair];
      for (std::size_t i = 0; i < count; ++i) {
        const double product = a[i] * b[i];
        const double q1 = (product + shift_high) - shift_high;
        const double rest1 = product - q1;
        const double q2 = (rest1 + shift_mid) - shift_mid;
        const double rest2 = rest1 - q2;
        const double q3 = (rest2 + shift_low) - shift_low;
        high[i] += q1;
        mid[i] += q2;
        low[i] += q3;
      }
    }
    offset += count;
  }
}

void ColumnGram::FinishProducts() {
  std::vector<double> total(kSums * columns_);
  for (Worker& worker : workers_) {
    for (std::size_t i = 0; i < worker.sums.size(); ++i) {
      total[i] += worker.sums[i];
    }
    worker.sums = {};
  }
  workers_.resize(1);
  workers_[0].sums = std::move(total);
}

std::array<double, 3> ColumnGram::Products(std::size_t column) const {
  std::array<double, 3> out{};
  const double* sums = workers_[0].sums.data() + column;
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const double* parts = sums + pair * kParts * columns_;
    out[pair] = parts[0] + (parts[columns_] + parts[2 * columns_]);
  }
  return out;
}

}  // namespace fuseo1
