// The votes of vote.h with consensus, of bfloat16 numbers as they are stored and with results as
// they are stored: nothing is converted, and what bounds the error is compared in 16 bits. As in
// vote_floats.h, an element that floats leave in doubt is done again in f64, so the bits are those
// of f64 always. Pure; any thread.
//
// Differences and their sums are exact where the inputs lie within few binades; where they do not,
// the element is in doubt. Of one sign, the terms of the majority's sum do not cancel: the step
// from base to result is wrong by some 2^-24 of itself, which is compared with how far the result
// is from halfway.
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
  kMasks,  // PairVoter::masks
};

// One model over a piece of at most kBlockElems elements.
struct PairVoter {
  const std::byte* x = nullptr;
  std::int32_t above = -1;
  const std::uint16_t* masks = nullptr;
};

class PairVotes {
 public:
  PairVotes() = default;  // not possible
  // Of voters with these numbers, as in FloatVotes. `votes`: what votes on the sign.
  PairVotes(const TensorTask& task, Votes votes, std::span<const double> factors,
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
      const WordLanes result = Bits(base + step);
      const auto inexact = LanesAs<WordLanes>(minus_count == -inexact_count);
      return {result + 0x7FFFU + ((result >> 16) & 1U), result & inexact, Bits(step)};
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
      const FloatLanes result = base + step;
      const FloatLanes lost = step - (result - base);  // by that addition
      const FloatLanes halfway = LanesAs<FloatLanes>((Bits(result) & kOddHalf) | kHalfway);
      const FloatLanes distance = result - halfway;
      const FloatLanes bound = Magnitude(step) * slack + Bf16::kTooSmall;
      IntLanes doubt = (Magnitude(distance + lost) <= bound) | (distance == 0);
      if constexpr (kFactored) {
        doubt |= Magnitude(balance) < size * slack;
      }
      return {Bits(result) + kHalfway, LanesAs<WordLanes>(doubt) & kHalfway, WordLanes{}};
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
  static FloatLanes Kept(FloatLanes differences, std::int32_t above, IntLanes mask) {
    switch (kKeep) {
      case PairKeep::kAll:
        return differences;
      case PairKeep::kAbove:
        return Masked((LanesAs<IntLanes>(differences) & 0x7FFFFFFF) > above, differences);
      case PairKeep::kMasks:
        return Masked(mask, differences);
    }
  }

  // results_of(base, differences): as ExactNumbers::Of.
  template <PairKeep kKeep, std::size_t kVoters, class ResultsOf>
  static void Compute(const PairVoter* voters, const std::byte* base, std::size_t count,
                      std::byte* __restrict out, Rest& rest, ResultsOf results_of) {
    for (std::size_t at = 0; at < count; at += kPairElems) {
      const auto bases = LoadLanes<WordLanes>(base + at * 2);
      FloatLanes evens[kVoters];
      FloatLanes odds[kVoters];
      for (std::size_t k = 0; k < kVoters; ++k) {
        const auto x = LoadLanes<WordLanes>(voters[k].x + at * 2);
        IntLanes masks{};
        if constexpr (kKeep == PairKeep::kMasks) {
          masks = LoadLanes<IntLanes>(reinterpret_cast<const std::byte*>(voters[k].masks + at));
        }
        evens[k] = Kept<kKeep>(EvenOf(x) - EvenOf(bases), voters[k].above, (masks << 16) >> 16);
        odds[k] = Kept<kKeep>(OddOf(x) - OddOf(bases), voters[k].above, masks >> 16);
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
    for (std::size_t at = 0; at < count; at += kPairElems) {
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
          if (kVotes == Votes::kFactored && exact_) {
            const ExactNumbers numbers = exact_numbers_;
            Compute<kKeep, kVoters>(
                voters.data(), base, count, out, rest,
                [=](FloatLanes b, const FloatLanes* d) { return numbers.Of<kVoters>(b, d); });
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

  // Does some elements again, one by one. True: a number is not finite.
  template <PairKeep kKeep, Votes kVotes>
  bool Redo(std::span<const PairVoter> voters, const std::byte* base,
            std::span<const std::uint16_t> at, std::byte* out) const {
    AnyNonfinite<Bf16> nonfinite;
    std::array<float, kMaxFloatVoters> x;
    std::array<std::uint32_t, kMaxFloatVoters> keep;
    std::array<Voter<float>, kMaxFloatVoters> wide;
    for (std::size_t k = 0; k < voters.size(); ++k) {
      wide[k] = {.x = &x[k], .keep = &keep[k], .factor = factors_[k], .weight = weights_[k]};
    }
    const auto take = [&](const std::byte* numbers, std::size_t i) {
      const std::uint16_t half = HalfAt(numbers, i);
      nonfinite.Add(half);
      return FloatFromBf16(half);
    };
    for (const std::size_t i : at) {
      const float b = take(base, i);
      for (std::size_t k = 0; k < voters.size(); ++k) {
        x[k] = take(voters[k].x, i);
        keep[k] = IsKept<kKeep>(voters[k], i, x[k], b) ? ~0U : 0U;
      }
      const std::uint16_t result =
          Bf16FromDouble(MergeVote<kVotes, float>({wide.data(), voters.size()}, &b, end_));
      std::memcpy(out + i * sizeof(result), &result, sizeof(result));
      nonfinite.Add(result);
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
      case PairKeep::kMasks:
        return voter.masks[i] != 0;
    }
  }

  bool possible_ = false;
  bool exact_ = false;
  VoteEnd end_;
  std::array<double, kMaxFloatVoters> factors_{};
  std::array<double, kMaxFloatVoters> weights_{};
  ExactNumbers exact_numbers_{};
  FloatNumbers float_numbers_{};
  std::int16_t span_ = -1;    // binades that inputs may span, in units of bfloat16's bits
  std::int16_t smaller_ = 0;  // s, in the same units
  std::uint16_t near_ = 0;
};

}  // namespace fuseo1
