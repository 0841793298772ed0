#include "tensor/isa.h"

#include <array>
#include <cstdlib>
#include <optional>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::array kAll = {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512};

std::optional<std::string_view> Override() {
  const char* text = std::getenv("FUSEO1_ISA");
  if (text == nullptr || *text == '\0') {
    return std::nullopt;
  }
  return text;
}

std::optional<Isa> FromName(std::string_view name) {
  for (const Isa isa : kAll) {
    if (IsaName(isa) == name) {
      return isa;
    }
  }
  return std::nullopt;
}

Isa Choose() {
  if (const auto text = Override()) {
    if (const auto isa = FromName(*text); isa && HasIsa(*isa)) {
      return *isa;
    }
  }
  return HasIsa(Isa::kAvx512) ? Isa::kAvx512 : HasIsa(Isa::kAvx2) ? Isa::kAvx2 : Isa::kBaseline;
}

}  // namespace

std::string_view IsaName(Isa isa) {
  switch (isa) {
    case Isa::kBaseline:
      return "baseline";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "";
}

bool HasIsa(Isa isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2");
  if (isa == Isa::kAvx2) {
    return avx2;
  }
  if (isa == Isa::kAvx512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  }
#endif
  return isa == Isa::kBaseline;
}

Isa CurrentIsa() {
  static const Isa isa = Choose();
  return isa;
}

Status CheckIsaOverride() {
  const auto text = Override();
  if (!text) {
    return {};
  }
  const auto isa = FromName(*text);
  if (!isa) {
    return UsageError("FUSEO1_ISA is " + Quoted(*text) + "; expected baseline, avx2 or avx512.");
  }
  if (!HasIsa(*isa)) {
    return UsageError("FUSEO1_ISA is " + std::string(*text) +
                      ", but this processor lacks it. Unset it or choose baseline.");
  }
  return {};
}

}  // namespace fuseo1
