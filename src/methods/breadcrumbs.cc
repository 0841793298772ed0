// Model Breadcrumbs: drop the very largest and the smallest elements of the differences, and add up
// what is left.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kOutliers, false>;

constexpr std::array kParams = {
    kGtaWeight,
    kGtaDensity,
    ParamDef{.name = "gamma",
             .scope = ParamScope::kModel,
             .number = 0.01,
             .help = "share of the difference's largest elements that is dropped"},
    GtaNormalize(false),
    GtaRescale(false),
    kGtaLambda,
    kGtaInt8Mask,
};

}  // namespace

const MethodDef& breadcrumbs_method() {
  static constexpr MethodDef kMethod{
      .name = "breadcrumbs",
      .summary = "Differences without their outliers and their smallest elements, added up.",
      .title = "Model Breadcrumbs",
      .reference = "https://arxiv.org/abs/2312.06795",
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
