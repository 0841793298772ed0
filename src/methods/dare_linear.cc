// DARE: drop elements of the differences at random, and add up what is left.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kRandom, false>;

constexpr std::array kParams = {
    kGtaWeight, kGtaDensity, GtaNormalize(false), GtaRescale(true), kGtaLambda, kGtaInt8Mask,
};

}  // namespace

const MethodDef& dare_linear_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "dare_linear",
      .summary = "Randomly thinned-out differences, added up.",
      .title = "Linear DARE",
      .reference = "https://arxiv.org/abs/2311.03099",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
