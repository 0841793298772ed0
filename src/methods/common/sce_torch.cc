// SCE in torch numerics: FuseO1's fork and mergekit 0.1.5, rounding by rounding. The paper has no
// torch code; its variant takes the fork's weights.
#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>
#include <vector>

#include "methods/common/sce.h"
#include "methods/common/task_vectors.h"
#include "methods/common/torch_order.h"
#include "methods/common/torch_stack.h"
#include "methods/common/working_type.h"

namespace fuseo1 {
namespace {

template <class T>
using Stack = std::vector<std::vector<T>>;

// Welford's population variance as torch takes it: in float for half types, in double for F32.
template <class Acc, class T>
T StackVariance(const Stack<T>& deltas, std::size_t element) {
  Acc mean = 0;
  Acc m2 = 0;
  Acc count = 0;
  for (const std::vector<T>& delta : deltas) {
    const Acc value = static_cast<Acc>(delta[element]);
    const Acc gap = value - mean;
    count += 1;
    mean += gap / count;
    m2 += gap * (value - mean);
  }
  return static_cast<T>(m2 / count);
}

// 1 for the elements with the largest variance, else 0.
template <class T>
std::vector<T> VarianceMask(DType dtype, const Stack<T>& deltas, double topk) {
  const std::size_t elems = deltas.front().size();
  const bool half = dtype == DType::kBF16 || dtype == DType::kF16;
  std::vector<T> mask(elems, 0);
  std::vector<Indexed<T>> order(elems);
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < elems; ++i) {
    const T variance = half ? StackVariance<T>(deltas, i) : StackVariance<double>(deltas, i);
    order[i] = {RoundTo<T>(dtype, variance), static_cast<std::int64_t>(i)};
    nonzero += order[i].value != 0 ? 1 : 0;
  }
  // The product is a float32 tensor operation.
  const float wanted = static_cast<float>(nonzero) * static_cast<float>(topk);
  const auto k = static_cast<std::size_t>(std::clamp(wanted, 0.0F, static_cast<float>(elems)));
  if (k == 0) {
    return mask;
  }
  TorchTopK<T>(order, std::min(k, elems));
  for (std::size_t i = 0; i < std::min(k, elems); ++i) {
    mask[static_cast<std::size_t>(order[i].index)] = 1;
  }
  return mask;
}

template <class T, class Rounding>
std::vector<T> Squares(const std::vector<T>& delta) {
  std::vector<T> squares(delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) {
    squares[i] = Rounding::Round(delta[i] * delta[i]);
  }
  return squares;
}

// FuseO1's fork: sums in the tensor's type, everything after them in double.
template <class T, class Rounding>
std::vector<T> ForkWeights(DType dtype, const Stack<T>& deltas) {
  std::vector<double> energies;
  double total = 0;
  for (const std::vector<T>& delta : deltas) {
    const std::vector<T> squares = Squares<T, Rounding>(delta);
    const T sum = Rounding::Round(TorchSum<T>(squares.data(), squares.size(), IsHalf(dtype)));
    energies.push_back(static_cast<double>(sum) / static_cast<double>(delta.size()));
    total += energies.back();
  }
  std::vector<T> weights;
  for (const double energy : energies) {
    const double weight = total == 0 ? 1.0 / static_cast<double>(deltas.size()) : energy / total;
    weights.push_back(Rounding::Round(static_cast<T>(weight)));
  }
  return weights;
}

// mergekit: means (of half types: a float32 sum, divided, rounded once) and everything in the
// tensor's type.
template <class T, class Rounding>
std::vector<T> MergekitWeights(DType dtype, const Stack<T>& deltas) {
  std::vector<T> weights;
  for (const std::vector<T>& delta : deltas) {
    const std::vector<T> squares = Squares<T, Rounding>(delta);
    const T sum = TorchSum<T>(squares.data(), squares.size());
    weights.push_back(Rounding::Round(sum / static_cast<T>(delta.size())));
  }
  const T total = Rounding::Round(TorchSum<T>(weights.data(), weights.size(), IsHalf(dtype)));
  const T models = static_cast<T>(weights.size());
  const bool uniform = std::abs(static_cast<double>(total)) < kSceSmallestEnergy;
  for (T& weight : weights) {
    weight = Rounding::Round(uniform ? T{1} / models : weight / total);
  }
  return weights;
}

template <class T, class Rounding>
void Merge(const TorchTask<T>& in, SceVariant variant, std::span<T> out) {
  const std::span<const T> base = in.inputs[static_cast<std::size_t>(in.task->base)];
  Stack<T> deltas;
  for (const std::size_t input : ModelsOf(*in.task)) {
    std::vector<T>& delta = deltas.emplace_back(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      delta[i] = Rounding::Round(in.inputs[input][i] - base[i]);
    }
  }
  const std::size_t count = deltas.size();
  if (count == 0) {
    std::copy(base.begin(), base.end(), out.begin());
    return;
  }
  Stack<T> selected = deltas;
  if (const double topk = in.task->params->Get("select_topk"); topk < 1) {
    const std::vector<T> mask =
        topk > 0 ? VarianceMask<T>(in.dtype, deltas, topk) : std::vector<T>(out.size(), 0);
    for (std::vector<T>& delta : selected) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        delta[i] *= mask[i];
      }
    }
  }
  const std::vector<T> weights = variant == SceVariant::kMergekit
                                     ? MergekitWeights<T, Rounding>(in.dtype, selected)
                                     : ForkWeights<T, Rounding>(in.dtype, selected);
  const Stack<T>& merged = variant == SceVariant::kFuseO1 ? deltas : selected;
  const auto sum = [&](std::size_t index, auto term) {
    return Rounding::Round(StackSum<T>(in.dtype, count, out.size(), index, term));
  };
  const T smallest = Rounding::Round(static_cast<T>(kSceSmallestDivisor));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const T balance = sum(i, [&](std::size_t k) { return merged[k][i]; });
    const bool positive = balance >= 0;
    const auto weight = [&](std::size_t k) {
      const T value = merged[k][i];
      return weights[k] * ((positive ? value > 0 : value < 0) ? T{1} : T{0});
    };
    T mixed = sum(i, [&](std::size_t k) { return Rounding::Round(merged[k][i] * weight(k)); });
    if (variant != SceVariant::kPaper) {
      T divisor = sum(i, weight);
      if (variant == SceVariant::kMergekit) {
        divisor = divisor < smallest ? smallest : divisor;
      } else if (divisor == 0) {
        divisor = 1;
      }
      mixed = Rounding::Round(mixed / divisor);
    }
    out[i] = Rounding::Round(base[i] + mixed);
  }
}

}  // namespace

template <class T>
Status TorchSce(const TorchTask<T>& in, std::span<T> out) {
  const auto variant = SceVariantFrom(in.task->params->GetText("variant"));
  if (!variant.ok()) {
    return variant.error();
  }
  WithRounding<T>(in.dtype,
                  [&](auto rounding) { Merge<T, decltype(rounding)>(in, variant.value(), out); });
  return {};
}

template Status TorchSce<float>(const TorchTask<float>&, std::span<float>);
template Status TorchSce<double>(const TorchTask<double>&, std::span<double>);

}  // namespace fuseo1
