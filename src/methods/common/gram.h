// Inner products of a tensor's inputs, or of their differences from the base: what the methods
// that see models as vectors need. Sums of f64 in a fixed order: sixteen lanes within a block,
// blocks in order within a segment, segments in order.
//
// Vector k is the k-th input that is not the base: `Vectors` lists which.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "methods/method.h"

namespace fuseo1 {

// A symmetric matrix of inner products, row-major.
class Gram {
 public:
  Gram() = default;
  explicit Gram(std::size_t vectors) : vectors_(vectors), values_(vectors * vectors) {}

  std::size_t size() const { return vectors_; }
  double operator()(std::size_t i, std::size_t j) const { return values_[i * vectors_ + j]; }
  double Norm(std::size_t i) const;
  // v_i · v_j / (|v_i| |v_j|) in [−1, 1]; exactly 1 for equal vectors. NaN where a norm is zero.
  double Cosine(std::size_t i, std::size_t j) const;

  void Set(std::size_t i, std::size_t j, double value) {
    values_[i * vectors_ + j] = value;
    values_[j * vectors_ + i] = value;
  }

 private:
  std::size_t vectors_ = 0;
  std::vector<double> values_;
};

// Which inputs are the vectors, and what is subtracted from them.
struct VectorSet {
  std::vector<std::size_t> inputs;
  int base = -1;  // index of the input that is subtracted; -1: none
};
// Every input but the base, less the base where there is one.
VectorSet OffsetsFromBase(const TensorTask& task);
// Every input as it is, in order.
VectorSet AllInputs(const TensorTask& task);

inline std::size_t PairCount(std::size_t vectors) { return vectors * (vectors + 1) / 2; }

// Adds the inner products over `count` elements to sums[PairCount]: pairs (0,0), (0,1), … (1,1), …
void AddInnerProducts(const VectorSet& set, std::span<const double* const> inputs,
                      std::size_t count, std::span<double> sums);

Gram GramFromPairs(std::size_t vectors, std::span<const double> sums);

// The Gram matrix of one row, in one call.
Gram GramOfRow(const VectorSet& set, const Block& row);

// Accumulates over a survey. Add runs on any thread; Finish on one.
class GramSurvey {
 public:
  GramSurvey(VectorSet set, std::uint64_t elems);

  void Add(const Block& block);
  Gram Finish() const;
  const VectorSet& set() const { return set_; }

 private:
  VectorSet set_;
  std::size_t pairs_;
  std::vector<double> sums_;  // [segments][pairs]
};

// A method whose result is a combination of whole tensors by coefficients that follow from the
// Gram matrix.
class GramMerge : public TensorMerge {
 public:
  GramMerge(const TensorTask& task, VectorSet set);

  bool WantsSurvey() const final { return coefficients_.empty(); }
  void Survey(const Block& block) final { survey_.Add(block); }
  Status FinishSurvey() final;
  std::span<const double> Combination() const final { return coefficients_; }
  std::vector<std::string> Notes() const final { return notes_; }

 protected:
  // One coefficient per input, in order of the inputs.
  virtual std::vector<double> Coefficients(const Gram& gram) = 0;

  const TensorTask& task() const { return task_; }
  const VectorSet& set() const { return survey_.set(); }
  void Note(std::string note) { notes_.push_back(std::move(note)); }
  // Coefficients of the vectors made into coefficients of the inputs:
  // base + Σ c_k (x_k − base), or Σ c_k x_k without a base.
  std::vector<double> OfInputs(std::span<const double> of_vectors) const;

 private:
  const TensorTask task_;
  GramSurvey survey_;
  std::vector<double> coefficients_;
  std::vector<std::string> notes_;
};

// The same for one row: coefficients of the vectors made into coefficients of all inputs.
std::vector<double> InputCoefficients(const VectorSet& set, std::size_t input_count,
                                      std::span<const double> of_vectors);

// out = Σ_k coefficients[k] · inputs[k]
void Combine(std::span<const double> coefficients, std::span<const double* const> inputs,
             std::size_t count, double* out);

}  // namespace fuseo1
