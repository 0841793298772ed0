// SCE: select the elements on which the models differ most, weigh the models by the energy of their
// differences from the base there, and erase what points against the majority.
//
//   δ_j = x_j - b                          δ̂_j = δ_j where the variance over j is among the largest
//   w_j = Σ δ̂_j² / Σ_j Σ δ̂_j²              keep_j = sign δ_j is the sign of Σ_j δ_j
//   out = b + Σ_j w_j keep_j δ_j / Σ_j w_j keep_j
//
// `variant` says whether the sums at the end run over δ or δ̂, and whether they are divided.
#include "methods/common/sce.h"

#include <array>

#include "methods/method.h"

namespace fuseo1 {
namespace {

constexpr std::array kParams = {
    ParamDef{.name = "select_topk",
             .number = 1,
             .help = "share of the elements with non-zero variance that is selected"},
    ParamDef{.name = "variant",
             .type = ParamType::kText,
             .text = "fuseo1",
             .help = "fuseo1, mergekit or paper: whose SCE"},
    ParamDef{.name = "int8_mask",
             .type = ParamType::kBool,
             .help = "how mergekit stores signs; it changes no result"},
};

}  // namespace

const MethodDef& sce_method() {
  static constexpr MethodDef kMethod{
      .name = "sce",
      .summary = "Select by variance, weigh by energy, erase the minority sign.",
      .title = "SCE",
      .reference = "https://arxiv.org/abs/2408.07990",
      .base = BaseRule::kRequired,
      .min_inputs = 1,
      .params = kParams,
      .start = &StartSce,
      .torch = &TorchSce<float>,
      .torch_f64 = &TorchSce<double>,
  };
  return kMethod;
}

}  // namespace fuseo1
