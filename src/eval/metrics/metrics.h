// From grades to numbers: Pass@1, unbiased pass@k, Cons@n, rates, standard errors, paired tests.
//
// Everything works on one row a sample, grouped by item; the rows of an item stand in the order in
// which its samples count. Shares are fractions in [0, 1]. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fuseo1 {

// One graded sample, as the metrics see it.
struct GradedSample {
  bool correct = false;
  bool unparsed = false;
  bool truncated = false;
  bool timeout = false;
  int answer_class = -1;   // class of verified-equal answers within the item; -1: no answer
  std::string text_class;  // the published rule's normalised text, for its own vote
  std::optional<std::int64_t> completion_tokens;
};

struct GradedItem {
  std::string id;
  std::string difficulty;  // "" where the benchmark has none
  std::string subject;
  std::vector<GradedSample> samples;
};

struct Interval {
  double low = 0;
  double high = 0;
};

// A mean over items with its item-clustered standard error.
struct Estimate {
  double value = 0;
  double standard_error = 0;  // 0 for a single item
  Interval ci95;              // value ± 1.96 standard errors, within [0, 1]
};

struct Consensus {
  std::int64_t samples_per_item = 0;  // N of cons@N: the most samples an item has
  Estimate score;
  double tie_expected = 0;  // mean grade of the tied classes instead of the first of them
  std::int64_t tied_items = 0;
};

struct MetricSet {
  std::int64_t items = 0;
  std::int64_t samples = 0;
  Estimate pass_at_1;
  std::map<std::int64_t, Estimate> pass_at_k;  // every k >= 2 that each item has samples for
  std::optional<Consensus> consensus;          // by verified equality; absent without answers
  std::optional<Consensus> published_consensus;
  double unparsed_rate = 0;
  double truncation_rate = 0;
  double timeout_rate = 0;
  std::optional<double> mean_completion_tokens;
  std::map<std::string, MetricSet> by_difficulty;
  std::map<std::string, MetricSet> by_subject;
};

struct MetricOptions {
  bool votes = true;        // Cons@n: not for code
  bool groups = true;       // split by difficulty and subject
  std::int64_t max_k = 64;  // beyond it only powers of two
};

// Items without a sample do not count.
MetricSet ComputeMetrics(std::span<const GradedItem> items, MetricOptions options = {});

// Mean over items of x with standard error sqrt(Σ (x_i − m)² / (N (N − 1))).
Estimate MeanOverItems(std::span<const double> values);

// 1 − C(n − c, k) / C(n, k), by the product form; requires 1 <= k <= n and 0 <= c <= n.
double PassAtK(std::int64_t samples, std::int64_t correct, std::int64_t k);

// The published roundings of a share in percent: one decimal of the binary value; the science
// harness rounds the share to four decimals first and the percent half up (108/198 gives 54.6).
enum class PublishedRounding { kOnce, kFourDecimalsFirst };
double PublishedPercent(double share, PublishedRounding rounding);

}  // namespace fuseo1
