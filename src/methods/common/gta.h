// The task-arithmetic family: differences from the base are thinned out, weighted, perhaps put to a
// vote on their sign, added up and put onto the base.
//
//   δ_k = x_k - b
//   ω_k = w_k · s_k · keep_k · δ_k       keep_k, s_k: the sparsifier's mask and its rescaling
//   m   = +1 where Σ ω_k >= 0, else -1   with consensus only those with sign m go on
//   N   = Σ ω_k,  Q = Σ w_k              Q = 1 where it is 0
//   out = b + λ · (normalize ? N / Q : N)
//
// Members differ in the sparsifier, the vote and their defaults only. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "methods/method.h"

namespace fuseo1 {

enum class Sparsifier : std::uint8_t {
  kNone,
  kMagnitude,  // the largest |δ| stay
  kRandom,     // DARE: each stays with probability density
  kOutliers,   // Breadcrumbs: the very largest and the smallest go
  kRanked,     // DELLA: each stays with a probability that grows with its rank within the row
};

struct GtaTraits {
  Sparsifier sparsifier = Sparsifier::kNone;
  bool consensus = false;
};

std::unique_ptr<TensorMerge> StartGta(const TensorTask& task, GtaTraits traits);

template <class T>
Status TorchGta(const TorchTask<T>& in, std::span<T> out, GtaTraits traits);

// DELLA's probabilities must lie between 0 and 1; nullopt: they do.
std::optional<Error> EpsilonError(const TensorTask& task, double density, double epsilon);

std::uint64_t GtaTorchDraws(const TensorTask& task, GtaTraits traits);

// The functions of a MethodDef for one member of the family.
template <Sparsifier kSparsifier, bool kConsensus>
struct Gta {
  static std::unique_ptr<TensorMerge> Start(const TensorTask& task) {
    return StartGta(task, {kSparsifier, kConsensus});
  }
  template <class T>
  static Status Torch(const TorchTask<T>& in, std::span<T> out) {
    return TorchGta<T>(in, out, {kSparsifier, kConsensus});
  }
  static std::uint64_t Draws(const TensorTask& task) {
    return GtaTorchDraws(task, {kSparsifier, kConsensus});
  }
  // `named` with everything that follows from the member.
  static constexpr MethodDef Method(MethodDef named) {
    named.base = BaseRule::kRequired;
    named.min_inputs = 1;
    named.start = &Start;
    named.torch = &Torch<float>;
    named.torch_f64 = &Torch<double>;
    if (kSparsifier == Sparsifier::kRandom || kSparsifier == Sparsifier::kRanked) {
      named.torch_draws = &Draws;
    }
    named.shape_free = kSparsifier != Sparsifier::kRanked;
    return named;
  }
};

// Definitions of the parameters that the members share; only the defaults differ.
inline constexpr ParamDef kGtaWeight{.name = "weight",
                                     .scope = ParamScope::kModel,
                                     .required = true,
                                     .help = "factor of this model's difference from the base"};
inline constexpr ParamDef kGtaDensity{.name = "density",
                                      .scope = ParamScope::kModel,
                                      .number = 1,
                                      .help = "share of the difference's elements that is kept"};
inline constexpr ParamDef kGtaEpsilon{
    .name = "epsilon",
    .scope = ParamScope::kModel,
    .number = 0.15,
    .help =
        "how far the probability to stay varies around density, from the smallest element of a "
        "row to its largest"};
inline constexpr ParamDef kGtaLambda{
    .name = "lambda", .number = 1, .help = "factor of the merged difference"};
inline constexpr ParamDef kGtaInt8Mask{.name = "int8_mask",
                                       .type = ParamType::kBool,
                                       .help = "how mergekit stores signs; it changes no result"};
constexpr ParamDef GtaNormalize(bool by_default) {
  return {.name = "normalize",
          .type = ParamType::kBool,
          .number = by_default ? 1.0 : 0.0,
          .help = "divide by the sum of the weights that took part"};
}
constexpr ParamDef GtaRescale(bool by_default) {
  return {.name = "rescale",
          .type = ParamType::kBool,
          .number = by_default ? 1.0 : 0.0,
          .help = "give the thinned-out difference the L1 norm it had before"};
}

}  // namespace fuseo1
