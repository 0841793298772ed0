// Linear combinations, rounded once. The definition is in f64. Results of 16 bits are first
// computed in float, which has twice as many lanes, together with a bound of its error; where the
// bound leaves no doubt which way the f64 result rounds, that is the result, else the element is
// done again in f64. So the bits are those of f64 always (the idea of Ziv, 1991, for elementary
// functions).
#include "tensor/combine_isa.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "tensor/flags.h"
#include "tensor/formats.h"

namespace fuseo1 {
namespace {

// Elements whose doubts are written down before they are looked at.
constexpr std::size_t kGroup = 512;
// Elements that are decided together; those in doubt are gathered and done again.
constexpr std::size_t kBatch = 8 * kGroup;
// With more in doubt, the whole batch is done again; where most batches are (halves of two models,
// whose results are halfway as often as not) floats are a waste.
constexpr std::size_t kMaxDoubtfulElems = kBatch / 3;
constexpr std::size_t kMaxDoubtfulBatches = 4;

// The elements of a batch whose rounding is in doubt, side by side.
template <class In>
class Doubtful {
 public:
  explicit Doubtful(std::size_t inputs)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(inputs * kStrideBytes)) {
    for (std::size_t k = 0; k < inputs; ++k) {
      parts_.push_back(bytes_.get() + k * kStrideBytes);
    }
  }

  void Clear() { count_ = 0; }
  // Element `index` of the batch, element i of each of these inputs: at once, while they are in the
  // cache.
  template <class Inputs>
  void Add(std::size_t index, const Inputs& inputs, std::size_t i) {
    if (count_ < kMaxDoubtfulElems) {
      indices_[count_] = static_cast<std::uint16_t>(index);
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        Store<In>(parts_[k], count_, Load<In>(inputs[k], i));
      }
    }
    ++count_;
  }

  bool too_many() const { return count_ > kMaxDoubtfulElems; }
  std::span<const std::uint16_t> indices() const { return {indices_.data(), count_}; }
  const std::byte* const* inputs() const { return parts_.data(); }

 private:
  static constexpr std::size_t kStrideBytes = kMaxDoubtfulElems * sizeof(typename In::Bits);
  std::unique_ptr<std::byte[]> bytes_;
  std::vector<std::byte*> parts_;
  std::array<std::uint16_t, kMaxDoubtfulElems> indices_;
  std::size_t count_ = 0;
};

template <class In, class Out>
void CombineDoubles(const std::byte* const* inputs, const double* coefficients, std::size_t count,
                    std::size_t first, std::size_t elems, std::byte* result) {
  constexpr std::size_t kStep = 512;
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

// BatchOfPairs takes results that are this much smaller than the largest input, or less.
constexpr int kMostBinadesSmaller = 3;
constexpr float kMostTimesSmaller = 1 << kMostBinadesSmaller;

// What the float pass needs to know of the coefficients.
struct FloatTerms {
  std::vector<float> factors;
  std::vector<float> scaled;  // |factor| · Out::kOverflowScale
  float slack = 0;            // times Σ scaled · |x|: the error's bound, tiny numbers apart
  float steps = 0;            // the error's bound for BatchOfPairs
};

// Each factor's own rounding, each product's and each sum's are at most 2^-24 of Σ |c x|; two more
// of them cover the rounding of the bound itself and the f64 result's distance from the true one.
template <class Out>
FloatTerms TermsFor(const double* coefficients, std::size_t count) {
  FloatTerms terms;
  float total = 0;
  for (std::size_t k = 0; k < count; ++k) {
    terms.factors.push_back(static_cast<float>(coefficients[k]));
    terms.scaled.push_back(std::fabs(terms.factors.back()) * Out::kOverflowScale);
    total += std::fabs(terms.factors.back());
  }
  terms.steps =
      static_cast<float>(count + 5) * total * kMostTimesSmaller + static_cast<float>(2 * count + 2);
  terms.slack = static_cast<float>(count + 3) * 0x1p-24F / Out::kOverflowScale;
  return terms;
}

// One group, from the element `first`. Nonzero: some elements are in doubt, the flags tell which.
using DoubtFlags = Flags<std::uint32_t>;
static_assert(DoubtFlags::kElems == kGroup);
template <class In, class Out, std::size_t kCount>
std::uint32_t GroupOfFloats(const std::byte* const* inputs, const float* factors,
                            const float* scaled, float slack, std::size_t first,
                            std::byte* __restrict result, std::uint32_t* __restrict doubt) {
  std::array<const std::byte*, kCount> in;
  std::array<float, kCount> factor;
  std::array<float, kCount> scale;
  for (std::size_t k = 0; k < kCount; ++k) {
    in[k] = inputs[k] + first * sizeof(typename In::Bits);
    factor[k] = factors[k];
    scale[k] = scaled[k];
  }
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
    doubt[i] = static_cast<std::uint32_t>(Doubt<Out>(sum, size, slack) >> 31);
    any |= doubt[i];
    Store<Out>(result, i, Out::FromPlainFloat(sum));
  }
  return any;
}

