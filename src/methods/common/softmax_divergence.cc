#include "methods/common/softmax_divergence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "methods/common/lane_sum.h"
#include "methods/common/vector_math.h"

namespace fuseo1 {
namespace {

// Of a row; NaN is passed over.
struct RowRange {
  double low;  // of the base
  double high;
  double other_high;
  double change;  // the largest |other − base|
};

template <class T>
RowRange RangeOf(const T* __restrict other, const T* __restrict base, std::size_t count) {
  std::array<T, kSumLanes> low;
  std::array<T, kSumLanes> high;
  std::array<T, kSumLanes> other_high;
  std::array<T, kSumLanes> change;
  low.fill(std::numeric_limits<T>::infinity());
  high.fill(-std::numeric_limits<T>::infinity());
  other_high.fill(-std::numeric_limits<T>::infinity());
  change.fill(0);
  const auto take = [&](std::size_t i, std::size_t lane) {
    const T here = std::fabs(other[i] - base[i]);
    low[lane] = base[i] < low[lane] ? base[i] : low[lane];
    high[lane] = base[i] > high[lane] ? base[i] : high[lane];
    other_high[lane] = other[i] > other_high[lane] ? other[i] : other_high[lane];
    change[lane] = here > change[lane] ? here : change[lane];
  };
  std::size_t i = 0;
  for (; i + kSumLanes <= count; i += kSumLanes) {
    for (std::size_t lane = 0; lane < kSumLanes; ++lane) {
      take(i + lane, lane);
    }
  }
  for (; i < count; ++i) {
    take(i, 0);
  }
  return {.low = *std::min_element(low.begin(), low.end()),
          .high = *std::max_element(high.begin(), high.end()),
          .other_high = *std::max_element(other_high.begin(), other_high.end()),
          .change = *std::max_element(change.begin(), change.end())};
}

// Rows like those of most weights: short polynomials will do.
constexpr double kNarrowRange = 0.7;
constexpr double kNarrowChange = 0x1p-5;

// e^x for |x| <= 0.35.
double ExpOfNarrow(double x) {
  // (e^x − 1 − x) / x²
  constexpr std::array kTail = {0x1.0000000000001p-1,  0x1.5555555555557p-3,  0x1.5555555553b71p-5,
                                0x1.111111110ff8bp-7,  0x1.6c16c1794c100p-10, 0x1.a01a01ac9e13dp-13,
                                0x1.a019b629ec234p-16, 0x1.71ddfff5e5177p-19, 0x1.2894ebc59f102p-22,
                                0x1.af528379e0ab0p-26};
  return 1 + (x + x * x * Polynomial(kTail, x));
}

// e^x − 1 for |x| <= 2^-5.
double GrowthOfNarrow(double x) {
  // (e^x − 1 − x) / x²
  constexpr std::array kTail = {0x1.0000000000000p-1, 0x1.555555555555fp-3,  0x1.555555555555fp-5,
                                0x1.1111110fcd6d6p-7, 0x1.6c16c16aa4e1ep-10, 0x1.a01c88e6e448ep-13,
                                0x1.a01c516ba46f7p-16};
  return x + x * x * Polynomial(kTail, x);
}

// (1 + u) log(1 + u) − u for |u| <= 0.0657.
double ExcessOfNarrow(double u) {
  // That by u².
  constexpr std::array kTail = {0x1.0000000000000p-1,  -0x1.5555555555559p-3, 0x1.5555555550c71p-4,
                                -0x1.99999999889fdp-5, 0x1.11111152ff5abp-5,  -0x1.861862320e197p-6,
                                0x1.2490fb4ee028fp-6,  -0x1.c719ab0fa1cedp-7, 0x1.6ec818d9502a8p-7,
                                -0x1.2c660644d5ed3p-7};
  return u * u * Polynomial(kTail, u);
}

// Both P and Q sum to the same, so that with u = P / Q − 1 the sum is Σ Q ((1 + u) log(1 + u) − u):
// no term is negative, and none cancels another. With e = e^base, z = Σ e and g = e^(other − base)
// − 1
//   P − Q = e / z · (g − Σ e g / z) / (1 + Σ e g / z)       Q = e / z + 1e-8
template <class T>
double DivergenceOfNarrow(const T* __restrict other, const T* __restrict base, std::size_t count,
                          double middle, double* __restrict e, double* __restrict g) {
  for (std::size_t i = 0; i < count; ++i) {
    const double from = base[i];
    e[i] = ExpOfNarrow(from - middle);
    g[i] = GrowthOfNarrow(static_cast<double>(other[i]) - from);
  }
  const auto [z, change] = LaneSums(
      count, [e](std::size_t i) { return e[i]; }, [e, g](std::size_t i) { return e[i] * g[i]; });
  const double mean = change / z;
  const double scale = 1 / (1 + mean);
  const double floor = kSoftmaxFloor * z;
  for (std::size_t i = 0; i < count; ++i) {
    const double q = e[i] + floor;
    e[i] = q * ExcessOfNarrow((g[i] - mean) * scale * (e[i] / q));
  }
  return LaneSum(count, [e](std::size_t i) { return e[i]; }) / z;
}

// out = e^(x − largest); returns the sum.
template <class T>
double Exponentials(const T* __restrict x, std::size_t count, double largest,
                    double* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = Exp(static_cast<double>(x[i]) - largest);
  }
  return LaneSum(count, [out](std::size_t i) { return out[i]; });
}

template <class T>
double DivergenceOfAny(const T* __restrict other, const T* __restrict base, std::size_t count,
                       const RowRange& range, double* __restrict p, double* __restrict q) {
  const double p_scale = 1 / Exponentials(other, count, range.other_high, p);
  const double q_scale = 1 / Exponentials(base, count, range.high, q);
  for (std::size_t i = 0; i < count; ++i) {
    const double pi = p[i] * p_scale + kSoftmaxFloor;
    p[i] = pi * Log(pi / (q[i] * q_scale + kSoftmaxFloor));
  }
  const double sum = LaneSum(count, [p](std::size_t i) { return p[i]; });
  return sum < 0 ? 0 : sum;
}

}  // namespace

template <class T>
double SoftmaxDivergence(const T* other, const T* base, std::size_t count, double* room) {
  const RowRange range = RangeOf(other, base, count);
  return range.high - range.low <= kNarrowRange && range.change <= kNarrowChange
             ? DivergenceOfNarrow(other, base, count, (range.low + range.high) / 2, room,
                                  room + count)
             : DivergenceOfAny(other, base, count, range, room, room + count);
}

template double SoftmaxDivergence(const float*, const float*, std::size_t, double*);
template double SoftmaxDivergence(const double*, const double*, std::size_t, double*);

}  // namespace fuseo1
