// TIES: keep each difference's largest elements, and of every element the models that agree on its
// sign.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kMagnitude, true>;

constexpr std::array kParams = {
    kGtaWeight, kGtaDensity, GtaNormalize(true), GtaRescale(false), kGtaLambda, kGtaInt8Mask,
};

}  // namespace

const MethodDef& ties_method() {
  static constexpr MethodDef kMethod{
      .name = "ties",
      .summary = "The largest differences, where models agree on the sign.",
      .title = "TIES",
      .reference = "https://arxiv.org/abs/2306.01708",
      .base = BaseRule::kRequired,
      .min_inputs = 1,
      .params = kParams,
      .start = &Member::Start,
      .torch = &Member::Torch<float>,
      .torch_f64 = &Member::Torch<double>,
  };
  return kMethod;
}

}  // namespace fuseo1
