// The votes of vote.h, of bfloat16 numbers as they are stored and with results as they are stored:
// nothing is converted, and what bounds the error is compared in 16 bits. As in
// vote_floats.h, an element that floats leave in doubt is done again in f64, so the bits are those
// of f64 always. Pure; any thread.
//
// Differences and their sums are exact where the inputs lie within few binades; where they do not,
// the element is in doubt. Of one sign, the terms of the majority's sum do not cancel: the step
// from base to result is wrong by some 2^-24 of itself, which is compared with how far the result
// is from halfway. Without consensus they may cancel: then it is 2^-24 of their magnitudes' sum.
//
// Where all factors and weights are equal powers of two, everything but a division by three is
// exact. Then 16 bits are enough: where the step is at most 2^s times the result, its error is at
// most near_ units in the last place of the result; what float has beyond bfloat16, the lower half,
// tells how many those are from halfway. Where the step is larger, the element is in doubt.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "methods/common/bit_masks.h"
#include "methods/common/pairs.h"
#include "methods/common/vote.h"
#include "methods/common/vote_bounds.h"
#include "tensor/flags.h"
#include "tensor/formats.h"
#include "tensor/lanes.h"
#include "tensor/rounding.h"

namespace fuseo1 {

// What of a model's difference is kept.
enum class PairKeep : std::uint8_t {
  kAll,
  kAbove,  // keys above PairVoter::above
  kBand,   // those of them that are not above PairVoter::up_to
  kMasks,  // PairVoter::masks
};

// One model over a piece of at most kBlockElems elements.
struct PairVoter {
  const std::byte* x = nullptr;
  std::int32_t above = -1;
  std::int32_t up_to = std::numeric_limits<std::int32_t>::max();
  const std::uint16_t* masks = nullptr;
};

class PairVotes {
 public:
  PairVotes() = default;  // not possible
  // Of voters with these numbers, as in FloatVotes. `votes`: what votes on the sign; kFactored
  // without consensus.
  PairVotes(const TensorTask& task, bool consensus, Votes votes, std::span<const double> factors,
            std::span<const double> weights, const VoteEnd& end);

  bool possible() const { return possible_; }

  // out: as stored. `count` is a multiple of kPairElems. True: a number is not finite.
  template <PairKeep kKeep, Votes kVotes>
  bool Merge(std::span<const PairVoter> voters, const std::byte* base, std::size_t count,
             std::byte* out) const {
    bool nonfinite = false;
    for (std::size_t at = 0; at < count; at += kStep) {
      std::array<PairVoter, kMaxFloatVoters> here;
      for (std::size_t k = 0; k < voters.size(); ++k) {
        here[k] = voters[k];
        here[k].x += at * 2;
        here[k].masks += kKeep == PairKeep::kMasks ? at : 0;
      }
      nonfinite |= MergeStep<kKeep, kVotes>({here.data(), voters.size()}, base + at * 2,
                                            std::min(kStep, count - at), out + at * 2);
    }
    return nonfinite;
  }

 private:
  void BoundSteps(std::size_t count);

  using Doubts = Flags<std::uint16_t>;
  static constexpr std::size_t kStep = Doubts::kElems;
  static_assert(kStep <= kBlockElems);
  static constexpr std::uint32_t kSign = 0x80000000U;
  static constexpr std::uint32_t kHalfway = 0x8000;  // among lower halves

  // Float results, ready to be cut, what they have beyond bfloat16, and the steps to them; or, of
  // the last two, what makes them doubtful or not.
  struct Results {
    WordLanes rounded;
    WordLanes lower;
    WordLanes step;
  };
  // The upper half of the steps, and the lower of the results, of some elements.
  struct Rest {
    std::array<std::byte, Doubts::kElems * 2> step;
    std::array<std::byte, Doubts::kElems * 2> lower;
  };

  static WordLanes Bits(FloatLanes values) { return LanesAs<WordLanes>(values); }
  static FloatLanes Masked(IntLanes mask, FloatLanes values) {
    return LanesAs<FloatLanes>(mask & LanesAs<IntLanes>(values));
  }
  static FloatLanes Magnitude(FloatLanes values) {
    return LanesAs<FloatLanes>(Bits(values) & ~kSign);
  }
  // All bits where votes point where `turn` tells.
  static IntLanes Agree(FloatLanes votes, WordLanes turn) {
    return LanesAs<IntLanes>(Bits(votes) ^ turn) > 0;
  }

  // Upper halves that round to the nearest, halfway to even.
  static WordLanes ToNearest(FloatLanes values) {
    return Bits(values) + 0x7FFFU + ((Bits(values) >> 16) & 1U);
  }

