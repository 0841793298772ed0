// Weighted differences from the base, and the vote on the sign of each element: models whose
// difference points against the majority are left out. Shared by the task-arithmetic family and
// SCE. Pure; any thread.
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
#include "methods/method.h"

namespace fuseo1 {

inline constexpr Masks kKeepAll = [] {
  Masks mask{};
  mask.fill(~0U);
  return mask;
}();
inline constexpr Masks kKeepNone{};

// One model over a piece of at most kBlockElems elements.
template <class T>
struct Voter {
  const T* x = nullptr;
  const std::uint32_t* keep = nullptr;  // masks
  double factor = 1;                    // of its difference from the base in the numerator
  double weight = 1;                    // what it adds to the divisor
};

// What becomes of the sums: base + lambda · numerator; or, divided by what the voters weigh,
// base + lambda · (numerator / divisor).
struct VoteEnd {
  double lambda = 1;
  bool divides = false;
  double smallest = -std::numeric_limits<double>::infinity();  // divisors are at least this
  double zero = 0;                                             // up to this they count as 1
};

// What votes on the sign.
enum class Votes : std::uint8_t {
  kFactored,  // factor · difference, where kept
  kMasked,    // the difference, where kept
  kPlain,     // the difference; every element is kept
};

namespace vote_internal {

template <Votes kVotes, class T>
double VoteOf(const Voter<T>& voter, const T* base, std::size_t i) {
  const double difference = static_cast<double>(voter.x[i]) - static_cast<double>(base[i]);
  switch (kVotes) {
    case Votes::kFactored:
      return Masked(voter.keep[i], voter.factor * difference);
    case Votes::kMasked:
      return Masked(voter.keep[i], difference);
    case Votes::kPlain:
      return difference;
  }
}

// The sign that turns votes of the majority's side into numbers above 0.
inline std::uint64_t Turn(double balance) { return balance >= 0 ? 0 : std::uint64_t{1} << 63; }

// Adds one vote to the sums where it is on the majority's side. Zeros are on nobody's side.
template <Votes kVotes, class T>
void Count(const Voter<T>& voter, double vote, std::uint64_t turn, double& numerator,
           double& divisor) {
  const double turned = std::bit_cast<double>(std::bit_cast<std::uint64_t>(vote) ^ turn);
  const std::uint64_t mask = turned > 0 ? ~std::uint64_t{0} : 0;
  numerator += And(mask, kVotes == Votes::kFactored ? vote : voter.factor * vote);
  divisor += And(mask, voter.weight);
}

template <bool kDivides>
double Finished(double base, double numerator, double divisor, const VoteEnd& end) {
  if constexpr (kDivides) {
    const double by = Select(divisor < end.smallest, end.smallest, divisor);
    numerator /= Select(std::abs(by) <= end.zero, 1.0, by);
  }
  return base + end.lambda * numerator;
}

// Everything of one element in registers. Folds, not loops over the voters: with those the loop
// over the elements would not become one of vectors.
template <bool kConsensus, Votes kVotes, bool kDivides, class T, std::size_t... k>
void MergeFixed(std::index_sequence<k...>, std::span<const Voter<T>> voters, const T* base,
                std::size_t count, double* __restrict out, VoteEnd end) {
  const Voter<T> all[] = {voters[k]...};
  for (std::size_t i = 0; i < count; ++i) {
    const double votes[] = {VoteOf<kVotes>(all[k], base, i)...};
    const double balance = (0.0 + ... + votes[k]);
    const std::uint64_t turn = Turn(balance);
    double numerator = balance;
    double divisor = 0;
    if constexpr (kConsensus) {
      numerator = 0;
      (Count<kVotes>(all[k], votes[k], turn, numerator, divisor), ...);
    }
    out[i] = Finished<kDivides>(static_cast<double>(base[i]), numerator, divisor, end);
  }
}

template <bool kConsensus, Votes kVotes, bool kDivides, class T>
void MergeAny(std::span<const Voter<T>> voters, const T* base, std::size_t count, double* out,
              VoteEnd end) {
  std::array<double, kBlockElems> balances{};
  std::array<double, kBlockElems> numerators{};
  std::array<double, kBlockElems> divisors{};
  double* const balance = balances.data();
  double* const numerator = kConsensus ? numerators.data() : balance;
  double* const divisor = divisors.data();
  for (const Voter<T>& voter : voters) {
    for (std::size_t i = 0; i < count; ++i) {
      balance[i] += VoteOf<kVotes>(voter, base, i);
    }
  }
  if constexpr (kConsensus) {
    for (const Voter<T>& voter : voters) {
      for (std::size_t i = 0; i < count; ++i) {
        Count<kVotes>(voter, VoteOf<kVotes>(voter, base, i), Turn(balance[i]), numerator[i],
                      divisor[i]);
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = Finished<kDivides>(static_cast<double>(base[i]), numerator[i], divisor[i], end);
  }
}

// Calls body(std::index_sequence) with the indices of `count` voters where they are few.
template <class Body, class Other>
void WithVoters(std::size_t count, Body body, Other other) {
  switch (count) {
    case 1:
      return body(std::make_index_sequence<1>());
    case 2:
      return body(std::make_index_sequence<2>());
    case 3:
      return body(std::make_index_sequence<3>());
    case 4:
      return body(std::make_index_sequence<4>());
    default:
      return other();
  }
}

template <bool kConsensus, Votes kVotes, bool kDivides, class T>
void Merge(std::span<const Voter<T>> voters, const T* base, std::size_t count, double* out,
           const VoteEnd& end) {
  WithVoters(
      voters.size(),
      [&](auto indices) {
        MergeFixed<kConsensus, kVotes, kDivides, T>(indices, voters, base, count, out, end);
      },
      [&] { MergeAny<kConsensus, kVotes, kDivides, T>(voters, base, count, out, end); });
}

// Calls body.operator()<kDivides>(): whether `end` divides, which it does with consensus only.
template <bool kConsensus, class Body>
auto WithEnd(const VoteEnd& end, Body body) {
  if constexpr (kConsensus) {
    if (end.divides) {
      return body.template operator()<true>();
    }
  }
  return body.template operator()<false>();
}

}  // namespace vote_internal

// out[i] = `end` of Σ factor · difference and Σ weight. With consensus the sums run over the voters
// whose vote has the sign of the votes' sum (>= 0: positive); without it over all, by kFactored,
// and nothing is divided.
template <bool kConsensus, Votes kVotes, class T>
void MergeVotes(std::span<const Voter<T>> voters, const T* base, std::size_t count, double* out,
                const VoteEnd& end) {
  vote_internal::WithEnd<kConsensus>(end, [&]<bool kDivides>() {
    vote_internal::Merge<kConsensus, kVotes, kDivides, T>(voters, base, count, out, end);
  });
}

}  // namespace fuseo1
