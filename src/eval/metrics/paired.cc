#include "eval/metrics/paired.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxEnumerated = 20;
constexpr std::int64_t kMaxSteps = 200'000;            // cells of the dynamic programme
constexpr std::int64_t kMaxCellUpdates = 400'000'000;  // well under a second
constexpr std::int64_t kRandomPatterns = 200'000;
constexpr double kSlack = 1e-9;  // sums that differ by rounding alone are equal

// The differences as multiples of 1/denominator for a small denominator, or empty.
std::vector<std::int64_t> AsMultiples(const std::vector<double>& differences) {
  for (std::int64_t denominator = 1; denominator <= 4096; ++denominator) {
    std::vector<std::int64_t> multiples;
    for (const double d : differences) {
      const double scaled = d * static_cast<double>(denominator);
      const double whole = std::nearbyint(scaled);
      if (std::abs(scaled - whole) > 1e-9 * static_cast<double>(denominator)) {
        break;
      }
      multiples.push_back(static_cast<std::int64_t>(whole));
    }
    if (multiples.size() == differences.size()) {
      return multiples;
    }
  }
  return {};
}

// P(|Σ ±d| >= |Σ d|) over all sign patterns by convolution; negative where it would cost too much.
double ByConvolution(const std::vector<double>& differences) {
  const std::vector<std::int64_t> steps = AsMultiples(differences);
  std::int64_t reach = 0;
  std::int64_t observed = 0;
  for (const std::int64_t step : steps) {
    reach += std::abs(step);
    observed += step;
  }
  const auto updates = static_cast<double>(steps.size()) * static_cast<double>(2 * reach + 1);
  if (steps.empty() || reach > kMaxSteps || updates > static_cast<double>(kMaxCellUpdates)) {
    return -1;
  }
  std::vector<double> chance(static_cast<std::size_t>(2 * reach + 1), 0.0);
  std::vector<double> next(chance.size());
  chance[static_cast<std::size_t>(reach)] = 1;
  std::int64_t spread = 0;  // sums so far lie within reach ± spread
  for (const std::int64_t step : steps) {
    const std::int64_t size = std::abs(step);
    const auto begin = next.begin() + static_cast<std::ptrdiff_t>(reach - spread - size);
    std::fill(begin, begin + static_cast<std::ptrdiff_t>(2 * (spread + size) + 1), 0.0);
    for (std::int64_t at = reach - spread; at <= reach + spread; ++at) {
      const double p = chance[static_cast<std::size_t>(at)] / 2;
      next[static_cast<std::size_t>(at + size)] += p;
      next[static_cast<std::size_t>(at - size)] += p;
    }
    chance.swap(next);
    spread += size;
  }
  double tail = 0;
  for (std::int64_t at = 0; at <= 2 * reach; ++at) {
    if (std::abs(at - reach) >= std::abs(observed)) {
      tail += chance[static_cast<std::size_t>(at)];
    }
  }
  return std::min(1.0, tail);
}

double ByEnumeration(const std::vector<double>& differences, double observed) {
  const std::uint64_t patterns = std::uint64_t{1} << differences.size();
  std::uint64_t extreme = 0;
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      sum += (pattern >> i & 1U) != 0 ? differences[i] : -differences[i];
    }
    extreme += std::abs(sum) >= std::abs(observed) - kSlack ? 1 : 0;
  }
  return static_cast<double>(extreme) / static_cast<double>(patterns);
}

std::uint64_t SplitMix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t x = state;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

// (extreme + 1) / (patterns + 1): the observed pattern is one of those drawn.
double BySampling(const std::vector<double>& differences, double observed) {
  std::uint64_t state = 20'250'125;
  std::int64_t extreme = 0;
  for (std::int64_t draw = 0; draw < kRandomPatterns; ++draw) {
    double sum = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (i % 64 == 0) {
        bits = SplitMix(state);
      }
      sum += (bits >> (i % 64) & 1U) != 0 ? differences[i] : -differences[i];
    }
    extreme += std::abs(sum) >= std::abs(observed) - kSlack ? 1 : 0;
  }
  return (static_cast<double>(extreme) + 1) / (static_cast<double>(kRandomPatterns) + 1);
}

}  // namespace

PairedResult SignFlipTest(std::span<const double> a, std::span<const double> b) {
  PairedResult out;
  const std::size_t n = std::min(a.size(), b.size());
  out.items = static_cast<std::int64_t>(n);
  if (n == 0) {
    return out;
  }
  std::vector<double> changed;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = b[i] - a[i];
    sum += d;
    if (std::abs(d) > kSlack) {
      changed.push_back(d);
    }
  }
  out.changed_items = static_cast<std::int64_t>(changed.size());
  out.difference = sum / static_cast<double>(n);
  if (n > 1) {
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double gap = b[i] - a[i] - out.difference;
      squares += gap * gap;
    }
    out.standard_error = std::sqrt(squares / (static_cast<double>(n) * static_cast<double>(n - 1)));
  }
  if (changed.empty()) {
    return out;
  }
  if (changed.size() <= kMaxEnumerated) {
    out.p_value = ByEnumeration(changed, sum);
    return out;
  }
  out.p_value = ByConvolution(changed);
  if (out.p_value < 0) {
    out.p_value = BySampling(changed, sum);
    out.is_exact = false;
  }
  return out;
}

double McNemarExact(std::int64_t better, std::int64_t worse) {
  const std::int64_t n = better + worse;
  if (n == 0) {
    return 1;
  }
  // 2 Σ_{i <= min} C(n, i) / 2^n, at most 1
  const std::int64_t fewer = std::min(better, worse);
  double tail = 0;
  for (std::int64_t i = 0; i <= fewer; ++i) {
    const double log_choose = std::lgamma(static_cast<double>(n) + 1) -
                              std::lgamma(static_cast<double>(i) + 1) -
                              std::lgamma(static_cast<double>(n - i) + 1);
    tail += std::exp(log_choose - static_cast<double>(n) * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

}  // namespace fuseo1
