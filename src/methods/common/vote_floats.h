// The votes of vote.h for results of 16 bits, in float, which has twice as many lanes as f64. Each
// element comes with a bound of its error; where that leaves in doubt which way the f64 result
// rounds, or where a majority lies, the element is done again in f64. So the bits are those of f64
// always (the idea of Ziv, 1991, for elementary functions). Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "methods/common/bit_masks.h"
#include "methods/common/vote.h"
#include "methods/common/vote_bounds.h"
#include "tensor/flags.h"
#include "tensor/formats.h"

namespace fuseo1 {

// What the float votes need to know of a tensor.
class FloatVotes {
 public:
  FloatVotes() = default;  // not possible
  // Of voters with these numbers, which are then those of Voter.
  FloatVotes(const TensorTask& task, bool consensus, std::span<const double> factors,
             std::span<const double> weights, const VoteEnd& end);

  // False: the numbers are too many, or so small or large that the bounds would not hold.
  bool possible() const { return possible_; }

  // As MergeVotes; the floats round to the result's type as its numbers do.
  template <bool kConsensus, Votes kVotes>
  void Merge(std::span<const Voter<float>> voters, const float* base, std::size_t count,
             float* out) const {
    if (out_ == DType::kBF16) {
      MergeTo<Bf16, kConsensus, kVotes>(voters, base, count, out);
    } else {
      MergeTo<Fp16, kConsensus, kVotes>(voters, base, count, out);
    }
  }

 private:
  using Doubts = Flags<std::uint32_t>;
  static_assert(Doubts::kElems == kBlockElems);
  // With more in doubt, the whole block is done again.
  static constexpr std::size_t kMaxDoubts = kBlockElems / 16;

  // Magnitudes as integers in the same order, NaN above all.
  static std::int32_t OrderOf(float value) { return std::bit_cast<std::int32_t>(std::fabs(value)); }
  static std::uint32_t MagnitudeBits(float value) {
    return static_cast<std::uint32_t>(OrderOf(value));
  }

  template <Votes kVotes>
  static float VoteOf(const Voter<float>& voter, float factor, float difference, std::size_t i) {
    switch (kVotes) {
      case Votes::kFactored:
        return And(voter.keep[i], factor * difference);
      case Votes::kMasked:
        return And(voter.keep[i], difference);
      case Votes::kPlain:
        return difference;
    }
  }

  template <Votes kVotes>
  static void Count(float vote, std::uint32_t turn, float factor, float weight, float& numerator,
                    float& divisor) {
    const auto turned = static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(vote) ^ turn);
    const std::uint32_t mask = turned > 0 ? ~0U : 0U;
    numerator += And(mask, kVotes == Votes::kFactored ? vote : factor * vote);
    divisor += And(mask, weight);
  }

