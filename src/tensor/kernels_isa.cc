// Compiled once per instruction set (fuseo1_isa_objects): plain loops, vectorised by the compiler.
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "tensor/kernels.h"
#include "tensor/rounding.h"

namespace fuseo1 {
namespace {

// Storage formats as policies: how to load element i as float or double, and how to store it.
struct Bf16 {
  using Bits = std::uint16_t;
  static float ToFloat(Bits b) { return FloatFromBf16(b); }
  static double ToDouble(Bits b) { return static_cast<double>(FloatFromBf16(b)); }
  static Bits FromFloat(float v) { return Bf16FromFloat(v); }
  static Bits FromDouble(double v) { return Bf16FromDouble(v); }
  static bool IsInf(Bits b) { return (b & 0x7FFFU) == 0x7F80U; }
  static bool IsNan(Bits b) { return (b & 0x7FFFU) > 0x7F80U; }
};
struct Fp16 {
  using Bits = std::uint16_t;
  static float ToFloat(Bits b) { return FloatFromFp16(b); }
  static double ToDouble(Bits b) { return static_cast<double>(FloatFromFp16(b)); }
  static Bits FromFloat(float v) { return Fp16FromFloat(v); }
  static Bits FromDouble(double v) { return Fp16FromDouble(v); }
  static bool IsInf(Bits b) { return (b & 0x7FFFU) == 0x7C00U; }
  static bool IsNan(Bits b) { return (b & 0x7FFFU) > 0x7C00U; }
};
struct Fp32 {
  using Bits = float;
  static float ToFloat(Bits b) { return b; }
  static double ToDouble(Bits b) { return static_cast<double>(b); }
  static Bits FromFloat(float v) { return v; }
  static Bits FromDouble(double v) { return static_cast<float>(v); }
  static bool IsInf(Bits b) { return std::fabs(b) == HUGE_VALF; }
  static bool IsNan(Bits b) { return b != b; }
};
struct Fp64 {
  using Bits = double;
  static float ToFloat(Bits b) { return static_cast<float>(b); }
  static double ToDouble(Bits b) { return b; }
  static Bits FromFloat(float v) { return static_cast<double>(v); }
  static Bits FromDouble(double v) { return v; }
  static bool IsInf(Bits b) { return std::fabs(b) == HUGE_VAL; }
  static bool IsNan(Bits b) { return b != b; }
};

// memcpy keeps unaligned and aliasing access legal; compilers turn it into plain vector moves.
template <class F>
typename F::Bits Load(const std::byte* in, std::size_t i) {
  typename F::Bits bits;
  std::memcpy(&bits, in + i * sizeof(bits), sizeof(bits));
  return bits;
}
template <class F>
void Store(std::byte* out, std::size_t i, typename F::Bits bits) {
  std::memcpy(out + i * sizeof(bits), &bits, sizeof(bits));
}

// Calls body with the policy of dtype.
template <class Body>
void WithFormat(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kBF16:
      return body(Bf16{});
    case DType::kF16:
      return body(Fp16{});
    case DType::kF32:
      return body(Fp32{});
    case DType::kF64:
      return body(Fp64{});
    default:
      FUSEO1_CHECK(false && "only float types reach the kernels");
  }
}

void Widen(DType dtype, const std::byte* in, double* __restrict out, std::size_t elems) {
  WithFormat(dtype, [=]<class F>(F) {
    for (std::size_t i = 0; i < elems; ++i) {
      out[i] = F::ToDouble(Load<F>(in, i));
    }
  });
}

void WidenF32(DType dtype, const std::byte* in, float* __restrict out, std::size_t elems) {
  WithFormat(dtype, [=]<class F>(F) {
    for (std::size_t i = 0; i < elems; ++i) {
      out[i] = F::ToFloat(Load<F>(in, i));
    }
  });
}

void Narrow(DType dtype, const double* __restrict in, std::byte* out, std::size_t elems) {
  WithFormat(dtype, [=]<class F>(F) {
    for (std::size_t i = 0; i < elems; ++i) {
      Store<F>(out, i, F::FromDouble(in[i]));
    }
  });
}

void NarrowF32(DType dtype, const float* __restrict in, std::byte* out, std::size_t elems) {
  WithFormat(dtype, [=]<class F>(F) {
    for (std::size_t i = 0; i < elems; ++i) {
      Store<F>(out, i, F::FromFloat(in[i]));
    }
  });
}

void CountNonfinite(DType dtype, const std::byte* in, std::size_t elems, std::uint64_t* nan,
                    std::uint64_t* inf) {
  WithFormat(dtype, [=]<class F>(F) {
    // Almost every block has none: one narrow flag first, the two counts only where it is set.
    using Bits = typename F::Bits;
    unsigned any = 0;
    for (std::size_t i = 0; i < elems; ++i) {
      const Bits bits = Load<F>(in, i);
      any |= static_cast<unsigned>(F::IsNan(bits)) | static_cast<unsigned>(F::IsInf(bits));
    }
    if (any == 0) {
      return;
    }
    for (std::size_t i = 0; i < elems; ++i) {
      const Bits bits = Load<F>(in, i);
      *nan += F::IsNan(bits) ? 1 : 0;
      *inf += F::IsInf(bits) ? 1 : 0;
    }
  });
}

// Model counts up to kUnrolled keep the running sum in registers.
template <class In, class Out, std::size_t kCount>
void CombineFixed(const std::byte* const* inputs, const double* coefficients, std::byte* result,
                  std::size_t elems) {
  const std::byte* in[kCount];
  double c[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    in[k] = inputs[k];
    c[k] = coefficients[k];
  }
  for (std::size_t i = 0; i < elems; ++i) {
    double sum = c[0] * In::ToDouble(Load<In>(in[0], i));
    for (std::size_t k = 1; k < kCount; ++k) {
      sum += c[k] * In::ToDouble(Load<In>(in[k], i));
    }
    Store<Out>(result, i, Out::FromDouble(sum));
  }
}

template <class In, class Out>
void CombineAny(const std::byte* const* inputs, const double* coefficients, std::size_t input_count,
                std::byte* result, std::size_t elems) {
  constexpr std::size_t kStep = 512;
  double sum[kStep];
  for (std::size_t first = 0; first < elems; first += kStep) {
    const std::size_t count = elems - first < kStep ? elems - first : kStep;
    for (std::size_t i = 0; i < count; ++i) {
      sum[i] = coefficients[0] * In::ToDouble(Load<In>(inputs[0], first + i));
    }
    for (std::size_t k = 1; k < input_count; ++k) {
      const double c = coefficients[k];
      const std::byte* in = inputs[k];
      for (std::size_t i = 0; i < count; ++i) {
        sum[i] += c * In::ToDouble(Load<In>(in, first + i));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      Store<Out>(result, first + i, Out::FromDouble(sum[i]));
    }
  }
}

void Combine(DType in, DType out, const std::byte* const* inputs, const double* coefficients,
             std::size_t input_count, std::byte* result, std::size_t elems) {
  WithFormat(in, [=]<class In>(In) {
    WithFormat(out, [=]<class Out>(Out) {
      switch (input_count) {
        case 1:
          return CombineFixed<In, Out, 1>(inputs, coefficients, result, elems);
        case 2:
          return CombineFixed<In, Out, 2>(inputs, coefficients, result, elems);
        case 3:
          return CombineFixed<In, Out, 3>(inputs, coefficients, result, elems);
        case 4:
          return CombineFixed<In, Out, 4>(inputs, coefficients, result, elems);
        default:
          return CombineAny<In, Out>(inputs, coefficients, input_count, result, elems);
      }
    });
  });
}

constexpr Kernels kKernels = {
    .widen = &Widen,
    .widen_f32 = &WidenF32,
    .narrow = &Narrow,
    .narrow_f32 = &NarrowF32,
    .count_nonfinite = &CountNonfinite,
    .combine = &Combine,
};

}  // namespace

#define FUSEO1_ENTRY_2(isa) fuseo1_kernels_##isa
#define FUSEO1_ENTRY(isa) FUSEO1_ENTRY_2(isa)
extern "C" const Kernels* FUSEO1_ENTRY(FUSEO1_ISA)();
extern "C" const Kernels* FUSEO1_ENTRY(FUSEO1_ISA)() { return &kKernels; }

}  // namespace fuseo1