  // Powers of two: the majority is counted, and the count tells the factor of its differences.
  struct ExactNumbers {
    std::array<std::int32_t, kMaxFloatVoters> scale;  // bits of: for one; then what changes of them
    std::int32_t inexact_count;

    template <std::size_t kVoters>
    Results Of(FloatLanes base, const FloatLanes* votes) const {
      FloatLanes balance = votes[0];
      for (std::size_t k = 1; k < kVoters; ++k) {
        balance += votes[k];
      }
      const WordLanes turn = Bits(balance) & kSign;
      IntLanes minus_count = Agree(votes[0], turn);
      FloatLanes numerator = Masked(minus_count, votes[0]);
      for (std::size_t k = 1; k < kVoters; ++k) {
        const IntLanes agree = Agree(votes[k], turn);
        minus_count += agree;
        numerator += Masked(agree, votes[k]);
      }
      IntLanes factor = AllLanes<IntLanes>(scale[0]);
      for (std::size_t k = 1; k < kVoters; ++k) {
        factor ^= (minus_count == -static_cast<std::int32_t>(k + 1)) & scale[k];
      }
      const FloatLanes step = numerator * LanesAs<FloatLanes>(factor);
      const FloatLanes result = base + step;
      const auto inexact = LanesAs<WordLanes>(minus_count == -inexact_count);
      return {ToNearest(result), Bits(result) & inexact, Bits(step)};
    }
  };

  // base + step, which is wrong by `error`; `doubt`: what is in doubt for other reasons.
  static Results Rounded(FloatLanes base, FloatLanes step, FloatLanes error, IntLanes doubt) {
    const FloatLanes result = base + step;
    const FloatLanes lost = step - (result - base);  // by that addition
    const FloatLanes halfway = LanesAs<FloatLanes>((Bits(result) & kOddHalf) | kHalfway);
    const FloatLanes distance = result - halfway;
    doubt |= (Magnitude(distance + lost) <= error + Bf16::kTooSmall) | (distance == 0);
    return {Bits(result) + kHalfway, LanesAs<WordLanes>(doubt) & kHalfway, WordLanes{}};
  }

  // Without consensus: all are added up. lambda comes last, for it gives a sum of 0 its sign.
  struct SumNumbers {
    std::array<float, kMaxFloatVoters> factor;
    float lambda;
    float slack;

    template <std::size_t kVoters>
    Results Of(FloatLanes base, const FloatLanes* differences) const {
      FloatLanes sum{};
      FloatLanes size{};
      for (std::size_t k = 0; k < kVoters; ++k) {
        const FloatLanes term = differences[k] * factor[k];
        sum += term;
        size += Magnitude(term);
      }
      return Rounded(base, sum * lambda, Magnitude(size * lambda) * slack, IntLanes{});
    }
  };
  // Equal powers of two: nothing is rounded but the result.
  struct ExactSumNumbers {
    SumNumbers numbers;

    template <std::size_t kVoters>
    Results Of(FloatLanes base, const FloatLanes* differences) const {
      FloatLanes sum{};
      for (std::size_t k = 0; k < kVoters; ++k) {
        sum += differences[k] * numbers.factor[k];
      }
      return {ToNearest(base + sum * numbers.lambda), WordLanes{}, WordLanes{}};
    }
  };

  // Any numbers: who is in the majority, as bits, tells what its sum is multiplied by.
  struct FloatNumbers {
    std::array<float, kMaxFloatVoters> factor;
    std::array<float, 1U << kMaxFloatVoters> scale;
    float slack;

    template <Votes kVotes, std::size_t kVoters>
    Results Of(FloatLanes base, const FloatLanes* differences) const {
      constexpr bool kFactored = kVotes == Votes::kFactored;
      FloatLanes votes[kVoters];
      FloatLanes balance{};
      FloatLanes size{};
      for (std::size_t k = 0; k < kVoters; ++k) {
        votes[k] = kFactored ? differences[k] * factor[k] : differences[k];
        balance += votes[k];
        if constexpr (kFactored) {
          size += Magnitude(votes[k]);
        }
      }
      const WordLanes turn = Bits(balance) & kSign;
      FloatLanes numerator{};
      IntLanes agree[kVoters];
      for (std::size_t k = 0; k < kVoters; ++k) {
        agree[k] = Agree(votes[k], turn);
        numerator += Masked(agree[k], kFactored ? votes[k] : votes[k] * factor[k]);
      }
      const FloatLanes step = numerator * ScaleOf<kVoters>(agree);
      IntLanes doubt{};
      if constexpr (kFactored) {
        doubt = Magnitude(balance) < size * slack;
      }
      return Rounded(base, step, Magnitude(step) * slack, doubt);
    }

