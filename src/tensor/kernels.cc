#include "tensor/kernels.h"

namespace fuseo1 {

extern "C" {
const Kernels* fuseo1_kernels_baseline();
const Kernels* fuseo1_kernels_avx2();
const Kernels* fuseo1_kernels_avx512();
}

const Kernels& KernelsFor(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return *fuseo1_kernels_avx512();
    case Isa::kAvx2:
      return *fuseo1_kernels_avx2();
    case Isa::kBaseline:
      break;
  }
  return *fuseo1_kernels_baseline();
}

}  // namespace fuseo1
