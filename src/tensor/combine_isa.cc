// Linear combinations, rounded once. The definition is in f64. Results of 16 bits are first
// computed in float, which has twice as many lanes, together with a bound of its error; where the
// bound leaves no doubt which way the f64 result rounds, that is the result, else the element is
// done again in f64. So the bits are those of f64 always (the idea of Ziv, 1991, for elementary
// functions).
#include "tensor/combine_isa.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tensor/flags.h"
#include "tensor/formats.h"

namespace fuseo1 {
namespace {

// Elements that are decided together; those in doubt are gathered and done again.
constexpr std::size_t kGroup = 512;
// With more in doubt, the whole group is done again; where most groups are (halves of two models,
// whose results are halfway as often as not) floats are a waste.
constexpr std::size_t kMaxDoubtfulElems = kGroup / 3;
constexpr std::size_t kMaxDoubtfulGroups = 4;

// Per element of a group: 1 where its rounding is in doubt.
using Doubts = std::array<std::uint8_t, kGroup>;

template <class In, class Out>
void CombineDoubles(const std::byte* const* inputs, const double* coefficients, std::size_t count,
                    std::size_t first, std::size_t elems, std::byte* result) {
  constexpr std::size_t kStep = kGroup;
  std::array<double, kStep> sums;
  double* const sum = sums.data();
  for (const std::size_t end = first + elems; first < end; first += kStep) {
    const std::size_t step = std::min(end - first, kStep);
    for (std::size_t k = 0; k < count; ++k) {
      const double c = coefficients[k];
      const std::byte* in = inputs[k];
      if (k == 0) {
        for (std::size_t i = 0; i < step; ++i) {
          sum[i] = c * In::ToDouble(Load<In>(in, first + i));
        }
      } else {
        for (std::size_t i = 0; i < step; ++i) {
          sum[i] += c * In::ToDouble(Load<In>(in, first + i));
        }
      }
    }
    for (std::size_t i = 0; i < step; ++i) {
      Store<Out>(result, first + i, Out::FromDouble(sum[i]));
    }
  }
}

// a · b + c, in one rounding where that is one instruction. Either will do here: the bound below
// holds for both, and what it leaves in doubt is done again.
inline float MulAdd(float a, float b, float c) {
#ifdef __FMA__
  return std::fma(a, b, c);
#else
  return a * b + c;
#endif
}

// What the float pass needs to know of the coefficients.
struct FloatTerms {
  std::vector<float> factors;
  std::vector<float> scaled;  // |factor| · Out::kOverflowScale
  float slack = 0;            // times Σ scaled · |x|: the error's bound, tiny numbers apart
};

// Each factor's own rounding, each product's and each sum's are at most 2^-24 of Σ |c x|; two more
// of them cover the rounding of the bound itself and the f64 result's distance from the true one.
template <class Out>
FloatTerms TermsFor(const double* coefficients, std::size_t count) {
  FloatTerms terms;
  for (std::size_t k = 0; k < count; ++k) {
    terms.factors.push_back(static_cast<float>(coefficients[k]));
    terms.scaled.push_back(std::fabs(terms.factors.back()) * Out::kOverflowScale);
  }
  terms.slack = static_cast<float>(count + 3) * 0x1p-24F / Out::kOverflowScale;
  return terms;
}

// One group into `result`. False: some element's rounding is not certain.
template <class In, class Out, std::size_t kCount>
bool GroupOfFloats(const std::byte* const* inputs, const float* factors, const float* scaled,
                   float slack, std::size_t first, std::byte* __restrict result, Doubts& doubts) {
  std::array<const std::byte*, kCount> in;
  std::array<float, kCount> factor;
  std::array<float, kCount> scale;
  for (std::size_t k = 0; k < kCount; ++k) {
    in[k] = inputs[k] + first * sizeof(typename In::Bits);
    factor[k] = factors[k];
    scale[k] = scaled[k];
  }
  std::uint8_t* __restrict doubt = doubts.data();
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < kGroup; ++i) {
    float x = In::ToFloat(Load<In>(in[0], i));
    float sum = factor[0] * x;
    float size = scale[0] * std::fabs(x);
    for (std::size_t k = 1; k < kCount; ++k) {
      x = In::ToFloat(Load<In>(in[k], i));
      sum = MulAdd(factor[k], x, sum);
      size = MulAdd(scale[k], std::fabs(x), size);
    }
    const std::uint32_t doubtful = static_cast<std::uint32_t>(Doubt<Out>(sum, size, slack)) >> 31;
    any |= doubtful;
    doubt[i] = static_cast<std::uint8_t>(doubtful);
    Store<Out>(result, i, Out::FromPlainFloat(sum));
  }
  return any == 0;
}

template <class In, class Out>
bool GroupOfFloats(const std::byte* const* inputs, const FloatTerms& terms, std::size_t first,
                   std::byte* __restrict result, Doubts& doubts) {
  std::array<float, kGroup> sums{};
  std::array<float, kGroup> sizes{};
  float* __restrict sum = sums.data();
  float* __restrict size = sizes.data();
  for (std::size_t k = 0; k < terms.factors.size(); ++k) {
    const std::byte* in = inputs[k] + first * sizeof(typename In::Bits);
    const float factor = terms.factors[k];
    const float scale = terms.scaled[k];
    for (std::size_t i = 0; i < kGroup; ++i) {
      const float x = In::ToFloat(Load<In>(in, i));
      sum[i] = MulAdd(factor, x, sum[i]);
      size[i] = MulAdd(scale, std::fabs(x), size[i]);
    }
  }
  std::uint8_t* __restrict doubt = doubts.data();
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < kGroup; ++i) {
    const std::uint32_t doubtful =
        static_cast<std::uint32_t>(Doubt<Out>(sum[i], size[i], terms.slack)) >> 31;
    any |= doubtful;
    doubt[i] = static_cast<std::uint8_t>(doubtful);
    Store<Out>(result, i, Out::FromPlainFloat(sum[i]));
  }
  return any == 0;
}

