#include "eval/metrics/consensus.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace fuseo1 {
namespace {

struct Bloc {
  std::int64_t votes = 0;
  bool correct = false;  // of its first sample
};

struct Outcome {
  double grade = 0;
  double tie_expected = 0;
  bool tied = false;
};

// blocs in the order in which they were first seen.
Outcome Decide(const std::vector<Bloc>& blocs) {
  std::int64_t most = 0;
  for (const Bloc& bloc : blocs) {
    most = std::max(most, bloc.votes);
  }
  Outcome out;
  double winners = 0;
  double right = 0;
  for (const Bloc& bloc : blocs) {
    if (bloc.votes != most) {
      continue;
    }
    if (winners == 0) {
      out.grade = bloc.correct ? 1 : 0;
    }
    winners += 1;
    right += bloc.correct ? 1 : 0;
  }
  if (winners > 0) {
    out.tie_expected = right / winners;
    out.tied = winners > 1;
  }
  return out;
}

template <class KeyOf>
Outcome Vote(const GradedItem& item, KeyOf key_of) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<Bloc> blocs;
  for (const GradedSample& sample : item.samples) {
    const std::optional<std::string> key = key_of(sample);
    if (!key) {
      continue;
    }
    const auto [place, is_new] = places.try_emplace(*key, blocs.size());
    if (is_new) {
      blocs.push_back({0, sample.correct});
    }
    blocs[place->second].votes += 1;
  }
  return Decide(blocs);
}

template <class KeyOf>
Consensus Count(std::span<const GradedItem* const> items, KeyOf key_of) {
  Consensus out;
  std::vector<double> grades;
  double expected = 0;
  for (const GradedItem* item : items) {
    out.samples_per_item =
        std::max(out.samples_per_item, static_cast<std::int64_t>(item->samples.size()));
    const Outcome outcome = Vote(*item, key_of);
    grades.push_back(outcome.grade);
    expected += outcome.tie_expected;
    out.tied_items += outcome.tied ? 1 : 0;
  }
  out.score = MeanOverItems(grades);
  out.tie_expected = items.empty() ? 0 : expected / static_cast<double>(items.size());
  return out;
}

}  // namespace

Consensus VerifiedConsensus(std::span<const GradedItem* const> items) {
  return Count(items, [](const GradedSample& sample) {
    return sample.answer_class < 0
               ? std::nullopt
               : std::optional<std::string>(std::to_string(sample.answer_class));
  });
}

Consensus PublishedConsensus(std::span<const GradedItem* const> items) {
  return Count(items, [](const GradedSample& sample) {
    return std::optional<std::string>(sample.text_class);
  });
}

}  // namespace fuseo1
