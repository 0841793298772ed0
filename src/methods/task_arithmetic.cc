// Task arithmetic: add the models' differences from the base, weighted.
//
//   out = b + λ Σ_k w_k (x_k - b)        divided by Σ_k w_k with normalize
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kNone, false>;

constexpr std::array kParams = {
    kGtaWeight, kGtaDensity, GtaNormalize(false), GtaRescale(false), kGtaLambda, kGtaInt8Mask,
};

}  // namespace

const MethodDef& task_arithmetic_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "task_arithmetic",
      .summary = "The base plus the weighted differences of the models from it.",
      .title = "Task Arithmetic",
      .reference = "https://arxiv.org/abs/2212.04089",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
