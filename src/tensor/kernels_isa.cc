// Compiled once per instruction set (fuseo1_isa_objects): plain loops, vectorised by the compiler.
#include "tensor/combine_isa.h"
#include "tensor/formats.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

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

void CountNonfiniteOf(DType dtype, const std::byte* in, std::size_t elems, std::uint64_t* nan,
                      std::uint64_t* inf) {
  WithFormat(dtype, [=]<class F>(F) { CountNonfinite<F>(in, elems, nan, inf); });
}

constexpr Kernels kKernels = {
    .widen = &Widen,
    .widen_f32 = &WidenF32,
    .narrow = &Narrow,
    .narrow_f32 = &NarrowF32,
    .count_nonfinite = &CountNonfiniteOf,
    .combine = &Combine,
};

}  // namespace

#define FUSEO1_ENTRY_2(isa) fuseo1_kernels_##isa
#define FUSEO1_ENTRY(isa) FUSEO1_ENTRY_2(isa)
extern "C" const Kernels* FUSEO1_ENTRY(FUSEO1_ISA)();
extern "C" const Kernels* FUSEO1_ENTRY(FUSEO1_ISA)() { return &kKernels; }

}  // namespace fuseo1
