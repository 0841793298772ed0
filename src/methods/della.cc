// DELLA: drop elements of the differences at random, the smaller of a row more often, then let the
// models that agree on the sign of an element decide it.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kRanked, true>;

constexpr std::array kParams = {
    kGtaWeight,
    kGtaDensity,
    ParamDef{
        .name = "epsilon",
        .scope = ParamScope::kModel,
        .number = 0.15,
        .help =
            "how far the probability to stay varies around density, from the smallest element of a "
            "row to its largest"},
    GtaNormalize(true),
    GtaRescale(true),
    kGtaLambda,
    kGtaInt8Mask,
};

}  // namespace

const MethodDef& della_method() {
  static constexpr MethodDef kMethod{
      .name = "della",
      .summary = "Differences thinned out by rank, where models agree on the sign.",
      .title = "DELLA",
      .reference = "https://arxiv.org/abs/2406.11617",
      .base = BaseRule::kRequired,
      .min_inputs = 1,
      .params = kParams,
      .start = &Member::Start,
      .torch = &Member::Torch<float>,
      .torch_f64 = &Member::Torch<double>,
      .torch_draws = &Member::Draws,
      .shape_free = false,
  };
  return kMethod;
}

}  // namespace fuseo1