template <class In, class Out>
std::uint32_t GroupOfFloats(const std::byte* const* inputs, const FloatTerms& terms,
                            std::size_t first, std::byte* __restrict result,
                            std::uint32_t* __restrict doubt) {
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
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < kGroup; ++i) {
    doubt[i] = static_cast<std::uint32_t>(Doubt<Out>(sum[i], size[i], terms.slack) >> 31);
    any |= doubt[i];
    Store<Out>(result, i, Out::FromPlainFloat(sum[i]));
  }
  return any;
}

template <class In, class Out>
std::uint32_t GroupOfFloats(const std::byte* const* inputs, const FloatTerms& terms,
                            std::size_t first, std::byte* result, DoubtFlags& flags) {
  const float* const factors = terms.factors.data();
  const float* const scaled = terms.scaled.data();
  const float slack = terms.slack;
  std::uint32_t* const doubt = flags.words();
  switch (terms.factors.size()) {
    case 2:
      return GroupOfFloats<In, Out, 2>(inputs, factors, scaled, slack, first, result, doubt);
    case 3:
      return GroupOfFloats<In, Out, 3>(inputs, factors, scaled, slack, first, result, doubt);
    case 4:
      return GroupOfFloats<In, Out, 4>(inputs, factors, scaled, slack, first, result, doubt);
    default:
      return GroupOfFloats<In, Out>(inputs, terms, first, result, doubt);
  }
}

// One batch into `result`, and which of its elements are in doubt.
template <class In, class Out>
void BatchOfFloats(const std::byte* const* inputs, const FloatTerms& terms, std::size_t first,
                   std::byte* result, Doubtful<In>& doubtful) {
  const std::span all(inputs, terms.factors.size());
  DoubtFlags flags;
  for (std::size_t begin = 0; begin < kBatch; begin += kGroup) {
    if (GroupOfFloats<In, Out>(inputs, terms, first + begin,
                               result + begin * sizeof(typename Out::Bits), flags) != 0) {
      flags.ForEach(kGroup,
                    [&](std::size_t i) { doubtful.Add(begin + i, all, first + begin + i); });
    }
  }
}

