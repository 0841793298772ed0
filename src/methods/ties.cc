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
  static constexpr MethodDef kMethod = Member::Method({
      .name = "ties",
      .summary = "The largest differences, where models agree on the sign.",
      .title = "TIES",
      .reference = "https://arxiv.org/abs/2306.01708",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