  // Negative: something is to be done again, and the flags `doubts` tell what.
  template <class Out, bool kConsensus, Votes kVotes, bool kDivides, std::size_t... k>
  std::int32_t MergeFixed(std::index_sequence<k...>, std::span<const Voter<float>> voters,
                          const float* __restrict base, std::size_t count, float* __restrict out,
                          std::uint32_t* __restrict doubts) const {
    const Voter<float> all[] = {voters[k]...};
    const float factor[] = {factors_[k]...};
    const float weight[] = {weights_[k]...};
    const float lambda = lambda_;
    const float smallest = smallest_;
    const float zero = zero_;
    const float slack = slack_;
    const float step_slack = slack_ * std::fabs(lambda_);
    const std::int32_t exact_span = exact_span_;
    const std::int32_t sign_span = kVotes == Votes::kFactored ? exact_span_ : difference_span_;
    // Two loops: the dependences of one are too long for a processor to see the next elements past
    // them.
    std::array<float, kBlockElems> numerators;
    std::array<float, kBlockElems> divisors;
    std::array<float, kBlockElems> sizes;
    float* __restrict const numerator_of = numerators.data();
    float* __restrict const divisor_of = divisors.data();
    float* __restrict const size_of = sizes.data();
    std::array<std::int32_t, kBlockElems> sign_doubts;
    std::int32_t* __restrict const sign_doubt_of = sign_doubts.data();
    std::array<std::int32_t, kBlockElems> inexacts;
    std::int32_t* __restrict const inexact_of = inexacts.data();
    for (std::size_t i = 0; i < count; ++i) {
      const float b = base[i];
      const float x[] = {all[k].x[i]...};
      const float votes[] = {VoteOf<kVotes>(all[k], factor[k], x[k] - b, i)...};
      const float balance = (0.0F + ... + votes[k]);
      const float votes_size = (0.0F + ... + std::fabs(votes[k]));
      float numerator = balance;
      float divisor = 0;
      std::int32_t sign_doubt = 0;
      if constexpr (kConsensus) {
        const std::uint32_t turn = std::bit_cast<std::uint32_t>(balance) & 0x80000000U;
        numerator = 0;
        (Count<kVotes>(votes[k], turn, factor[k], weight[k], numerator, divisor), ...);
        sign_doubt = OrderOf(balance) - OrderOf(votes_size * slack);
      }
      // Where all inputs lie within a few binades, nothing here is rounded.
      std::uint32_t highest = MagnitudeBits(b);
      std::uint32_t lowest = highest - 1;  // zeros count as large: they leave no bits
      ((highest = std::max(highest, MagnitudeBits(x[k])),
        lowest = std::min(lowest, MagnitudeBits(x[k]) - 1)),
       ...);
      const auto spanned = static_cast<std::int32_t>(highest - lowest);
      numerator_of[i] = numerator;
      divisor_of[i] = divisor;
      size_of[i] = votes_size;
      sign_doubt_of[i] = sign_doubt & (sign_span - spanned);
      inexact_of[i] = exact_span - spanned;
    }
    std::int32_t any = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const float b = base[i];
      float numerator = numerator_of[i];
      const float votes_size = size_of[i];
      const std::int32_t sign_doubt = sign_doubt_of[i];
      std::int32_t inexact = inexact_of[i];
      // Magnitudes that were added.
      float terms = kConsensus ? std::fabs(numerator) : votes_size;
      if constexpr (kDivides) {
        const float divisor = divisor_of[i];
        float by = Select(divisor < smallest, smallest, divisor);
        by = Select(by <= zero, 1.0F, by);
        numerator /= by;
        terms = std::fabs(numerator);
        // Negative unless `by` is a power of two.
        inexact |= -static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(by) & 0x7FFFFFU);
      }
      const float step = lambda * numerator;
      const float result = b + step;
      const float lost = step - (result - b);  // by that addition
      const std::int32_t bound = OrderOf(step_slack * terms + Out::kTooSmall);
      const float halfway = HalfwayOf<Out>(result);
      const float distance = result - halfway;
      const std::int32_t side_doubt = (OrderOf(distance + lost) - bound - 1) |
                                      (OrderOf(distance) - 1);  // a halfway result rounds to even
      const std::int32_t doubt =
          (side_doubt & inexact) | sign_doubt |
          Unbounded((std::fabs(step) + std::fabs(result)) * Out::kOverflowScale) |
          Unbounded(votes_size);
      doubts[i] = static_cast<std::uint32_t>(doubt >> 31);
      any |= doubt;
      out[i] = result;
    }
    return any;
  }

  template <class Out, bool kConsensus, Votes kVotes>
  void MergeTo(std::span<const Voter<float>> voters, const float* base, std::size_t count,
               float* out) const {
    Doubts doubts;
    std::int32_t any = 0;
    vote_internal::WithVoters(
        voters.size(),
        [&](auto indices) {
          any = vote_internal::WithEnd<kConsensus>(end_, [&]<bool kDivides>() {
            return MergeFixed<Out, kConsensus, kVotes, kDivides>(indices, voters, base, count, out,
                                                                 doubts.words());
          });
        },
        [] {});
    if (any < 0) {
      RedoDoubtful<Out, kConsensus, kVotes>(voters, base, count, doubts, out);
    }
  }

  template <class Out, bool kConsensus, Votes kVotes>
  void Redo(std::span<const Voter<float>> voters, const float* base, std::size_t count,
            float* out) const {
    std::array<double, kBlockElems> results;
    const double* const result = results.data();
    MergeVotes<kConsensus, kVotes, float>(voters, base, count, results.data(), end_);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = Out::ToFloat(Out::FromDouble(result[i]));
    }
  }

  // Gathers them, and does them side by side.
  template <class Out, bool kConsensus, Votes kVotes>
  void RedoDoubtful(std::span<const Voter<float>> voters, const float* base, std::size_t count,
                    Doubts& doubts, float* out) const {
    std::array<std::size_t, kBlockElems> at;
    std::size_t found = 0;
    doubts.ForEach(count, [&, list = at.data()](std::size_t i) { list[found++] = i; });
    if (found > kMaxDoubts) {
      return Redo<Out, kConsensus, kVotes>(voters, base, count, out);
    }
    std::array<float, kMaxDoubts> bases{};
    std::array<std::array<float, kMaxDoubts>, kMaxFloatVoters> inputs;
    std::array<std::array<std::uint32_t, kMaxDoubts>, kMaxFloatVoters> keeps;
    std::array<Voter<float>, kMaxFloatVoters> gathered;
    std::array<float, kMaxDoubts> results;
    for (std::size_t n = 0; n < found; ++n) {
      bases[n] = base[at[n]];
    }
    for (std::size_t j = 0; j < voters.size(); ++j) {
      for (std::size_t n = 0; n < found; ++n) {
        inputs[j][n] = voters[j].x[at[n]];
        keeps[j][n] = voters[j].keep[at[n]];
      }
      gathered[j] = voters[j];
      gathered[j].x = inputs[j].data();
      gathered[j].keep = keeps[j].data();
    }
    Redo<Out, kConsensus, kVotes>({gathered.data(), voters.size()}, bases.data(), found,
                                  results.data());
    for (std::size_t n = 0; n < found; ++n) {
      out[at[n]] = results[n];
    }
  }

  bool possible_ = false;
  DType out_ = DType::kBF16;
  VoteEnd end_;
  std::array<float, kMaxFloatVoters> factors_{};
  std::array<float, kMaxFloatVoters> weights_{};
  float lambda_ = 0;
  float smallest_ = 0;
  float zero_ = 0;
  float slack_ = 0;  // of the error: times the sum of the magnitudes
  // How far apart the bits of the largest and the smallest input's magnitudes may lie while
  // nothing is rounded, and while no sum of differences is; negative: something always may be.
  std::int32_t exact_span_ = -1;
  std::int32_t difference_span_ = -1;
};

}  // namespace fuseo1
