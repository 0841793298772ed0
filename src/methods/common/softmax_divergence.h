// Σ P log(P / Q) over a row, where P = softmax(other) + 1e-8 and Q = softmax(base) + 1e-8: how far
// a row has moved. Never negative. NaN where the row has one; errors are some units of f64.
#pragma once

#include <cstddef>

namespace fuseo1 {

inline constexpr double kSoftmaxFloor = 1e-8;

// T: float or double. `room` holds 2 * count doubles. Pure; any thread.
template <class T>
double SoftmaxDivergence(const T* other, const T* base, std::size_t count, double* room);

extern template double SoftmaxDivergence(const float*, const float*, std::size_t, double*);
extern template double SoftmaxDivergence(const double*, const double*, std::size_t, double*);

}  // namespace fuseo1
