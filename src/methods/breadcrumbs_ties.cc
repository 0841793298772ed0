// Model Breadcrumbs with the vote of TIES.
#include <array>

#include "methods/common/gta.h"
#include "methods/method.h"

namespace fuseo1 {
namespace {

using Member = Gta<Sparsifier::kOutliers, true>;

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

const MethodDef& breadcrumbs_ties_method() {
  static constexpr MethodDef kMethod = Member::Method({
      .name = "breadcrumbs_ties",
      .summary =
          "Differences without outliers and smallest elements, where models agree on the sign.",
      .title = "Model Breadcrumbs with TIES",
      .reference = "https://arxiv.org/abs/2312.06795",
      .params = kParams,
  });
  return kMethod;
}

}  // namespace fuseo1
