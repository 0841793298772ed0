// Weighted differences from the base, and the vote on the sign of each element: models whose
// difference points against the majority are left out. Shared by the task-arithmetic family and
// SCE. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "methods/common/bit_masks.h"
#include "methods/method.h"

namespace fuseo1 {

inline constexpr std::array<std::uint32_t, kBlockElems> kKeepAll = [] {
  std::array<std::uint32_t, kBlockElems> mask{};
  mask.fill(~0U);
  return mask;
}();
inline constexpr std::array<std::uint32_t, kBlockElems> kKeepNone{};

// One model over a piece of at most kBlockElems elements.
template <class T>
struct Voter {
  const T* x = nullptr;
  const std::uint32_t* keep = nullptr;  // masks
  double factor = 1;                    // ω = factor · (x - base) where kept, else 0: the vote
  double bring = 1;                     // what a vote adds to the numerator: bring · ω
  double weight = 1;                    // and to the divisor
};

enum class Votes : std::uint8_t {
  kMasked,  // as Voter says
  kPlain,   // every element stays and factors are 1: ω is the difference
};

namespace vote_internal {

template <Votes kVotes, class T>
double VoteOf(const Voter<T>& voter, const T* base, std::size_t i) {
  const double difference = static_cast<double>(voter.x[i]) - static_cast<double>(base[i]);
  if constexpr (kVotes == Votes::kPlain) {
    return difference;
  } else {
    return Masked(voter.keep[i], voter.factor * difference);
  }
}

// The sign that turns votes of the majority's side into numbers above 0.
inline std::uint64_t Turn(double balance) { return balance >= 0 ? 0 : std::uint64_t{1} << 63; }

// Adds one vote to the sums where it is on the majority's side. Zeros are on nobody's side.
template <class T>
void Count(const Voter<T>& voter, double vote, std::uint64_t turn, double& numerator,
           double& divisor) {
  const double turned = std::bit_cast<double>(std::bit_cast<std::uint64_t>(vote) ^ turn);
  const std::uint64_t mask = turned > 0 ? ~std::uint64_t{0} : 0;
  numerator += And(mask, voter.bring * vote);
  divisor += And(mask, voter.weight);
}

// Everything of one element in registers. Folds, not loops over the voters: with those the loop
// over the elements would not become one of vectors.
template <class T, bool kConsensus, Votes kVotes, class Finish, std::size_t... k>
void MergeFixed(std::index_sequence<k...>, std::span<const Voter<T>> voters, const T* base,
                std::size_t count, double* __restrict out, Finish finish) {
  const Voter<T> all[] = {voters[k]...};
  for (std::size_t i = 0; i < count; ++i) {
    const double votes[] = {VoteOf<kVotes>(all[k], base, i)...};
    const double balance = (0.0 + ... + votes[k]);
    const std::uint64_t turn = Turn(balance);
    double numerator = balance;
    double divisor = 0;
    if constexpr (kConsensus) {
      numerator = 0;
      (Count(all[k], votes[k], turn, numerator, divisor), ...);
    }
    out[i] = finish(static_cast<double>(base[i]), numerator, divisor);
  }
}

template <class T, bool kConsensus, Votes kVotes, class Finish>
void MergeAny(std::span<const Voter<T>> voters, const T* base, std::size_t count, double* out,
              Finish finish) {
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
        Count(voter, VoteOf<kVotes>(voter, base, i), Turn(balance[i]), numerator[i], divisor[i]);
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = finish(static_cast<double>(base[i]), numerator[i], divisor[i]);
  }
}

}  // namespace vote_internal

// out[i] = finish(base, Σ bring · ω, Σ weight): with consensus the sums run over the voters whose ω
// has the sign of Σ ω (>= 0: positive), without it over all and the second is 0.
template <bool kConsensus, Votes kVotes, class T, class Finish>
void MergeVotes(std::span<const Voter<T>> voters, const T* base, std::size_t count, double* out,
                Finish finish) {
  const auto fixed = [&](auto indices) {
    vote_internal::MergeFixed<T, kConsensus, kVotes>(indices, voters, base, count, out, finish);
  };
  switch (voters.size()) {
    case 1:
      return fixed(std::make_index_sequence<1>());
    case 2:
      return fixed(std::make_index_sequence<2>());
    case 3:
      return fixed(std::make_index_sequence<3>());
    case 4:
      return fixed(std::make_index_sequence<4>());
    default:
      return vote_internal::MergeAny<T, kConsensus, kVotes>(voters, base, count, out, finish);
  }
}

}  // namespace fuseo1