    // Of the majority whose last members are in `others`. The sum of nobody is 0 in any scale.
    template <std::size_t kVoters, std::size_t kOthers = 0>
    FloatLanes ScaleOf(const IntLanes* agree) const {
      if constexpr (kVoters == 0 || (kVoters == 1 && kOthers == 0)) {
        return AllLanes<FloatLanes>(scale[kOthers + kVoters]);
      } else {
        const FloatLanes with = ScaleOf<kVoters - 1, kOthers + (1U << (kVoters - 1))>(agree);
        return agree[kVoters - 1] ? with : ScaleOf<kVoters - 1, kOthers>(agree);
      }
    }
  };

  template <PairKeep kKeep>
  static FloatLanes Kept(FloatLanes differences, const PairVoter& voter, IntLanes mask) {
    const IntLanes keys = LanesAs<IntLanes>(differences) & 0x7FFFFFFF;
    switch (kKeep) {
      case PairKeep::kAll:
        return differences;
      case PairKeep::kAbove:
        return Masked(keys > voter.above, differences);
      case PairKeep::kBand:
        return Masked((keys > voter.above) & (keys <= voter.up_to), differences);
      case PairKeep::kMasks:
        return Masked(mask, differences);
    }
  }

  // results_of(base, differences): as ExactNumbers::Of.
  template <PairKeep kKeep, std::size_t kVoters, class ResultsOf>
  static void Compute(const PairVoter* voters, const std::byte* base, std::size_t count,
                      std::byte* __restrict out, Rest& rest, ResultsOf results_of) {
    for (std::size_t at = 0; at < count; at += kPairStep) {
      const auto bases = LoadLanes<WordLanes>(base + at * 2);
      FloatLanes evens[kVoters];
      FloatLanes odds[kVoters];
      for (std::size_t k = 0; k < kVoters; ++k) {
        const auto x = LoadLanes<WordLanes>(voters[k].x + at * 2);
        IntLanes masks{};
        if constexpr (kKeep == PairKeep::kMasks) {
          masks = LoadLanes<IntLanes>(reinterpret_cast<const std::byte*>(voters[k].masks + at));
        }
        evens[k] = Kept<kKeep>(EvenOf(x) - EvenOf(bases), voters[k], (masks << 16) >> 16);
        odds[k] = Kept<kKeep>(OddOf(x) - OddOf(bases), voters[k], masks >> 16);
      }
      const Results even = results_of(EvenOf(bases), evens);
      const Results odd = results_of(OddOf(bases), odds);
      StoreLanes(out + at * 2, even.rounded >> 16 | (odd.rounded & kOddHalf));
      StoreLanes(rest.lower.data() + at * 2, WordsOf(even.lower, odd.lower));
      StoreLanes(rest.step.data() + at * 2, even.step >> 16 | (odd.step & kOddHalf));
    }
  }

  // Which elements are in doubt, as flags.
  template <std::size_t kVoters>
  void Doubt(const PairVoter* voters, const std::byte* base, const std::byte* out, const Rest& rest,
             std::size_t count, std::uint16_t* doubts) const {
    const auto magnitudes = [](const std::byte* numbers) {
      return LoadLanes<ShortLanes>(numbers) & PairSizes::kMagnitude;
    };
    for (std::size_t at = 0; at < count; at += kPairStep) {
      PairSizes sizes(LoadLanes<ShortLanes>(base + at * 2));
      for (std::size_t k = 0; k < kVoters; ++k) {
        sizes.Add(LoadLanes<ShortLanes>(voters[k].x + at * 2));
      }
      const ShortLanes results = magnitudes(out + at * 2);
      // Without a sign, for it overflows where results are huge, which are in doubt anyway.
      const auto most = LanesAs<ShortLanes>(LanesAs<HalfLanes>(results) +
                                            LanesAs<HalfLanes>((results != 0) & smaller_));
      const ShortLanes steps = magnitudes(rest.step.data() + at * 2);
      const HalfLanes distance = LoadLanes<HalfLanes>(rest.lower.data() + at * 2) -
                                 static_cast<std::uint16_t>(kHalfway) + near_;
      const ShortLanes doubt = (sizes.Spanned() > span_) | (most < steps) | (results == 0) |
                               (sizes.highest > PairSizes::kLargest) |
                               (distance <= static_cast<std::uint16_t>(2 * near_));
      // Of zeros alone nothing is: where models were pruned alike, they are many.
      StoreLanes(reinterpret_cast<std::byte*>(doubts + at), doubt & (sizes.highest > 0));
    }
  }