// The same for bfloat16 on both sides, without a shuffle: its numbers are the upper halves of
// floats, so a word of two is two floats by a shift and a mask, and what rounding cuts off is the
// lower halves.
//
// In steps of the float result v, the error is at most (n + 5) Σ |c| · max |x| / |v|, plus 2 n + 2
// for what underflows. Where v is not much smaller than the largest input that is at most
// terms.steps, and v is in doubt where it lies so near to halfway. Where v is smaller, or a zero
// whose sign may be the other, it is in doubt too; so is what is huge, infinite or NaN, for the sum
// with kSmaller leaves the int16.
template <std::size_t kCount>
void BatchOfPairs(const std::byte* const* inputs, const FloatTerms& terms, std::size_t first,
                  std::byte* __restrict result, Doubtful<Bf16>& doubtful) {
  constexpr std::size_t kBlock = Flags<std::uint16_t>::kElems;
  constexpr std::uint32_t kUpper = 0xFFFF0000U;
  constexpr int kSmaller = kMostBinadesSmaller << 7;
  const auto near = static_cast<std::uint16_t>(terms.steps);
  const auto twice_near = static_cast<std::uint16_t>(2 * near);
  std::array<float, kCount> factor;
  std::copy_n(terms.factors.data(), kCount, factor.data());
  for (std::size_t begin = 0; begin < kBatch; begin += kBlock) {
    std::array<const std::byte*, kCount> in;
    for (std::size_t k = 0; k < kCount; ++k) {
      in[k] = inputs[k] + (first + begin) * sizeof(Bf16::Bits);
    }
    std::byte* __restrict const out = result + begin * sizeof(Bf16::Bits);
    std::array<std::byte, kBlock * sizeof(Bf16::Bits)> cut;  // lower halves, 0 where halfway
    for (std::size_t i = 0; i < kBlock / 2; ++i) {
      float even = 0, odd = 0;
      for (std::size_t k = 0; k < kCount; ++k) {
        std::uint32_t word;
        std::memcpy(&word, in[k] + i * sizeof(word), sizeof(word));
        const float low = std::bit_cast<float>(word << 16);
        const float high = std::bit_cast<float>(word & kUpper);
        even = k == 0 ? factor[k] * low : MulAdd(factor[k], low, even);
        odd = k == 0 ? factor[k] * high : MulAdd(factor[k], high, odd);
      }
      const std::uint32_t even_bits = std::bit_cast<std::uint32_t>(even) + Bf16::kHalfway;
      const std::uint32_t odd_bits = std::bit_cast<std::uint32_t>(odd) + Bf16::kHalfway;
      const std::uint32_t rounded = even_bits >> 16 | (odd_bits & kUpper);
      const std::uint32_t rest = (even_bits & ~kUpper) | odd_bits << 16;
      std::memcpy(out + i * sizeof(rounded), &rounded, sizeof(rounded));
      std::memcpy(cut.data() + i * sizeof(rest), &rest, sizeof(rest));
    }
    Flags<std::uint16_t> flags;
    std::uint16_t* const words = flags.words();
    for (std::size_t i = 0; i < kBlock; ++i) {
      std::int16_t largest = 0;
      for (std::size_t k = 0; k < kCount; ++k) {
        const auto size = static_cast<std::int16_t>(Load<Bf16>(in[k], i) & 0x7FFFU);
        largest = size > largest ? size : largest;
      }
      const auto rounded = static_cast<std::int16_t>(Load<Bf16>(out, i) & 0x7FFFU);
      const auto smaller = static_cast<std::int16_t>(rounded == 0 ? 0 : kSmaller);
      const auto size = static_cast<std::int16_t>(rounded + smaller);
      const auto rest = static_cast<std::uint16_t>(Load<Bf16>(cut.data(), i) + near);
      const auto small = static_cast<std::uint16_t>(size < largest ? 0xFFFFU : 0U);
      const auto close = static_cast<std::uint16_t>(rest <= twice_near ? 0xFFFFU : 0U);
      words[i] = static_cast<std::uint16_t>(small | close);
    }
    flags.ForEach(kBlock, [&](std::size_t i) { doubtful.Add(begin + i, in, i); });
  }
}

template <class In, class Out>
void BatchOf(const std::byte* const* inputs, const FloatTerms& terms, std::size_t first,
             std::byte* result, Doubtful<In>& doubtful) {
  if constexpr (std::is_same_v<In, Bf16> && std::is_same_v<Out, Bf16>) {
    constexpr float kMostSteps = 2048;  // of 65,536 between halfway and halfway
    switch (terms.steps <= kMostSteps ? terms.factors.size() : 0) {
      case 2:
        return BatchOfPairs<2>(inputs, terms, first, result, doubtful);
      case 3:
        return BatchOfPairs<3>(inputs, terms, first, result, doubtful);
      case 4:
        return BatchOfPairs<4>(inputs, terms, first, result, doubtful);
      default:
        break;
    }
  }
  BatchOfFloats<In, Out>(inputs, terms, first, result, doubtful);
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

// Does the doubtful elements of a batch again. False: all of them, they were too many.
template <class In, class Out>
bool Redo(const std::byte* const* inputs, const double* coefficients, std::size_t count,
          std::size_t first, const Doubtful<In>& doubtful, std::byte* result,
          Nonfinite* nonfinite) {
  std::byte* const batch = result + first * sizeof(typename Out::Bits);
  if (doubtful.too_many()) {
    CombineAndCount<In, Out>(inputs, coefficients, count, first, kBatch, result, nonfinite);
    return false;
  }
  const std::span<const std::uint16_t> indices = doubtful.indices();
  std::array<std::byte, kMaxDoubtfulElems * sizeof(typename Out::Bits)> redone;
  CombineAndCount<In, Out>(doubtful.inputs(), coefficients, count, 0, indices.size(), redone.data(),
                           nonfinite);
  for (std::size_t n = 0; n < indices.size(); ++n) {
    Store<Out>(batch, indices[n], Load<Out>(redone.data(), n));
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
          Doubtful<In> doubtful(input_count);
          std::size_t again = 0;
          for (; first + kBatch <= elems && again < kMaxDoubtfulBatches + first / kBatch / 2;
               first += kBatch) {
            doubtful.Clear();
            BatchOf<In, Out>(inputs, terms, first, result + first * sizeof(typename Out::Bits),
                             doubtful);
            if (!Redo<In, Out>(inputs, coefficients, input_count, first, doubtful, result,
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
