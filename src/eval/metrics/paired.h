// Are two runs on the same items really different? Tests on paired items, never on pooled samples:
// the samples of one item are not independent. Pure; any thread; the same answer every time.
#pragma once

#include <cstdint>
#include <span>

namespace fuseo1 {

struct PairedResult {
  std::int64_t items = 0;          // items that both runs have
  std::int64_t changed_items = 0;  // items whose two means differ
  double difference = 0;           // mean of b − a over the items
  double standard_error = 0;       // of the difference
  double p_value = 1;              // two-sided
  bool is_exact = true;            // every sign pattern counted, not a random share of them
};

// Sign-flip permutation test of the mean difference: under the null hypothesis each item's
// difference is as likely negative as positive. a[i] and b[i] are the means of item i. Exact up to
// 20 changed items, by dynamic programming where all differences are multiples of one step, else
// 200,000 fixed random patterns.
PairedResult SignFlipTest(std::span<const double> a, std::span<const double> b);

// McNemar's exact test: of the changed items, `better` and `worse` ones; two-sided binomial with p
// = 1/2.
double McNemarExact(std::int64_t better, std::int64_t worse);

}  // namespace fuseo1
