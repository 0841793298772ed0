// DARE with the vote of TIES: drop elements of the differences at random, then let the models that
// agree on the sign of an element decide it.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kRandom, true>;

constexpr std::array kParams = {
    kGtaWeight, kGtaDensity, GtaNormalize(false), GtaRescale(true), kGtaLambda, kGtaInt8Mask,
};

}  // namespace

const MethodDef& dare_ties_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "dare_ties",
      .summary = "Randomly thinned-out differences, where models agree on the sign.",
      .title = "DARE TIES",
      .reference = "https://arxiv.org/abs/2311.03099",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
