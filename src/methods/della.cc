// DELLA: drop elements of the differences at random, the smaller of a row more often, then let the
// models that agree on the sign of an element decide it.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kRanked, true>;

constexpr std::array kParams = {
    kGtaWeight,       kGtaDensity, kGtaEpsilon,  GtaNormalize(true),
    GtaRescale(true), kGtaLambda,  kGtaInt8Mask,
};

}  // namespace

const MethodDef& della_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "della",
      .summary = "Differences thinned out by rank, where models agree on the sign.",
      .title = "DELLA",
      .reference = "https://arxiv.org/abs/2406.11617",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