  template <PairKeep kKeep, Votes kVotes>
  bool MergeStep(std::span<const PairVoter> voters, const std::byte* base, std::size_t count,
                 std::byte* out) const {
    Doubts doubts;
    Rest rest;
    vote_internal::WithVoters(
        voters.size(),
        [&]<std::size_t... k>(std::index_sequence<k...>) {
          constexpr std::size_t kVoters = sizeof...(k);
          const auto compute = [&](const auto numbers) {
            Compute<kKeep, kVoters>(voters.data(), base, count, out, rest,
                                    [=](FloatLanes b, const FloatLanes* d) {
                                      return numbers.template Of<kVoters>(b, d);
                                    });
          };
          if (kVotes == Votes::kFactored && !consensus_) {
            exact_ ? compute(ExactSumNumbers{sum_numbers_}) : compute(sum_numbers_);
          } else if (kVotes == Votes::kFactored && exact_) {
            compute(exact_numbers_);
          } else {
            const FloatNumbers numbers = float_numbers_;
            Compute<kKeep, kVoters>(voters.data(), base, count, out, rest,
                                    [=](FloatLanes b, const FloatLanes* d) {
                                      return numbers.Of<kVotes, kVoters>(b, d);
                                    });
          }
          Doubt<kVoters>(voters.data(), base, out, rest, count, doubts.words());
        },
        [] {});
    std::array<std::uint16_t, kStep> at;
    std::size_t found = 0;
    doubts.ForEach(count, [&, list = at.data()](std::size_t i) {
      list[found++] = static_cast<std::uint16_t>(i);
    });
    return found > 0 && Redo<kKeep, kVotes>(voters, base, {at.data(), found}, out);
  }

  // Gathers some elements, and does them again side by side. True: a number is not finite.
  template <PairKeep kKeep, Votes kVotes>
  bool Redo(std::span<const PairVoter> voters, const std::byte* base,
            std::span<const std::uint16_t> at, std::byte* out) const {
    AnyNonfinite<Bf16> nonfinite;
    const auto take = [&](const std::byte* numbers, float* __restrict wide) {
      for (std::size_t n = 0; n < at.size(); ++n) {
        const std::uint16_t half = HalfAt(numbers, at[n]);
        nonfinite.Add(half);
        wide[n] = FloatFromBf16(half);
      }
    };
    std::array<float, kStep> bases;
    std::array<std::array<float, kStep>, kMaxFloatVoters> x;
    std::array<std::array<std::uint32_t, kStep>, kMaxFloatVoters> keep;
    std::array<Voter<float>, kMaxFloatVoters> wide;
    take(base, bases.data());
    for (std::size_t k = 0; k < voters.size(); ++k) {
      take(voters[k].x, x[k].data());
      for (std::size_t n = 0; n < at.size(); ++n) {
        keep[k][n] = IsKept<kKeep>(voters[k], at[n], x[k][n], bases[n]) ? ~0U : 0U;
      }
      wide[k] = {
          .x = x[k].data(), .keep = keep[k].data(), .factor = factors_[k], .weight = weights_[k]};
    }
    const std::span<const Voter<float>> all(wide.data(), voters.size());
    std::array<double, kStep> results;
    double* const result = results.data();
    consensus_ ? MergeVotes<true, kVotes, float>(all, bases.data(), at.size(), result, end_)
               : MergeVotes<false, kVotes, float>(all, bases.data(), at.size(), result, end_);
    for (std::size_t n = 0; n < at.size(); ++n) {
      const std::uint16_t half = Bf16FromDouble(result[n]);
      std::memcpy(out + at[n] * sizeof(half), &half, sizeof(half));
      nonfinite.Add(half);
    }
    return nonfinite.found();
  }

  template <PairKeep kKeep>
  static bool IsKept(const PairVoter& voter, std::size_t i, float x, float base) {
    switch (kKeep) {
      case PairKeep::kAll:
        return true;
      case PairKeep::kAbove:
        return static_cast<std::int32_t>(DifferenceKey(x, base)) > voter.above;
      case PairKeep::kBand: {
        const auto key = static_cast<std::int32_t>(DifferenceKey(x, base));
        return key > voter.above && key <= voter.up_to;
      }
      case PairKeep::kMasks:
        return voter.masks[i] != 0;
    }
  }

  bool possible_ = false;
  bool consensus_ = true;
  bool exact_ = false;
  VoteEnd end_;
  std::array<double, kMaxFloatVoters> factors_{};
  std::array<double, kMaxFloatVoters> weights_{};
  ExactNumbers exact_numbers_{};
  FloatNumbers float_numbers_{};
  SumNumbers sum_numbers_{};
  std::int16_t span_ = -1;    // binades that inputs may span, in units of bfloat16's bits
  std::int16_t smaller_ = 0;  // s, in the same units
  std::uint16_t near_ = 0;
};

}  // namespace fuseo1
