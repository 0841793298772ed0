// Compiled once per instruction set (fuseo1_isa_objects): plain loops, vectorised by the compiler.
#include "tensor/combine_isa.h"
#include "tensor/formats.h"
#include "tensor/kernels.h"

namespace fuseo1 {
namespace {

// Converts all elements from or to the format F of `dtype`; true where a stored number is not
// finite.
template <class Convert>
bool ForEachStored(DType dtype, std::size_t elems, Convert convert) {
  bool found = false;
  WithFormat(dtype, [&found, elems, convert]<class F>(F format) {
    AnyNonfinite<F> any;
    for (std::size_t i = 0; i < elems; ++i) {
      any.Add(convert(format, i));
    }
    found = any.found();
  });
  return found;
}

bool Widen(DType dtype, const std::byte* in, double* __restrict out, std::size_t elems) {
  return ForEachStored(dtype, elems, [=]<class F>(F, std::size_t i) {
    const typename F::Bits bits = Load<F>(in, i);
    out[i] = F::ToDouble(bits);
    return bits;
  });
}

bool WidenF32(DType dtype, const std::byte* in, float* __restrict out, std::size_t elems) {
  return ForEachStored(dtype, elems, [=]<class F>(F, std::size_t i) {
    const typename F::Bits bits = Load<F>(in, i);
    out[i] = F::ToFloat(bits);
    return bits;
  });
}

bool Narrow(DType dtype, const double* __restrict in, std::byte* out, std::size_t elems) {
  return ForEachStored(dtype, elems, [=]<class F>(F, std::size_t i) {
    const typename F::Bits bits = F::FromDouble(in[i]);
    Store<F>(out, i, bits);
    return bits;
  });
}

bool NarrowF32(DType dtype, const float* __restrict in, std::byte* out, std::size_t elems) {
  return ForEachStored(dtype, elems, [=]<class F>(F, std::size_t i) {
    const typename F::Bits bits = F::FromFloat(in[i]);
    Store<F>(out, i, bits);
    return bits;
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
