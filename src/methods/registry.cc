// The table of every method, one per instruction set: see fuseo1_isa_objects in cmake/.
#include <algorithm>

#include "methods/method.h"

namespace fuseo1 {

extern "C" {
const MethodDef* const* fuseo1_methods_baseline(std::size_t* count);
const MethodDef* const* fuseo1_methods_avx2(std::size_t* count);
const MethodDef* const* fuseo1_methods_avx512(std::size_t* count);
}

std::span<const MethodDef* const> MethodsFor(Isa isa) {
  std::size_t count = 0;
  const MethodDef* const* table = isa == Isa::kAvx512 ? fuseo1_methods_avx512(&count)
                                  : isa == Isa::kAvx2 ? fuseo1_methods_avx2(&count)
                                                      : fuseo1_methods_baseline(&count);
  return {table, count};
}

const MethodDef* FindMethod(std::string_view name) {
  const auto methods = Methods();
  const auto it = std::find_if(methods.begin(), methods.end(),
                               [&](const MethodDef* method) { return method->name == name; });
  return it == methods.end() ? nullptr : *it;
}

}  // namespace fuseo1
