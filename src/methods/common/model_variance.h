// How much the models differ, element by element. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "methods/method.h"

namespace fuseo1 {

// K² times the population variance over the models, from the distances d_j to the first of them:
// K Σ d_j² - (Σ d_j)². Exact for numbers of 16 bits, and zero only where all models agree.
// number_of(j): model j's.
template <class NumberOf>
double VarianceOfOne(std::size_t models, NumberOf number_of) {
  const double first = static_cast<double>(number_of(0));
  double sum = 0;
  double squares = 0;
  for (std::size_t j = 1; j < models; ++j) {
    const double distance = static_cast<double>(number_of(j)) - first;
    sum += distance;
    squares += distance * distance;
  }
  return static_cast<double>(models) * squares - sum * sum;
}

// The same of `count` elements.
template <class T, std::size_t kModels>
void VarianceFixed(const T* const* models, std::size_t count, double* __restrict variance) {
  std::array<const T*, kModels> x;
  std::copy_n(models, kModels, x.begin());
  for (std::size_t i = 0; i < count; ++i) {
    variance[i] = VarianceOfOne(kModels, [&](std::size_t j) { return x[j][i]; });
  }
}

template <class T>
void VarianceAny(std::span<const T* const> models, std::size_t count, double* __restrict variance) {
  std::array<double, kBlockElems> all_sums{};
  std::array<double, kBlockElems> all_squares{};
  double* __restrict sums = all_sums.data();
  double* __restrict squares = all_squares.data();
  const T* const first = models[0];
  for (std::size_t j = 1; j < models.size(); ++j) {
    const T* const x = models[j];
    for (std::size_t i = 0; i < count; ++i) {
      const double distance = static_cast<double>(x[i]) - static_cast<double>(first[i]);
      sums[i] += distance;
      squares[i] += distance * distance;
    }
  }
  const auto k = static_cast<double>(models.size());
  for (std::size_t i = 0; i < count; ++i) {
    variance[i] = k * squares[i] - sums[i] * sums[i];
  }
}

template <class T>
void Variance(std::span<const T* const> models, std::size_t count, double* variance) {
  switch (models.size()) {
    case 2:
      return VarianceFixed<T, 2>(models.data(), count, variance);
    case 3:
      return VarianceFixed<T, 3>(models.data(), count, variance);
    case 4:
      return VarianceFixed<T, 4>(models.data(), count, variance);
    default:
      return VarianceAny<T>(models, count, variance);
  }
}

}  // namespace fuseo1
