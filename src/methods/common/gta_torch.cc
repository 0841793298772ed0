// The task-arithmetic family in torch numerics: the roundings of mergekit 0.1.5, one per tensor
// operation, and its masks.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "base/text.h"
#include "methods/common/gta.h"
#include "methods/common/ranked_keep.h"
#include "methods/common/task_vectors.h"
#include "methods/common/torch_order.h"
#include "methods/common/torch_stack.h"
#include "methods/common/working_type.h"

namespace fuseo1 {
namespace {

std::int64_t Truncated(double value) {
  return static_cast<std::int64_t>(std::clamp(value, -0x1p62, 0x1p62));
}

template <class T>
T L1Norm(DType dtype, std::span<const T> values) {
  std::vector<T> magnitudes(values.begin(), values.end());
  for (T& value : magnitudes) {
    value = std::abs(value);
  }
  return RoundTo<T>(dtype, TorchSum<T>(magnitudes.data(), magnitudes.size(), IsHalf(dtype)));
}

// delta · mask, then the factor that restores the L1 norm. Everything is rounded to `dtype`.
template <class T>
void MaskAndRescale(DType dtype, std::span<T> delta, std::span<const T> mask, bool rescale) {
  const T before = rescale ? L1Norm<T>(dtype, delta) : T{0};
  for (std::size_t i = 0; i < delta.size(); ++i) {
    delta[i] *= mask[i];
  }
  const T after = rescale ? L1Norm<T>(dtype, delta) : T{0};
  const T smallest = RoundTo<T>(dtype, static_cast<T>(1e-7));
  if (!rescale || before < smallest || after < smallest) {
    return;
  }
  const T scale = RoundTo<T>(dtype, before / after);
  WithRounding<T>(dtype, [&](auto rounding) {
    for (T& value : delta) {
      value = decltype(rounding)::Round(value * scale);
    }
  });
}

// Ones at positions [from, from + kept) of the order by |δ|, which torch compares as float32.
template <class T>
std::vector<T> OrderMask(std::span<const T> delta, bool descending, std::size_t from,
                         std::size_t kept) {
  std::vector<Indexed<float>> order(delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) {
    order[i] = {static_cast<float>(std::abs(delta[i])), static_cast<std::int64_t>(i)};
  }
  TorchSort<float>(order, descending);
  std::vector<T> mask(delta.size(), 0);
  for (std::size_t at = from; at < std::min(from + kept, order.size()); ++at) {
    mask[static_cast<std::size_t>(order[at].index)] = 1;
  }
  return mask;
}

bool Draw(TorchRandom& random, float probability) {
  constexpr std::uint32_t kMantissa = 0xFFFFFF;
  return static_cast<float>(random.Next32() & kMantissa) * 0x1p-24F < probability;
}

// The probabilities of DELLA along axis 1 (the only axis of a vector), in the type `work`; the
// ranks are those of the differences as they are, in float64 too.
template <class T>
std::vector<float> RankedProbabilities(const TensorTask& task, DType work, std::span<const T> delta,
                                       RankedKeep how) {
  const auto round = [&](float value) { return RoundTo<float>(work, value); };
  const std::size_t rank_axis = task.shape.size() < 2 ? 0 : 1;
  std::size_t count = 1;
  std::size_t stride = 1;
  for (std::size_t axis = 0; axis < task.shape.size(); ++axis) {
    count = axis == rank_axis ? task.shape[axis] : count;
    stride *= axis > rank_axis ? task.shape[axis] : 1;
  }
  std::vector<float> by_rank(count);
  const float lowest = round(static_cast<float>(how.density - how.epsilon));
  const float first = round(round(0) + 1);
  const float last = round(round(static_cast<float>(count - 1)) + 1);
  for (std::size_t r = 0; r < count; ++r) {
    const float rank = round(round(static_cast<float>(r)) + 1);
    const float position = std::clamp(round(round(rank - first) / round(last - first)), 0.0F, 1.0F);
    const float spread = round(round(position * 2) * static_cast<float>(how.epsilon));
    by_rank[r] = count > 1 ? round(spread + lowest) : round(static_cast<float>(how.density));
  }
  std::vector<float> probability(delta.size());
  std::vector<Indexed<T>> row(count);
  for (std::size_t outer = 0; outer < delta.size(); outer += count * stride) {
    for (std::size_t inner = outer; inner < outer + stride; ++inner) {
      for (std::size_t r = 0; r < count; ++r) {
        row[r] = {std::abs(delta[inner + r * stride]), static_cast<std::int64_t>(r)};
      }
      TorchSort<T>(row, false);
      for (std::size_t r = 0; r < count; ++r) {
        probability[inner + static_cast<std::size_t>(row[r].index) * stride] = by_rank[r];
      }
    }
  }
  return probability;
}

// Masks drawn from the generator are made in bf16 for bf16 tensors and in float32 for all others,
// float64 too.
template <class T>
void SparsifyRandomly(const TorchTask<T>& in, std::span<T> delta, std::optional<RankedKeep> ranked,
                      double density, bool rescale) {
  const DType work = in.dtype == DType::kBF16 ? DType::kBF16 : DType::kF32;
  std::vector<float> values(delta.size());
  std::vector<float> mask(delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) {
    values[i] = static_cast<float>(delta[i]);
    mask[i] = RoundTo<float>(work, static_cast<float>(density));
  }
  if (ranked.has_value()) {
    mask = RankedProbabilities<T>(*in.task, work, delta, *ranked);
  }
  for (float& value : mask) {
    value = Draw(*in.random, value) ? 1.0F : 0.0F;
  }
  MaskAndRescale<float>(work, values, mask, rescale);
  for (std::size_t i = 0; i < delta.size(); ++i) {
    delta[i] = RoundTo<T>(in.dtype, static_cast<T>(values[i]));
  }
}

template <class T>
Status Sparsify(const TorchTask<T>& in, Sparsifier sparsifier, std::size_t input,
                std::span<T> delta) {
  const Params& params = *in.task->params;
  const double density = params.Get("density", input);
  const bool rescale = params.GetBool("rescale");
  if (sparsifier == Sparsifier::kNone || density >= 1) {
    return {};
  }
  const double elems = static_cast<double>(delta.size());
  if (sparsifier == Sparsifier::kRandom) {
    SparsifyRandomly<T>(in, delta, std::nullopt, density, rescale);
    return {};
  }
  if (!(density > 0)) {
    std::fill(delta.begin(), delta.end(), T{0});
    return {};
  }
  const std::int64_t target = Truncated(density * elems);
  if (sparsifier == Sparsifier::kMagnitude) {
    const auto mask =
        OrderMask<T>(delta, true, 0, static_cast<std::size_t>(std::max<std::int64_t>(1, target)));
    MaskAndRescale<T>(in.dtype, delta, mask, rescale);
    return {};
  }
  if (sparsifier == Sparsifier::kOutliers) {
    const std::int64_t top = Truncated(params.Get("gamma", input) * elems);
    const std::int64_t bottom =
        std::max<std::int64_t>(0, static_cast<std::int64_t>(delta.size()) - target - top);
    const auto mask = OrderMask<T>(delta, false, static_cast<std::size_t>(bottom),
                                   static_cast<std::size_t>(target));
    MaskAndRescale<T>(in.dtype, delta, mask, rescale);
    return {};
  }
  const double epsilon = params.Get("epsilon", input);
  if (const auto error = EpsilonError(*in.task, density, epsilon)) {
    return *error;
  }
  SparsifyRandomly<T>(in, delta, RankedKeep{density, epsilon}, density, rescale);
  return {};
}

// Everything after the sparsifier, rounded by Rounding.
template <class T, class Rounding>
void Mix(const TorchTask<T>& in, GtaTraits traits, std::span<const std::vector<T>> weighed,
         std::span<const T> weights, std::span<T> out) {
  const Params& params = *in.task->params;
  const std::span<const T> base = in.inputs[static_cast<std::size_t>(in.task->base)];
  const std::size_t count = weights.size();
  const auto sum = [&](std::size_t elems, std::size_t index, auto term) {
    return Rounding::Round(StackSum<T>(in.dtype, count, elems, index, term));
  };
  const bool normalize = params.GetBool("normalize");
  const double lambda = params.Get("lambda");
  const T factor = static_cast<T>(lambda);
  T linear_divisor = sum(1, 0, [&](std::size_t k) { return weights[k]; });
  if (std::abs(linear_divisor) < RoundTo<T>(in.dtype, static_cast<T>(1e-8))) {
    linear_divisor = 1;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    T mixed = sum(out.size(), i, [&](std::size_t k) { return weighed[k][i]; });
    T divisor = linear_divisor;
    if (traits.consensus) {
      const bool positive = mixed >= 0;
      const auto keep = [&](std::size_t k) {
        return (positive ? weighed[k][i] > 0 : weighed[k][i] < 0) ? T{1} : T{0};
      };
      mixed = sum(out.size(), i, [&](std::size_t k) { return weighed[k][i] * keep(k); });
      if (normalize) {
        divisor = sum(out.size(), i, [&](std::size_t k) { return weights[k] * keep(k); });
        divisor = divisor == 0 ? T{1} : divisor;
      }
    }
    if (normalize) {
      mixed = Rounding::Round(mixed / divisor);
    }
    if (lambda != 1) {
      mixed = Rounding::Round(mixed * factor);
    }
    out[i] = Rounding::Round(base[i] + mixed);
  }
}

}  // namespace

std::optional<Error> EpsilonError(const TensorTask& task, double density, double epsilon) {
  if (density + epsilon < 1 && density - epsilon > 0) {
    return std::nullopt;
  }
  return UsageError("tensor " + Quoted(task.name) +
                    ": density - epsilon and density + epsilon must lie between 0 and 1; found "
                    "density " +
                    std::to_string(density) + " and epsilon " + std::to_string(epsilon) +
                    ". Choose a smaller epsilon.");
}

template <class T>
Status TorchGta(const TorchTask<T>& in, std::span<T> out, GtaTraits traits) {
  const std::vector<std::size_t> models = ModelsOf(*in.task);
  const std::span<const T> base = in.inputs[static_cast<std::size_t>(in.task->base)];
  if (models.empty()) {
    std::copy(base.begin(), base.end(), out.begin());
    return {};
  }
  std::vector<std::vector<T>> weighed;
  std::vector<T> weights;
  for (const std::size_t input : models) {
    std::vector<T>& delta = weighed.emplace_back(out.size());
    WithRounding<T>(in.dtype, [&](auto rounding) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        delta[i] = decltype(rounding)::Round(in.inputs[input][i] - base[i]);
      }
    });
    if (Status status = Sparsify<T>(in, traits.sparsifier, input, delta); !status.ok()) {
      return status;
    }
    const T weight = RoundTo<T>(in.dtype, static_cast<T>(in.task->params->Get("weight", input)));
    weights.push_back(weight);
    WithRounding<T>(in.dtype, [&](auto rounding) {
      for (T& value : delta) {
        value = decltype(rounding)::Round(value * weight);
      }
    });
  }
  WithRounding<T>(in.dtype, [&](auto rounding) {
    Mix<T, decltype(rounding)>(in, traits, weighed, weights, out);
  });
  return {};
}

template Status TorchGta<float>(const TorchTask<float>&, std::span<float>, GtaTraits);
template Status TorchGta<double>(const TorchTask<double>&, std::span<double>, GtaTraits);

std::uint64_t GtaTorchDraws(const TensorTask& task, GtaTraits traits) {
  std::uint64_t draws = 0;
  for (const std::size_t input : ModelsOf(task)) {
    const double density = task.params->Get("density", input);
    const bool random = traits.sparsifier == Sparsifier::kRandom ||
                        (traits.sparsifier == Sparsifier::kRanked && density > 0);
    draws += random && density < 1 ? task.elems : 0;
  }
  return draws;
}

}  // namespace fuseo1
