#include "eval/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "eval/metrics/consensus.h"

namespace fuseo1 {
namespace {

constexpr double kNormal95 = 1.959963984540054;

std::int64_t CorrectOf(const GradedItem& item) {
  return std::count_if(item.samples.begin(), item.samples.end(),
                       [](const GradedSample& s) { return s.correct; });
}

bool ReportsK(std::int64_t k, std::int64_t max_k) { return k <= max_k || (k & (k - 1)) == 0; }

void AddPassAtK(std::span<const GradedItem* const> items, std::int64_t max_k, MetricSet& out) {
  std::int64_t fewest = INT64_MAX;
  for (const GradedItem* item : items) {
    fewest = std::min(fewest, static_cast<std::int64_t>(item->samples.size()));
  }
  std::vector<double> values;
  for (std::int64_t k = 1; k <= fewest && !items.empty(); ++k) {
    if (!ReportsK(k, max_k)) {
      continue;
    }
    values.clear();
    for (const GradedItem* item : items) {
      values.push_back(
          PassAtK(static_cast<std::int64_t>(item->samples.size()), CorrectOf(*item), k));
    }
    if (k > 1) {
      out.pass_at_k[k] = MeanOverItems(values);
    }
  }
}

void AddRates(std::span<const GradedItem* const> items, MetricSet& out) {
  std::int64_t unparsed = 0;
  std::int64_t truncated = 0;
  std::int64_t timeouts = 0;
  std::int64_t counted = 0;
  double tokens = 0;
  for (const GradedItem* item : items) {
    for (const GradedSample& sample : item->samples) {
      unparsed += sample.unparsed ? 1 : 0;
      truncated += sample.truncated ? 1 : 0;
      timeouts += sample.timeout ? 1 : 0;
      counted += sample.completion_tokens ? 1 : 0;
      tokens += static_cast<double>(sample.completion_tokens.value_or(0));
    }
  }
  const auto share = [&](std::int64_t count) {
    return out.samples == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(out.samples);
  };
  out.unparsed_rate = share(unparsed);
  out.truncation_rate = share(truncated);
  out.timeout_rate = share(timeouts);
  if (counted > 0) {
    out.mean_completion_tokens = tokens / static_cast<double>(counted);
  }
}

MetricSet Compute(std::span<const GradedItem* const> items, const MetricOptions& options) {
  MetricSet out;
  std::vector<double> means;
  for (const GradedItem* item : items) {
    out.items += 1;
    out.samples += static_cast<std::int64_t>(item->samples.size());
    means.push_back(static_cast<double>(CorrectOf(*item)) /
                    static_cast<double>(item->samples.size()));
  }
  out.pass_at_1 = MeanOverItems(means);
  AddPassAtK(items, options.max_k, out);
  AddRates(items, out);
  if (options.votes) {
    out.consensus = VerifiedConsensus(items);
    out.published_consensus = PublishedConsensus(items);
  }
  return out;
}

void AddGroups(std::span<const GradedItem* const> items, const MetricOptions& options,
               std::string GradedItem::*key, std::map<std::string, MetricSet>& out) {
  std::map<std::string, std::vector<const GradedItem*>> groups;
  for (const GradedItem* item : items) {
    if (!(item->*key).empty()) {
      groups[item->*key].push_back(item);
    }
  }
  for (const auto& [name, members] : groups) {
    out[name] = Compute(members, options);
  }
}

}  // namespace

Estimate MeanOverItems(std::span<const double> values) {
  Estimate out;
  if (values.empty()) {
    return out;
  }
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double x : values) {
    sum += x;
  }
  out.value = sum / n;
  if (values.size() > 1) {
    double squares = 0;
    for (const double x : values) {
      squares += (x - out.value) * (x - out.value);
    }
    out.standard_error = std::sqrt(squares / (n * (n - 1)));
  }
  out.ci95.low = std::max(0.0, out.value - kNormal95 * out.standard_error);
  out.ci95.high = std::min(1.0, out.value + kNormal95 * out.standard_error);
  return out;
}

double PassAtK(std::int64_t samples, std::int64_t correct, std::int64_t k) {
  if (k == 1) {
    return static_cast<double>(correct) / static_cast<double>(samples);
  }
  if (samples - correct < k) {
    return 1.0;
  }
  // C(n − c, k) / C(n, k) = Π_{t = n−c+1}^{n} (1 − k / t)
  double none = 1.0;
  for (std::int64_t t = samples - correct + 1; t <= samples; ++t) {
    none *= 1.0 - static_cast<double>(k) / static_cast<double>(t);
  }
  return 1.0 - none;
}

double PublishedPercent(double share, PublishedRounding rounding) {
  // printf rounds the exact binary value, as the reference's own rounding does.
  const auto round_to = [](double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return std::strtod(text.data(), nullptr);
  };
  if (rounding == PublishedRounding::kFourDecimalsFirst) {
    // 0.5455 is shown as 54.6: the second rounding is by hand, half up on the decimal digits.
    const double hundredths = std::nearbyint(round_to(share, 4) * 10'000);
    return std::floor((hundredths + 5) / 10) / 10;
  }
  return round_to(share * 100, 1);
}

MetricSet ComputeMetrics(std::span<const GradedItem> items, MetricOptions options) {
  std::vector<const GradedItem*> counted;
  for (const GradedItem& item : items) {
    if (!item.samples.empty()) {
      counted.push_back(&item);
    }
  }
  MetricSet out = Compute(counted, options);
  if (options.groups) {
    AddGroups(counted, options, &GradedItem::difficulty, out.by_difficulty);
    AddGroups(counted, options, &GradedItem::subject, out.by_subject);
  }
  return out;
}

}  // namespace fuseo1
