#include "methods/common/gram.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "methods/common/lane_sum.h"

namespace fuseo1 {
namespace {

double InnerProduct(const double* __restrict a, const double* __restrict b, std::size_t count) {
  return LaneSum(count, [=](std::size_t i) { return a[i] * b[i]; });
}

}  // namespace

double Gram::Norm(std::size_t i) const { return std::sqrt((*this)(i, i)); }

double Gram::Cosine(std::size_t i, std::size_t j) const {
  // One root of the product: equal vectors give exactly 1.
  const double cosine = (*this)(i, j) / std::sqrt((*this)(i, i) * (*this)(j, j));
  return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}

VectorSet OffsetsFromBase(const TensorTask& task) {
  VectorSet set{.inputs = {}, .base = task.base};
  for (std::size_t k = 0; k < task.input_count; ++k) {
    if (static_cast<int>(k) != task.base) {
      set.inputs.push_back(k);
    }
  }
  return set;
}

VectorSet AllInputs(const TensorTask& task) {
  VectorSet set;
  for (std::size_t k = 0; k < task.input_count; ++k) {
    set.inputs.push_back(k);
  }
  return set;
}

void AddInnerProducts(const VectorSet& set, std::span<const double* const> inputs,
                      std::size_t count, std::span<double> sums) {
  const std::size_t vectors = set.inputs.size();
  // Differences of a block are written down once and read for every pair.
  constexpr std::size_t kOnStack = 8;
  double stack[kOnStack][kBlockElems];
  std::vector<double> heap(vectors > kOnStack && set.base >= 0 ? vectors * kBlockElems : 0);
  std::array<const double*, kOnStack> few{};
  std::vector<const double*> many(vectors > kOnStack ? vectors : 0);
  const double** v = vectors > kOnStack ? many.data() : few.data();
  for (std::size_t first = 0; first < count; first += kBlockElems) {
    const std::size_t part = std::min(kBlockElems, count - first);
    for (std::size_t k = 0; k < vectors; ++k) {
      const double* __restrict x = inputs[set.inputs[k]] + first;
      v[k] = x;
      if (set.base >= 0) {
        const double* __restrict b = inputs[static_cast<std::size_t>(set.base)] + first;
        double* __restrict d = vectors > kOnStack ? heap.data() + k * kBlockElems : stack[k];
        for (std::size_t i = 0; i < part; ++i) {
          d[i] = x[i] - b[i];
        }
        v[k] = d;
      }
    }
    double* sum = sums.data();
    for (std::size_t i = 0; i < vectors; ++i) {
      for (std::size_t j = i; j < vectors; ++j) {
        *sum++ += InnerProduct(v[i], v[j], part);
      }
    }
  }
}

Gram GramFromPairs(std::size_t vectors, std::span<const double> sums) {
  Gram gram(vectors);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < vectors; ++i) {
    for (std::size_t j = i; j < vectors; ++j) {
      gram.Set(i, j, sums[pair++]);
    }
  }
  return gram;
}

Gram GramOfRow(const VectorSet& set, const Block& row) {
  const std::size_t pairs = PairCount(set.inputs.size());
  std::vector<double> sums(pairs);
  AddInnerProducts(set, row.inputs, row.count, sums);
  return GramFromPairs(set.inputs.size(), sums);
}

GramSurvey::GramSurvey(VectorSet set, std::uint64_t elems)
    : set_(std::move(set)),
      pairs_(PairCount(set_.inputs.size())),
      sums_(static_cast<std::size_t>((elems + kSegmentElems - 1) / kSegmentElems) * pairs_) {}

void GramSurvey::Add(const Block& block) {
  AddInnerProducts(
      set_, block.inputs, block.count,
      std::span(sums_).subspan(static_cast<std::size_t>(block.segment()) * pairs_, pairs_));
}

Gram GramSurvey::Finish() const {
  std::vector<double> total(pairs_);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    total[i % pairs_] += sums_[i];
  }
  return GramFromPairs(set_.inputs.size(), total);
}

GramMerge::GramMerge(const TensorTask& task, VectorSet set)
    : task_(task), survey_(std::move(set), task.elems) {}

Status GramMerge::FinishSurvey() {
  coefficients_ = Coefficients(survey_.Finish());
  return {};
}

std::vector<double> GramMerge::OfInputs(std::span<const double> of_vectors) const {
  return InputCoefficients(set(), task_.input_count, of_vectors);
}

std::vector<double> InputCoefficients(const VectorSet& set, std::size_t input_count,
                                      std::span<const double> of_vectors) {
  std::vector<double> out(input_count);
  double total = 0;
  for (std::size_t k = 0; k < of_vectors.size(); ++k) {
    out[set.inputs[k]] = of_vectors[k];
    total += of_vectors[k];
  }
  if (set.base >= 0) {
    out[static_cast<std::size_t>(set.base)] = 1 - total;
  }
  return out;
}

void Combine(std::span<const double> coefficients, std::span<const double* const> inputs,
             std::size_t count, double* out) {
  double* __restrict result = out;
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const double c = coefficients[k];
    const double* __restrict x = inputs[k];
    if (k == 0) {
      for (std::size_t i = 0; i < count; ++i) {
        result[i] = c * x[i];
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        result[i] += c * x[i];
      }
    }
  }
}

}  // namespace fuseo1
