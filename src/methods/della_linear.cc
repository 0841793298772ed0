// DELLA without the vote: drop elements of the differences at random, the smaller of a row more
// often, and add up what is left.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kRanked, false>;

constexpr std::array kParams = {
    kGtaWeight,       kGtaDensity, kGtaEpsilon,  GtaNormalize(false),
    GtaRescale(true), kGtaLambda,  kGtaInt8Mask,
};

}  // namespace

const MethodDef& della_linear_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "della_linear",
      .summary = "Differences thinned out by rank, added up.",
      .title = "Linear DELLA",
      .reference = "https://arxiv.org/abs/2406.11617",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
