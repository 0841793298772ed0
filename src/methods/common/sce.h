// SCE's variants and the parts that both numerics share. Three definitions are in use, and they
// give different models:
//
//   fuseo1    the code that made FuseO1: the elements selected by variance decide the weights only
//   mergekit  today's mergekit: what is not selected is dropped; small differences get equal
//   weights paper     arXiv 2408.07990: as mergekit, but sums are not divided by the surviving
//   weights
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "methods/method.h"

namespace fuseo1 {

enum class SceVariant : std::uint8_t { kFuseO1, kMergekit, kPaper };

Result<SceVariant> SceVariantFrom(std::string_view text);

std::unique_ptr<TensorMerge> StartSce(const TensorTask& task);

template <class T>
Status TorchSce(const TorchTask<T>& in, std::span<T> out);

// mergekit's variant: below this sum of mean squares all models weigh the same.
inline constexpr double kSceSmallestEnergy = 1e-6;
// mergekit's variant: the smallest divisor.
inline constexpr double kSceSmallestDivisor = 1e-6;

}  // namespace fuseo1
