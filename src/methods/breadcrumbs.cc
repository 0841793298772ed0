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
  static constexpr MethodDef kMethod = Member::Method({
      .name = "breadcrumbs",
      .summary = "Differences without their outliers and their smallest elements, added up.",
      .title = "Model Breadcrumbs",
      .reference = "https://arxiv.org/abs/2312.06795",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