template <class In, class Out>
bool GroupOf(const std::byte* const* inputs, const FloatTerms& terms, std::size_t first,
             std::byte* result, Doubts& doubts) {
  const float* const factors = terms.factors.data();
  const float* const scaled = terms.scaled.data();
  switch (terms.factors.size()) {
    case 2:
      return GroupOfFloats<In, Out, 2>(inputs, factors, scaled, terms.slack, first, result, doubts);
    case 3:
      return GroupOfFloats<In, Out, 3>(inputs, factors, scaled, terms.slack, first, result, doubts);
    case 4:
      return GroupOfFloats<In, Out, 4>(inputs, factors, scaled, terms.slack, first, result, doubts);
    default:
      return GroupOfFloats<In, Out>(inputs, terms, first, result, doubts);
  }
}

// In f64, and looks for what is not finite on both sides.
template <class In, class Out>
void CombineAndCount(const std::byte* const* inputs, const double* coefficients, std::size_t count,
                     std::size_t first, std::size_t elems, std::byte* result,
                     Nonfinite* nonfinite) {
  CombineDoubles<In, Out>(inputs, coefficients, count, first, elems, result);
  for (std::size_t k = 0; k < count; ++k) {
    CountNonfinite<In>(inputs[k] + first * sizeof(typename In::Bits), elems, &nonfinite->nan_in,
                       &nonfinite->inf_in);
  }
  CountNonfinite<Out>(result + first * sizeof(typename Out::Bits), elems, &nonfinite->nan_out,
                      &nonfinite->inf_out);
}

// The elements of one group that are done again, side by side.
template <class In, class Out>
class Gathered {
 public:
  explicit Gathered(std::size_t count)
      : bytes_(count * kStride + kGroup * sizeof(typename Out::Bits)) {
    for (std::size_t k = 0; k <= count; ++k) {
      parts_.push_back(bytes_.data() + k * kStride);
    }
  }
  std::byte* in(std::size_t k) { return parts_[k]; }
  std::byte* out() { return parts_.back(); }
  const std::byte* const* inputs() const { return parts_.data(); }

 private:
  static constexpr std::size_t kStride = kGroup * sizeof(typename In::Bits);
  std::vector<std::byte> bytes_;
  std::vector<std::byte*> parts_;
};

// Does the doubtful elements of a group again. False: all of them, they were too many.
template <class In, class Out>
bool Redo(const std::byte* const* inputs, const double* coefficients, std::size_t count,
          std::size_t first, const Doubts& doubts, std::byte* result, Gathered<In, Out>& gathered,
          Nonfinite* nonfinite) {
  std::array<std::uint16_t, kGroup> indices;
  std::size_t found = 0;
  ForEachFlag(doubts.data(), kGroup, [&, list = indices.data()](std::size_t i) {
    list[found++] = static_cast<std::uint16_t>(i);
  });
  if (found > kMaxDoubtfulElems) {
    CombineAndCount<In, Out>(inputs, coefficients, count, first, kGroup, result, nonfinite);
    return false;
  }
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t n = 0; n < found; ++n) {
      Store<In>(gathered.in(k), n, Load<In>(inputs[k], first + indices[n]));
    }
  }
  CombineAndCount<In, Out>(gathered.inputs(), coefficients, count, 0, found, gathered.out(),
                           nonfinite);
  for (std::size_t n = 0; n < found; ++n) {
    Store<Out>(result, first + indices[n], Load<Out>(gathered.out(), n));
  }
  return true;
}

// Factors whose products with numbers of 16 bits keep the error's bound true.
bool FloatsWillDo(const double* coefficients, std::size_t count) {
  return count > 1 && std::all_of(coefficients, coefficients + count, [](double c) {
           return c == 0 || (std::fabs(c) >= 0x1p-60 && std::fabs(c) <= 0x1p10);
         });
}

}  // namespace

void Combine(DType in, DType out, const std::byte* const* inputs, const double* coefficients,
             std::size_t input_count, std::byte* result, std::size_t elems, Nonfinite* nonfinite) {
  WithFormat(in, [=]<class In>(In) {
    WithFormat(out, [=]<class Out>(Out) {
      std::size_t first = 0;
      if constexpr (sizeof(typename Out::Bits) == 2 && sizeof(typename In::Bits) <= 4) {
        if (FloatsWillDo(coefficients, input_count)) {
          const FloatTerms terms = TermsFor<Out>(coefficients, input_count);
          Gathered<In, Out> gathered(input_count);
          Doubts doubts;
          std::size_t again = 0;
          for (; first + kGroup <= elems && again < kMaxDoubtfulGroups + first / kGroup / 2;
               first += kGroup) {
            std::byte* const group = result + first * sizeof(typename Out::Bits);
            if (!GroupOf<In, Out>(inputs, terms, first, group, doubts) &&
                !Redo<In, Out>(inputs, coefficients, input_count, first, doubts, result, gathered,
                               nonfinite)) {
              ++again;
            }
          }
        }
      }
      CombineAndCount<In, Out>(inputs, coefficients, input_count, first, elems - first, result,
                               nonfinite);
    });
  });
}

}  // namespace fuseo1
